"""Seconds of computing that a full audit takes.

    python bench/fairness/audit_time.py [--quick]

taiwan_cards by sex, home_credit by sex and age, and the synthetic portfolio (20,000 applications)
by all five attributes: a model is trained, then the scores, the flip test, all sections of the
audit with what may be published of it, and the report are timed (CPU time of this process). The
synthetic portfolio is audited again, with what is public by then: another model for the same
applicants, and then two periods that overlap the first. --quick takes a quarter of the rows.
Public data that does not stand beside the project is left out.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from api.reports.fairness import render
from data.contract import Contract
from data.contract_loading import load_contract
from data.features.applications import Applications, build_applications
from data.features.protected import protected_groups
from data.labels import outcomes
from data.reading import read_portfolio
from data.synthetic import generate_portfolio
from fairness.audit import audit
from fairness.flip_test import flip_test
from fairness.profiles import load_profile
from fairness.published import Register
from fairness.records import AuditRecord
from fairness.sample import Rows, draw, held_out, strata_of
from scoring.scorer import Scorer
from scoring.training import TrainingOptions, train
from scoring.vector import FloatArray

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
ASKED = {"taiwan_cards": ("sex",), "home_credit": ("sex", "age")}
SYNTHETIC = "microloan"
APPLICATIONS = 20_000
BAR, BAR_AGAIN = 10.0, 20.0
WEEKS = (2, 4)
"""Weeks by which the periods that overlap begin later."""
DAY = dt.date(2026, 11, 20)


@dataclass(frozen=True)
class Subject:
    """A trained model, and the applicants of its test period (``rows``)."""

    scorer: Scorer
    applications: Applications
    y: FloatArray
    tables: Mapping[str, pa.Table]
    rows: Rows

    @classmethod
    def of(cls, contract: Contract, folder: Path, *, quick: bool) -> Subject:
        """Train on the files in ``folder``."""
        tables: Mapping[str, pa.Table] = read_portfolio(contract, folder, need_label=True).tables
        if quick:
            main = contract.applications
            tables = {**tables, main: tables[main].slice(0, tables[main].num_rows // 4)}
        a = build_applications(contract, tables)
        y = outcomes(contract, tables, a)
        options = TrainingOptions(seed=1)
        trained = train(contract, a.inputs, a.keys, a.as_of, y, options, {"seed": 1})
        scorer = Scorer(trained.bundle, f"{contract.contract}-bench", threads=2)
        return cls(scorer, a, y, tables, held_out(scorer, a, y))

    def later(self, weeks: int) -> Subject:
        """Those of the last weeks alone."""
        day = self.applications.as_of
        if day is None:
            raise ValueError("applications without a time have no weeks")
        days = day.to_numpy()[self.rows]
        return replace(self, rows=self.rows[days >= days.min() + np.timedelta64(7 * weeks, "D")])

    def renamed(self, version: str) -> Subject:
        """The same model under another name."""
        return replace(self, scorer=Scorer(self.scorer.bundle, version, threads=2))

    def measure(self, profile: str, register: Register | None = None) -> tuple[float, Register]:
        """Seconds of one audit, and what is public after it."""
        start = time.process_time()
        a = self.applications
        groups = protected_groups(self.scorer.contract, self.tables, a.keys, a.as_of)
        sample = draw(self.scorer, a, self.y, groups, strata_of(a), self.rows)
        moved = flip_test(self.scorer, self.tables)
        law = load_profile(profile)
        made = audit(self.scorer, sample, law, data={}, on=DAY, flips=moved, register=register)
        render(AuditRecord.of(made.audit, None))
        return time.process_time() - start, made.register


def narrowed(name: str) -> Contract:
    """The shipped contract with the audited attributes alone."""
    contract = load_contract(name)
    kept = {n: contract.protected[n] for n in ASKED[name]}
    return contract.model_copy(update={"protected": kept})


def told(title: str, people: int, seconds: float, bar: float) -> bool:
    """Print a row; whether it is within its bar."""
    print(f"{title:<44} | {people:>12,} | {seconds:7.1f} | {bar:.0f}", flush=True)
    return seconds <= bar


def public(*, quick: bool) -> bool:
    """Audits of public data, as far as it is there; whether all are within the bar."""
    good = True
    for name, attributes in ASKED.items():
        title = f"{name} by {' and '.join(attributes)}"
        if not (DATA / name).is_dir():
            print(f"{title:<44} | left out: it does not stand beside the project")
            continue
        subject = Subject.of(narrowed(name), DATA / name, quick=quick)
        good &= told(title, len(subject.rows), subject.measure("eu")[0], BAR)
    return good


def synthetic(folder: Path, *, quick: bool) -> bool:
    """Audits of the synthetic portfolio, one after the other; whether all are within the bars."""
    generate_portfolio(APPLICATIONS, 1, folder)
    subject = Subject.of(load_contract(SYNTHETIC), folder, quick=quick)
    people = len(subject.rows)
    seconds, register = subject.measure("uemoa")
    good = told(f"{SYNTHETIC} by five attributes", people, seconds, BAR)
    seconds, register = subject.renamed("another-bench").measure("uemoa", register)
    good &= told("another model, the same applicants", people, seconds, BAR_AGAIN)
    for weeks in WEEKS:
        later = subject.later(weeks)
        seconds, register = later.measure("uemoa", register)
        title = f"a period that begins {weeks} weeks later"
        good &= told(title, len(later.rows), seconds, BAR_AGAIN)
    return good


def main(*, quick: bool) -> int:
    """Print seconds | bar for each audit; 1 when one takes longer."""
    print(f"{'full audit':<44} | applications | seconds | bar")
    good = public(quick=quick)
    with tempfile.TemporaryDirectory() as folder:
        good &= synthetic(Path(folder), quick=quick)
    return int(not good)


if __name__ == "__main__":
    np.seterr(all="ignore")
    sys.exit(main(quick="--quick" in sys.argv))
