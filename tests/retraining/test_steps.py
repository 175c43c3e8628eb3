"""Retraining: each step once, taken up after a kill, and never a promotion."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from api.audits import AuditSettings
from api.retraining import STEPS, begin
from api.schedule import Work
from api.wiring import open_registry
from api.worker import LEASE
from data.store import Store
from data.store.attested import find_faults
from data.store.jobs import all_jobs
from data.store.shadow import assignments_of
from scoring.registry import Registry
from tests.bundles import small_bundle
from tests.retraining.learning import NOW, given, learned, worker
from tests.web.world import home_settings, promote

ROOT = Path(__file__).resolve().parents[2]
DIE = """
import sys
from pathlib import Path
from api import retraining
from api.audits import AuditSettings
from data.store import open_store
from tests.retraining.learning import given, worker

def train(*_, **__):
    print("training", flush=True)
    sys.stdin.read()

retraining.experience, retraining.train = given, train
settings = AuditSettings(home=Path(sys.argv[1]), store_url=sys.argv[2])
worker(open_store(settings.database_url), settings, "dies", lambda _: None).once()
"""


@pytest.fixture
def settings(tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch) -> AuditSettings:
    """A home with a champion; its experience is ``learned``."""
    home = tmp_path / "home"
    promote(home_settings(home, store_url), small_bundle())
    monkeypatch.setattr("api.retraining.experience", given)
    return AuditSettings(home=home, store_url=store_url, audit_profiles=())


@pytest.fixture
def registry(settings: AuditSettings) -> Iterator[Registry]:
    with open_registry(settings) as made:
        yield made


def enter(registry: Registry, settings: AuditSettings, run: str = "run-1") -> str:
    champion = registry.champion()
    assert champion is not None
    assert begin(Work(settings, registry.store, {}, NOW), run, champion, "a test", None)
    return champion


def states(store: Store) -> dict[str, str]:
    return {job.kind: job.state for job in all_jobs(store)}


def test_two_workers_make_one_challenger_in_shadow(
    registry: Registry, settings: AuditSettings
) -> None:
    champion, store = enter(registry, settings), registry.store
    assert not begin(Work(settings, store, {}, NOW), "run-1", champion, "a test", None), "once"
    seen: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        both = [worker(store, settings, name, seen.append) for name in ("a", "b")]
        done = [one for found in pool.map(lambda w: w.once(), both) for one in found]
    done += worker(store, settings, "c", seen.append).once()
    assert sorted(seen) == sorted(STEPS), "each step by one of them, once"
    assert [d.error for d in done] == [None] * len(STEPS)
    assert states(store) == dict.fromkeys(STEPS, "done")
    (new,) = [m for m in registry.versions() if m.version != champion]
    assert registry.aliases() == {"champion": champion, "challenger": new.version}
    assert [a.challenger for a in assignments_of(store) if a.stopped_at is None] == [new.version]
    assert (new.created_by, "a test" in new.note) == ("retrain", True)
    lineage = registry.open(new.version)[1].lineage
    assert lineage["retrained"] == {"run": "run-1", "why": "a test"}
    audit = next(job for job in all_jobs(store) if job.kind == "retrain-audit")
    assert audit.result is not None
    assert "no profile" in audit.result["why"]
    assert find_faults(store) == []


def test_a_killed_run_is_taken_up_where_it_was(registry: Registry, settings: AuditSettings) -> None:
    enter(registry, settings)
    command = [sys.executable, "-c", DIE, str(settings.home), str(settings.store_url)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"training\n"
        process.kill()
    store, seen = registry.store, list[str]()
    assert states(store) == {"retrain-data": "done", "retrain-train": "running"}
    assert worker(store, settings, "b", seen.append).once() == [], "it is still leased"
    later = NOW + LEASE + timedelta(seconds=1)
    done = worker(store, settings, "b", seen.append, at=later).once()
    assert seen == list(STEPS[1:]), "the data were looked at already"
    assert [d.error for d in done] == [None] * 3
    assert registry.aliases()["challenger"] != registry.champion()


def test_a_step_that_was_done_and_not_noted_does_no_harm(
    registry: Registry, settings: AuditSettings
) -> None:
    enter(registry, settings)
    worker(registry.store, settings, "a", lambda _: None).once()
    versions = {m.version for m in registry.versions()}
    for job in all_jobs(registry.store):
        kinds = worker(registry.store, settings, "b", lambda _: None).kinds
        kind = next(k for k in kinds if k.name == job.kind)
        kind.run(Work(settings, registry.store, job.arguments, NOW))
    assert {m.version for m in registry.versions()} == versions, "the same data, the same model"
    assert len(all_jobs(registry.store)) == len(STEPS)
    assert len(assignments_of(registry.store)) == 1


def test_data_that_carry_no_model_end_the_run(
    registry: Registry, settings: AuditSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.retraining.experience", lambda *_: learned(60))
    enter(registry, settings)
    (done,) = worker(registry.store, settings, "a", lambda _: None).once()
    assert done.error is not None
    assert "not ready for training" in done.error
    assert states(registry.store) == {"retrain-data": "failed"}
