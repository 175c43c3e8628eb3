"""What watches the bench's lender: audits, drift checks and shadow reports of its newest decisions.

They are made by the worker's own jobs, and by the command that compares two models under a law. A
history of days stands behind them: the same check and the same report, kept for each day before.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np

from api.audits import open_protected
from api.drifting_keeping import keep as keep_check
from api.schedule import blocks, period
from api.shadowing import Shop
from api.shadowing import keep as keep_report
from api.shadowing_records import ShadowRecord
from api.wiring import open_home_store, open_ledger
from bench.servers.filled import LAW, Filled, done
from data.contract import Column
from data.contract_loading import load_contract
from data.statements import Statement, column_of, stated_values
from data.store.monitoring import checks_of
from data.store.shadow_reports import reports_of
from drift.record import read
from scoring.shadow.replaying import Past, replay

REPLAYED, REPLAYED_DAYS = 0.2, 300
"""Share of the decisions of so many days that the challenger scores afterwards."""
HISTORY = 60
"""Days for which a check and a report are kept: as many as pages go back to."""
JOBS = (
    "outcomes",
    "portfolio",
    "data-quality",
    "today",
    "management",
    "follow-ups",
    "drift",
    "fairness",
    "shadow",
)
_DAY = timedelta(days=1)


def steps(filled: Filled) -> Mapping[str, Callable[[], object]]:
    """What is to be done for the pages, in order, by name."""
    return {
        "statements": partial(_stated, filled),
        "replay": partial(_replayed, filled),
        **{f"job {kind}": partial(done, filled.settings, kind) for kind in JOBS},
        "audit of both models": partial(_compared, filled),
        "job shadow-report": partial(done, filled.settings, "shadow-report"),
        "history of checks": partial(_checked_before, filled),
        "history of reports": partial(_reported_before, filled),
    }


def _stated(filled: Filled) -> None:
    """Applicants whom audits are about state every protected attribute; some leave one out."""
    contract, rng, now = load_contract("microloan"), np.random.default_rng(3), datetime.now(UTC)
    with open_ledger(filled.settings) as (_, ledger):
        newest = ledger.between(now - 3 * _block(filled), now + _DAY)
        people = sorted({decision.applicant_id for decision in newest})
    columns = {name: column_of(contract, a) for name, a in contract.protected.items()}

    def one(person: str) -> Statement:
        values = {n: _value(spec, rng) for n, spec in columns.items() if rng.random() < 0.95}
        return Statement(
            applicant_id=person,
            stated=stated_values(contract, values),
            source="imported",
            actor="bench",
            at=now,
        )

    with open_protected(filled.settings) as (store, _):
        store.keep(map(one, people))


def _value(column: Column, rng: np.random.Generator) -> str | float:
    years = float(rng.integers(1955, 2005))
    return str(rng.choice(column.categories)) if column.categories else years


def _replayed(filled: Filled) -> None:
    """The challenger scores a part of what was decided before, some of it with outcomes."""
    past, now = Past(datetime.now(UTC) - REPLAYED_DAYS * _DAY, REPLAYED), datetime.now(UTC)
    with open_home_store(filled.settings) as store:
        shop = Shop.of(filled.settings, store)
        replay(shop.registry, shop.vault, filled.models.challenger, past, now, threads=2)


def _compared(filled: Filled) -> None:
    """The command that audits both models on the same decisions, those before the job's block.

    Blocks of days that overlap would give the days between away, so that finding out what may be
    published takes ever longer (``api.schedule.blocks``).
    """
    first, _ = period(blocks(filled.settings, datetime.now(UTC)).arguments)
    days = f"{first - _block(filled)}..{first - _DAY}"
    command = [sys.executable, "-m", "api.cli", "fairness", "audit", "--decisions", days]
    command += ["--model", filled.models.champion, "--challenger", filled.models.challenger]
    home = {"MICROSCORE_HOME": str(filled.home), "MICROSCORE_AUDIT_PROFILES": LAW}
    subprocess.run(command, check=True, env=os.environ | home, stdout=subprocess.DEVNULL)


def _block(filled: Filled) -> timedelta:
    """How long the days of an audit are."""
    return 7 * filled.settings.audit_weeks * _DAY


def _checked_before(filled: Filled) -> None:
    now = datetime.now(UTC)
    with open_home_store(filled.settings) as store:
        made = read(checks_of(store, filled.models.champion, 1)[0].result)
        for ago in (days * _DAY for days in range(HISTORY - 1, 0, -1)):
            moved = {"start": made.window.start - ago, "end": made.window.end - ago}
            window = made.window.model_copy(update=moved)
            keep_check(store, made.model_copy(update={"window": window}), now - ago)


def _reported_before(filled: Filled) -> None:
    now = datetime.now(UTC)
    with open_home_store(filled.settings) as store:
        shop = Shop.of(filled.settings, store)
        made = ShadowRecord.model_validate_json(reports_of(store, limit=1)[0].result)
        for ago in (days * _DAY for days in range(HISTORY - 1, 0, -1)):
            keep_report(shop, made.model_copy(update={"on": made.on - ago}), now - ago, "bench")
