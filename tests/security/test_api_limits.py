"""How often a key may ask, how often an address may guess, and that counting stays small."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.api_keys import Narrowing
from api.limits import Buckets, Failures
from api.problems import Problem
from tests.web.world import World, application, home_settings, make_key, served


class Clock:
    def __init__(self) -> None:
        self.now = 5000.0

    def __call__(self) -> float:
        return self.now


@given(
    rate=st.integers(1, 50),
    steps=st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=80),
)
def test_no_window_ever_lets_more_through_than_bucket_and_refill(
    rate: int, steps: list[float]
) -> None:
    clock = Clock()
    buckets = Buckets(clock=clock)
    passed: list[float] = []
    for step in steps:
        clock.now += step
        wait = buckets.take("k", rate)
        if wait == 0:
            passed.append(clock.now)
        else:
            assert buckets.wait("k", rate) == pytest.approx(wait)
            clock.now += wait + 1e-6
            assert buckets.take("k", rate) == 0
            passed.append(clock.now)
    for i, first in enumerate(passed):
        for count, at in enumerate(passed[i:], 1):
            assert count <= rate + (at - first) * rate / 60 + 1 + 1e-3


def test_a_full_bucket_gives_a_minute_at_once_and_then_its_rate() -> None:
    clock = Clock()
    buckets = Buckets(clock=clock)
    assert [buckets.take("k", 6) for _ in range(6)] == [0] * 6
    assert buckets.take("k", 6) == pytest.approx(10)
    assert buckets.take("other", 6) == 0
    clock.now += 10.001
    assert buckets.take("k", 6) == 0
    assert buckets.take("k", 6) > 0
    clock.now += 3600
    assert [buckets.take("k", 6) for _ in range(6)] == [0] * 6


def test_what_is_remembered_is_bounded_and_full_buckets_go_first() -> None:
    clock = Clock()
    buckets = Buckets(most=10, clock=clock)
    for i in range(9):
        buckets.take(f"old {i}", 60)
    clock.now += 30
    while buckets.take("busy", 2) == 0:
        pass
    for i in range(500):
        buckets.take(f"new {i}", 60)
        assert len(buckets._full_at) <= 10
        if i < 5:
            assert buckets.take("busy", 2) > 0


def check(failures: Failures, address: str, mark: str = "guess") -> bool:
    try:
        failures.check(address, mark)
    except Problem as problem:
        return problem.slug != "too-many-failures"
    return True


def test_who_fails_too_often_waits_and_who_got_in_does_not() -> None:
    clock = Clock()
    failures = Failures(3, clock)
    failures.got_in("right")
    for i in range(3):
        assert check(failures, "10.0.0.1")
        failures.failed("10.0.0.1", f"wrong {i}")
    assert not check(failures, "10.0.0.1")
    assert check(failures, "10.0.0.1", "right")
    assert check(failures, "10.0.0.2")
    failures.failed("10.0.0.1", "right")
    assert not check(failures, "10.0.0.1", "right"), "revoked meanwhile"
    clock.now += 21
    assert check(failures, "10.0.0.1")


def test_an_ipv6_network_counts_as_one_address() -> None:
    failures = Failures(1, Clock())
    failures.failed("2001:db8::1", "x")
    assert not check(failures, "2001:db8::ffff:2%eth0")
    assert check(failures, "2001:db8:0:1::1")
    failures.failed("::ffff:10.0.0.1", "x")
    assert check(failures, "::ffff:10.0.0.2")
    assert check(failures, "not:an:address")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    settings = home_settings(tmp_path_factory.mktemp("limits"), failures_per_minute=5)
    with served(settings) as made:
        yield made


def ask(world: World, key: str) -> Any:
    headers = {"Authorization": f"Bearer {key}"}
    return world.client.post("/score", json=application(), headers=headers)


def test_a_key_that_asks_too_often_is_told_when_to_come_back(guarded: World) -> None:
    key, _ = make_key(guarded.settings, "officer", narrowing=Narrowing(requests_per_minute=3))
    assert [ask(guarded, key).status_code for _ in range(3)] == [200] * 3
    reply = ask(guarded, key)
    assert (reply.status_code, reply.json()["type"]) == (429, "/problems/too-many-requests")
    assert 1 <= int(reply.headers["retry-after"]) <= 20
    assert guarded.score().status_code == 200, "another key is not concerned"


def test_guessing_is_slowed_before_the_store_is_asked(
    guarded: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = (make_key(guarded.settings, "officer")[0] for _ in range(2))
    assert ask(guarded, before).status_code == 200
    assert [ask(guarded, f"guess {i}").status_code for i in range(5)] == [401] * 5
    for key in ("guess", after):
        reply = ask(guarded, key)
        assert (reply.status_code, reply.json()["type"]) == (429, "/problems/too-many-failures")
        assert int(reply.headers["retry-after"]) >= 1
    assert ask(guarded, before).status_code == 200, "who was in before stays in"
    assert guarded.client.post("/score", json={}).status_code == 401, "no key is no guess"


NESTED = {"oidc", "quota"}
"""Settings that are classes of their own."""


def test_the_defaults_are_generous_and_documented(tmp_path: Path) -> None:
    settings = home_settings(tmp_path)
    assert settings.requests_per_minute >= 60_000
    assert settings.scores_per_day >= 1_000_000
    fields = type(settings).model_fields
    assert all(field.description for name, field in fields.items() if name not in NESTED)
