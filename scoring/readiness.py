"""Whether a portfolio can carry a model at all, asked before anything is fitted."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from data.contract import Contract, PerformanceLabel
from data.errors import NotEnoughDataError
from scoring.vector import FloatArray

Level = Literal["ok", "thin", "not_ready"]

FEWEST_MATURED, COMFORTABLE_MATURED = 400, 2000
FEWEST_BADS, COMFORTABLE_BADS = 60, 200
FEWEST_APPLICANTS = 300
"""Below: not ready. Bads that suffice for a stable ranking are some 100 to 200 (Siddiqi 2017 asks
for 2,000 of each for a scorecard; a small institution has never seen so many)."""
MOST_ONE_SIDED = 0.6
"""Share of bads above which the definition, not the borrowers, is the first thing to look at."""


class Check(NamedTuple):
    """One question about the data, its answer and what to do about it.

    ``finding`` says it in English; ``values`` are the figures in it, by name, from which a report
    tells it in another language.
    """

    name: str
    level: Level
    finding: str
    values: dict[str, float | str]


class NotReadyError(NotEnoughDataError):
    """The data cannot carry a model; the message has every reason."""

    def __init__(self, checks: list[Check]) -> None:
        self.checks = checks
        reasons = "; ".join(c.finding for c in checks if c.level == "not_ready")
        super().__init__(f"not ready for training: {reasons}")


def readiness(
    contract: Contract, keys: pd.DataFrame, as_of: pd.Series | None, y: FloatArray
) -> list[Check]:
    """Answers about volume, matured loans, the target's definition, people and time.

    ``keys`` (n) has application and applicant, ``as_of`` (n) the times of application, ``y`` (n)
    1 bad, 0 good and NaN where there is no outcome (yet).
    """
    known = ~np.isnan(y)
    checks = [_matured(int(known.sum()), len(y)), _bads(y[known]), _definition(contract, y[known])]
    applicants = keys["applicant"].dropna().nunique()
    if applicants:
        level: Level = "ok" if applicants >= FEWEST_APPLICANTS else "not_ready"
        checks.append(
            Check(
                "people",
                level,
                f"{applicants} applicants ({FEWEST_APPLICANTS} needed)",
                {"count": applicants, "needed": FEWEST_APPLICANTS},
            )
        )
    if as_of is not None and known.any():
        checks.append(_time(contract, as_of[known]))
    return checks


def require_ready(checks: list[Check]) -> None:
    """Raise NotReadyError when any check says so."""
    if any(check.level == "not_ready" for check in checks):
        raise NotReadyError(checks)


def told(checks: list[Check]) -> list[dict[str, Any]]:
    """The checks as a report keeps them."""
    return [check._asdict() for check in checks]


def _level(count: float, fewest: int, comfortable: int) -> Level:
    return "not_ready" if count < fewest else "thin" if count < comfortable else "ok"


def _matured(matured: int, rows: int) -> Check:
    level = _level(matured, FEWEST_MATURED, COMFORTABLE_MATURED)
    finding = f"{matured} of {rows} applications have an outcome ({FEWEST_MATURED} needed)"
    values: dict[str, float | str] = {"count": matured, "rows": rows, "needed": FEWEST_MATURED}
    return Check("matured", level, finding, values)


def _bads(y: FloatArray) -> Check:
    fewer = int(min(y.sum(), len(y) - y.sum()))
    kind = "bad" if y.sum() == fewer else "good"
    level = _level(fewer, FEWEST_BADS, COMFORTABLE_BADS)
    values: dict[str, float | str] = {"count": fewer, "kind": kind, "needed": FEWEST_BADS}
    return Check("outcomes", level, f"{fewer} {kind} loans ({FEWEST_BADS} needed)", values)


def _definition(contract: Contract, y: FloatArray) -> Check:
    definition = contract.label.definition
    computed = isinstance(contract.label, PerformanceLabel)
    if computed and (definition.days_past_due is None or definition.window_days is None):
        finding = "label.definition: days_past_due and window_days say what a bad loan is"
        return Check("definition", "not_ready", finding, {})
    share = float(y.mean()) if len(y) else 0.0
    if share > MOST_ONE_SIDED:
        finding = f"{share:.0%} of the outcomes are bad: check the definition"
        return Check("definition", "not_ready", finding, {"share": share})
    return Check("definition", "ok", f"{share:.1%} of the outcomes are bad", {"share": share})


def _time(contract: Contract, as_of: pd.Series) -> Check:
    """Loans of one window or less show one season, and their test would overlap their training."""
    days = int((as_of.max() - as_of.min()).days)
    window = contract.label.definition.window_days or 0
    level: Level = "ok" if days >= max(365, 2 * window) else "thin"
    finding = f"applications span {days} days; a year shows every season"
    return Check("time", level, finding, {"days": days})
