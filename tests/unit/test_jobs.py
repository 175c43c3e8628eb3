"""Jobs: done once, taken up again after a death, given back; on both databases."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from data.store import Store, open_store
from data.store.chain import entry_bytes
from data.store.jobs import (
    EVENT,
    GIVEN_UP,
    MOST_ATTEMPTS,
    Job,
    all_jobs,
    ask,
    enqueue,
    fail,
    finish,
    give_back,
    renew,
    take,
)
from data.store.tables import audit_chain
from data.store.verify import verify
from data.vault import Vault

NOW = datetime(2026, 11, 16, tzinfo=UTC)
LEASE = timedelta(minutes=5)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    yield opened
    opened.close()


def taken(store: Store, worker: str = "a", at: datetime = NOW) -> Job:
    job = take(store, ["count"], worker, at, LEASE)
    assert job is not None
    return job


def test_a_job_is_entered_taken_and_finished_once(store: Store) -> None:
    assert enqueue(store, "count", "2026-W47", {"weeks": 13}, NOW)
    assert not enqueue(store, "count", "2026-W47", {}, NOW), "the slot is taken"
    assert take(store, ["count"], "a", NOW - timedelta(seconds=1), LEASE) is None, "not due yet"
    assert take(store, ["other"], "a", NOW, LEASE) is None, "not its kind"
    job = taken(store)
    assert (job.state, job.worker, job.attempts) == ("running", "a", 1)
    assert (job.arguments, job.lease_until) == ({"weeks": 13}, NOW + LEASE)
    assert take(store, ["count"], "b", NOW, LEASE) is None
    assert finish(store, job, {"audits": []}, NOW)
    (done,) = all_jobs(store, "count")
    assert (done.state, done.result, done.finished_at) == ("done", {"audits": []}, NOW)
    assert not enqueue(store, "count", "2026-W47", {}, NOW), "nor is it entered again when done"


def test_what_a_person_asks_for_stands_on_the_chain(store: Store, tmp_path: Path) -> None:
    asked = {"run": "r-1", "why": "new products"}
    assert ask(store, "retrain", "r-1", asked, "ana (person:1)", NOW)
    assert not ask(store, "retrain", "r-1", {}, "ben (person:2)", NOW), "it is entered once"
    (job,) = all_jobs(store, "retrain")
    assert (job.state, job.arguments, job.due_at) == ("waiting", asked, NOW)
    with store.read() as connection:
        chain = select(audit_chain.c.ref, audit_chain.c.entry).where(audit_chain.c.kind == EVENT)
        ((ref, entry),) = connection.execute(chain)
    told = json.loads(entry)
    assert (ref, told["actor"], told["kind"]) == ("r-1", "ana (person:1)", "retrain")
    assert told["arguments"] == sha256(entry_bytes(asked)).hexdigest(), "it vouches for the reason"
    assert b"new products" not in entry, "free text is not kept for ever"
    assert verify(store, Vault.open(tmp_path / "vault"), []).faults == []


def test_the_longest_due_comes_first(store: Store) -> None:
    for slot, hours in (("second", 1), ("third", 2), ("first", 0)):
        enqueue(store, "count", slot, {}, NOW + timedelta(hours=hours))
    later = NOW + timedelta(days=1)
    assert [taken(store, at=later).slot for _ in range(3)] == ["first", "second", "third"]


def test_many_workers_do_every_job_once(store: Store) -> None:
    for i in range(20):
        enqueue(store, "count", str(i), {}, NOW)

    def work(name: int) -> list[str]:
        done = []
        while job := take(store, ["count"], str(name), NOW, LEASE):
            assert finish(store, job, {}, NOW)
            done.append(job.slot)
        return done

    with ThreadPoolExecutor(4) as pool:
        slots = [slot for done in pool.map(work, range(4)) for slot in done]
    assert sorted(slots) == sorted(map(str, range(20)))


def test_a_killed_worker_loses_its_job_after_the_lease(store: Store) -> None:
    enqueue(store, "count", "1", {}, NOW)
    killed = taken(store, "a")
    assert renew(store, killed, NOW + timedelta(minutes=4), LEASE)
    assert take(store, ["count"], "b", NOW + timedelta(minutes=8), LEASE) is None
    heir = taken(store, "b", NOW + timedelta(minutes=9))
    assert heir.attempts == 2
    assert not renew(store, killed, NOW, LEASE), "the first one woke up again"
    assert not finish(store, killed, {"by": "a"}, NOW)
    assert not fail(store, killed, "late", NOW)
    assert finish(store, heir, {"by": "b"}, NOW)
    assert all_jobs(store)[0].result == {"by": "b"}


def test_a_job_that_kills_its_workers_is_given_up(store: Store) -> None:
    enqueue(store, "count", "1", {}, NOW)
    for i in range(MOST_ATTEMPTS):
        taken(store, at=NOW + i * LEASE)
    assert take(store, ["count"], "a", NOW + MOST_ATTEMPTS * LEASE, LEASE) is None
    (given_up,) = all_jobs(store)
    assert (given_up.state, given_up.error) == ("failed", GIVEN_UP)


def test_a_failure_is_kept_and_tried_again_if_asked(store: Store) -> None:
    enqueue(store, "count", "1", {}, NOW)
    again = NOW + timedelta(hours=1)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        job = taken(store, at=again)
        assert job.attempts == attempt
        assert fail(store, job, "the database cannot answer now", NOW, again)
    assert take(store, ["count"], "a", again, LEASE) is None
    (failed,) = all_jobs(store)
    assert (failed.state, failed.error) == ("failed", "the database cannot answer now")


def test_a_job_that_is_given_back_waits_for_the_next(store: Store) -> None:
    enqueue(store, "count", "1", {}, NOW)
    first = taken(store, "a")
    assert give_back(store, first)
    second = taken(store, "b")
    assert (second.worker, second.attempts) == ("b", 1)
    assert not finish(store, first, {}, NOW), "who gave it back has it no more"
