"""Counts for Prometheus at the price of a dictionary; its client's own take a lock each time.

One thread counts and any may collect. What Prometheus reads is the same to the letter.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from math import inf
from time import time

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

Values = tuple[str | int, ...]
"""Values of a tally's labels, in their order."""


class Counts(Collector):
    """A counter for each of the ``Values`` of ``labels`` that came."""

    def __init__(self, name: str, told: str, labels: tuple[str, ...]) -> None:
        self._name, self._told, self._labels = name, told, labels
        self._counts: dict[Values, int] = {}
        self._began: dict[Values, float] = {}

    def add(self, values: Values) -> None:
        """Count one."""
        if values in self._counts:
            self._counts[values] += 1
        else:
            self._began[values] = time()
            self._counts[values] = 1

    def all(self) -> list[tuple[Values, int]]:
        """What was counted so far."""
        return list(self._counts.items())

    def collect(self) -> Iterator[Metric]:
        """The counter as Prometheus knows it, with the times when its parts began."""
        family = CounterMetricFamily(self._name, self._told, labels=self._labels)
        for values, count in self.all():
            family.add_metric([str(v) for v in values], count, created=self._began[values])
        yield family


@dataclass(slots=True)
class _Timed:
    began: float
    within: list[int]
    seconds: float = 0.0


class Times(Collector):
    """A histogram of seconds for each value of one label; ``limits`` ascend."""

    def __init__(self, name: str, told: str, label: str, limits: tuple[float, ...]) -> None:
        self._name, self._told, self._label, self._limits = name, told, label, limits
        self._timed: dict[str, _Timed] = {}

    def add(self, value: str, seconds: float) -> None:
        """Count one that took ``seconds``; a limit counts what takes exactly as long."""
        timed = self._timed.get(value)
        if timed is None:
            timed = self._timed[value] = _Timed(time(), [0] * (len(self._limits) + 1))
        timed.within[bisect_left(self._limits, seconds)] += 1
        timed.seconds += seconds

    def within(self, value: str) -> tuple[tuple[float, int], ...]:
        """The limits, the last one infinite, each with how many took at most so long."""
        timed = self._timed.get(value)
        sums = accumulate(timed.within) if timed else ()
        return tuple(zip((*self._limits, inf), sums, strict=False))

    def collect(self) -> Iterator[Metric]:
        """The histogram as Prometheus knows it, with the times when its parts began."""
        family = HistogramMetricFamily(self._name, self._told, labels=(self._label,))
        for value, timed in list(self._timed.items()):
            buckets = [(_le(limit), count) for limit, count in self.within(value)]
            family.add_metric([value], buckets, timed.seconds)
            family.add_sample(f"{self._name}_created", {self._label: value}, timed.began)
        yield family


def _le(limit: float) -> str:
    return "+Inf" if limit == inf else str(limit)
