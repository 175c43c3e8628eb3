"""The worker: what is due is done once, faults are kept, SIGTERM gives the job back."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from api.audits import AuditSettings
from api.log import Log
from api.retraining import STEPS
from api.schedule import KINDS, Kind, Work, blocks, period
from api.worker import AGAIN, Done, Worker
from data.errors import NotEnoughDataError, StoreError
from data.store import Store, open_store
from data.store.jobs import all_jobs, take

NOW = datetime(2026, 11, 18, 7, 30, tzinfo=UTC)
MONDAY = datetime(2026, 11, 16, tzinfo=UTC)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    opened.migrate()
    yield opened
    opened.close()


class Job:
    """A kind of job that does what the test says and remembers when it was asked."""

    def __init__(self, *answers: Mapping[str, Any] | Exception) -> None:
        self.answers, self.works = list(answers), list[Work]()

    def run(self, work: Work) -> Mapping[str, Any]:
        self.works.append(work)
        answer = self.answers[min(len(self.works), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer


def worker(store: Store, job: Job, at: datetime = NOW, name: str = "a") -> Worker:
    settings = AuditSettings(home=Path("nowhere"), audit_weeks=1)
    kinds = (Kind("count", blocks, job.run), Kind("asked", lambda *_: None, job.run))
    return Worker(store, settings, Log(), kinds, clock=lambda: at, name=name)


@pytest.mark.parametrize(
    ("now", "weeks", "start", "end"),
    [
        (NOW, 1, "2026-11-09", "2026-11-15"),
        (MONDAY, 1, "2026-11-09", "2026-11-15"),
        (MONDAY - timedelta(microseconds=1), 1, "2026-11-02", "2026-11-08"),
        (NOW, 13, "2026-06-29", "2026-09-27"),
        (datetime(2027, 1, 1, tzinfo=UTC), 13, "2026-09-28", "2026-12-27"),
    ],
)
def test_a_slot_is_a_block_of_whole_weeks(now: datetime, weeks: int, start: str, end: str) -> None:
    slot = blocks(AuditSettings(home=Path("nowhere"), audit_weeks=weeks), now)
    assert (slot.name, slot.arguments) == (f"{start}..{end}", {"start": start, "end": end})
    first, last = period(slot.arguments)
    assert last - first == timedelta(days=weeks * 7 - 1)
    assert slot.due_at.date() == last + timedelta(days=1)
    assert slot.due_at <= now


def test_blocks_follow_each_other_without_overlap() -> None:
    settings = AuditSettings(home=Path("nowhere"), audit_weeks=5)
    found = {blocks(settings, NOW + timedelta(days=d)).name for d in range(200)}
    days = sorted(tuple(date.fromisoformat(d) for d in name.split("..")) for name in found)
    assert len(days) > 4
    assert all(b[0] - a[1] == timedelta(days=1) for a, b in pairwise(days))


def test_what_is_due_is_done_once(store: Store) -> None:
    job = Job({"audits": []})
    assert worker(store, job).once() == [
        Done("count", "2026-11-09..2026-11-15", {"audits": []}, None)
    ]
    assert worker(store, job, name="b").once() == [], "the slot is done"
    assert len(worker(store, job, NOW + timedelta(days=7)).once()) == 1, "the next block is due"
    assert [w.arguments["end"] for w in job.works] == ["2026-11-15", "2026-11-22"]
    assert [j.state for j in all_jobs(store)] == ["done", "done"]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (NotEnoughDataError("no version is champion"), "no version is champion"),
        (KeyError("C4711"), "it ended by a fault of the program (KeyError)"),
    ],
)
def test_a_fault_is_kept_and_does_not_end_the_worker(
    store: Store, fault: Exception, told: str
) -> None:
    (done,) = worker(store, Job(fault)).once()
    assert (done.result, done.error) == (None, told)
    (job,) = all_jobs(store)
    assert (job.state, job.error) == ("failed", told)
    assert worker(store, Job({})).once() == [], "nor is it tried again"


def test_a_database_that_did_not_answer_is_asked_again_later(store: Store) -> None:
    job = Job(StoreError("the database cannot answer now"), {"audits": []})
    assert worker(store, job).once()[0].error == "the database cannot answer now"
    assert worker(store, job, NOW + AGAIN / 2).once() == []
    (done,) = worker(store, job, NOW + AGAIN).once()
    assert done.result == {"audits": []}


def test_the_kinds_that_are_registered() -> None:
    settings = AuditSettings(home=Path("nowhere"))
    slots = {kind.name: kind.slot(settings, NOW) for kind in KINDS}
    asked_for = {name for name, slot in slots.items() if slot is None}
    assert asked_for == {"drift-alert", "probe", *STEPS}, "others enter these"
    assert set(slots) - asked_for == {
        *("fairness", "retention", "drift", "shadow", "shadow-report", "outcomes", "retrain"),
        *("today", "management", "follow-ups", "portfolio", "data-quality"),
    }


SLEEPER = """
import sys, time
from pathlib import Path
from api.audits import AuditSettings
from api.log import Log
from api.schedule import Kind, blocks
from api.worker import Worker, stoppable
from data.store import open_store

def sleep(work):
    print("working", flush=True)
    try:
        time.sleep(60)
    except Exception:
        print("caught", flush=True)
    return {}

store = open_store(sys.argv[1])
settings = AuditSettings(home=Path("nowhere"))
with stoppable():
    Worker(store, settings, Log(), (Kind("count", blocks, sleep),), name="killed").run()
print("ended", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_asked_to_end_gives_its_job_back(
    store: Store, store_url: str, root: Path, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SLEEPER, store_url], cwd=root, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "working\n"
    process.send_signal(number)
    assert process.communicate()[0] == "ended\n"
    assert process.returncode == 0
    (job,) = all_jobs(store)
    assert (job.state, job.attempts) == ("waiting", 0)
    again = take(store, ["count"], "heir", datetime.now(UTC), timedelta(minutes=1))
    assert again is not None
