"""What Prometheus reads at ``/metrics``: counts and times, nothing about a person."""

from collections.abc import Sequence
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from api.tallies import Counts, Times
from data.store.decisions import Decision
from data.store.monitoring import DriftState

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Traffic(NamedTuple):
    """What this process answered on one route: replies by status, and how long they took.

    ``within``: limits in seconds, the last one infinite, each with the replies up to it.
    """

    route: str
    statuses: dict[int, int]
    within: tuple[tuple[float, int], ...]


class Metrics:
    """The metrics of one app, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counts(
            "microscore_requests",
            "Requests answered, by route, method and status.",
            ("route", "method", "status"),
        )
        self._seconds = Times(
            "microscore_request_seconds",
            "Time from the request's head to the last byte of the reply.",
            "route",
            _SECONDS,
        )
        self._decisions = Counts(
            "microscore_decisions",
            "Stored decisions, by recommendation and model version.",
            ("recommendation", "model"),
        )
        for tally in (self._requests, self._seconds, self._decisions):
            self._registry.register(tally)

        self._champion = Gauge(
            "microscore_champion",
            "1 for the model version in service.",
            ("model", "contract"),
            registry=self._registry,
        )
        self._suspended = Gauge(
            "microscore_model_suspended",
            "1 while the model is suspended and people decide.",
            registry=self._registry,
        )
        self._failing = Gauge(
            "microscore_champion_failing",
            "1 while the champion of the store is not the model in service.",
            registry=self._registry,
        )

        self._probing = Counter(
            "microscore_probing_alarms",
            "Applicants of whom one key tried too many different values.",
            registry=self._registry,
        )

        self._drift_checked = Gauge(
            "microscore_drift_checked_timestamp_seconds",
            "When the newest scheduled drift check was made.",
            ("model",),
            registry=self._registry,
        )
        self._drift_open = Gauge(
            "microscore_drift_open_episodes",
            "Open episodes of drift, by model version and level.",
            ("model", "level"),
            registry=self._registry,
        )

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request; call it from the event loop only."""
        self._requests.add((route, method, status))
        self._seconds.add(route, seconds)

    def decided(self, decisions: Sequence[Decision]) -> None:
        """Count decisions that are stored; call it from the event loop only."""
        for decision in decisions:
            self._decisions.add((decision.recommendation, decision.model_version))

    def probing(self) -> None:
        """Count an alarm of probing."""
        self._probing.inc()

    def in_service(self, model: str, contract: str, suspended: bool) -> None:
        """Name the model version that serves from now on, or would if it were not suspended."""
        self._champion.clear()
        self._champion.labels(model, contract).set(1)
        self._suspended.set(suspended)

    def failing(self, failing: bool) -> None:
        """Tell whether the store's champion could not be taken into service."""
        self._failing.set(failing)

    def drift(self, state: DriftState) -> None:
        """Tell how drift stands."""
        self._drift_checked.clear()
        self._drift_open.clear()
        for model, at in state.checked_at.items():
            self._drift_checked.labels(model).set(at.timestamp())
        for (model, level), episodes in state.opened.items():
            self._drift_open.labels(model, level).set(episodes)

    def traffic(self) -> list[Traffic]:
        """What was answered since the process began, by route."""
        statuses: dict[str, dict[int, int]] = {}
        for (route, _, status), count in self._requests.all():
            found = statuses.setdefault(str(route), {})
            found[int(status)] = found.get(int(status), 0) + count
        return [
            Traffic(route, found, self._seconds.within(route))
            for route, found in sorted(statuses.items())
        ]

    def text(self) -> bytes:
        """All metrics in the Prometheus text format."""
        return generate_latest(self._registry)
