"""Own counts say to Prometheus what its client's counters say, to the letter."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from api.tallies import Counts, Times

LIMITS = (0.001, 0.25, 1.0)
ROUTES = ["/score", 'a "quoted" \\ route\n', "unknown"]
ASKED = st.tuples(
    st.sampled_from(ROUTES),
    st.sampled_from([200, 422]),
    st.one_of(st.sampled_from([0.0, *LIMITS, 7.0]), st.floats(0, 3)),
)


@pytest.fixture(scope="module", autouse=True)
def _one_time() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.tallies.time", lambda: 1.5e9)
        patch.setattr("prometheus_client.metrics.time.time", lambda: 1.5e9)
        yield


@given(asked=st.lists(ASKED, max_size=40))
def test_the_text_is_that_of_the_clients_own_counters(asked: list[tuple[str, int, float]]) -> None:
    own, theirs = CollectorRegistry(), CollectorRegistry()
    counts, times = (
        Counts("asked", "How many.", ("route", "status")),
        Times("took", "How long.", "route", LIMITS),
    )
    own.register(counts)
    own.register(times)
    counter = Counter("asked", "How many.", ("route", "status"), registry=theirs)
    histogram = Histogram("took", "How long.", ("route",), buckets=LIMITS, registry=theirs)
    for route, status, seconds in asked:
        counts.add((route, status))
        times.add(route, seconds)
        counter.labels(route, status).inc()
        histogram.labels(route).observe(seconds)
        assert generate_latest(own) == generate_latest(theirs)


def test_when_a_part_began_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = count(1.0)
    monkeypatch.setattr("api.tallies.time", lambda: next(numbers))
    counts = Counts("asked", "How many.", ("route",))
    for route in ("a", "b", "a", "a"):
        counts.add((route,))
    (family,) = counts.collect()
    began = {s.labels["route"]: s.value for s in family.samples if s.name == "asked_created"}
    assert began == {"a": 1.0, "b": 2.0}
    assert counts.all() == [(("a",), 3), (("b",), 1)]


def test_within_tells_each_limit_and_of_the_unknown_nothing() -> None:
    times = Times("took", "How long.", "route", LIMITS)
    for seconds in (0.001, 0.2, 0.3, 9.0):
        times.add("/score", seconds)
    assert times.within("/score") == ((0.001, 1), (0.25, 2), (1.0, 3), (float("inf"), 4))
    assert times.within("/other") == ()
