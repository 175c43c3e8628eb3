"""The applications that stored decisions are about: inputs exactly as they were scored."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from data.store.decisions import Decision
from drift.record import Cohort, Seen
from drift.window import Window
from scoring.scorer import Scorer
from scoring.vector import FloatArray

YEAR = dt.timedelta(weeks=52)
"""Between a window and the same season before: whole weeks, so that weekdays match."""
WEEK = 7
FEWEST_DECIDED = 30
"""Applications on which people must have decided before their overrides are compared."""


def year_before(start: dt.date, end: dt.date) -> tuple[dt.date, dt.date]:
    """The same season a year before a window, both days included.

    A window of four or more whole weeks has every weekday equally often and is moved by the
    calendar: what goes by months, as a harvest does, would be a day off after whole weeks. Any
    other is moved by whole weeks.
    """
    days = (end - start).days + 1
    if days % WEEK or days < 4 * WEEK:
        return start - YEAR, end - YEAR
    first = _in_year(start, start.year - 1)
    return first, first + (end - start)


def _in_year(day: dt.date, year: int) -> dt.date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=year, day=28) if leap else day.replace(year=year)


def cohort(
    scorer: Scorer,
    found: Iterable[Decision],
    start: dt.date,
    end: dt.date,
    *,
    paid_out: Collection[str] | None = None,
    overridden: Mapping[str, bool] | None = None,
) -> Cohort:
    """Decisions in order of their time as the applications that they are about.

    Of several decisions on one application the last counts, whichever model made it: all were
    asked the same. Decisions under another contract than the model's are left out, and counted.
    ``paid_out``: ids of decisions whose loan was paid out; None: not known. ``overridden``: ids
    of decisions on which people decided, and whether against the model.
    """
    last: dict[str, Decision] = {}
    counted: Counter[str] = Counter()
    for decision in found:
        if decision.erased:
            counted["erased"] += 1
        elif decision.contract_hash != scorer.contract_hash:
            counted["other_contract"] += 1
        else:
            counted["repeated"] += last.pop(decision.application_id, None) is not None
            last[decision.application_id] = decision
    kept = list(last.values())
    return Cohort(
        window=_window(scorer, kept, _overridden(kept, overridden or {})),
        seen=Seen(
            start=start,
            end=end,
            own=sum(d.model_version == scorer.version for d in kept),
            masked=_masked(kept),
            **counted,
        ),
        who=np.array([d.applicant_id for d in kept], dtype=object),
        members={} if paid_out is None else {"deployed": _among(kept, paid_out)},
    )


def _among(kept: Sequence[Decision], ids: Collection[str]) -> NDArray[np.bool_]:
    return np.array([d.decision_id in ids for d in kept], dtype=bool)


def _overridden(kept: Sequence[Decision], by_id: Mapping[str, bool]) -> FloatArray | None:
    """1 and 0 where a person decided, else NaN (n); None where too few did."""
    found = np.array([by_id.get(d.decision_id, np.nan) for d in kept], dtype=np.float64)
    return found if np.count_nonzero(~np.isnan(found)) >= FEWEST_DECIDED else None


def _window(scorer: Scorer, kept: Sequence[Decision], overridden: FloatArray | None) -> Window:
    given = [_values(orjson.loads(d.request)) for d in kept]
    columns = {
        name: np.array([one.get(name) for one in given], dtype=object)
        for name in scorer.contract.inputs
    }
    numbers = {n: v for n, v in columns.items() if scorer.contract.spec(n).categories is None}
    times = [d.created_at.replace(tzinfo=None) for d in kept]
    return Window(
        columns=columns | {name: _as_numbers(v) for name, v in numbers.items()},
        application=np.array([d.application_id for d in kept], dtype=object),
        as_of=np.array(times, dtype="datetime64[us]"),
        overridden=overridden,
    )


def _values(request: Mapping[str, Any]) -> dict[str, Any]:
    sources: Mapping[str, Mapping[str, Any]] = request["sources"]
    return {name: value for values in sources.values() for name, value in values.items()}


def _as_numbers(values: Any) -> Any:
    return np.array([np.nan if v is None else float(v) for v in values], dtype=np.float64)


def _masked(kept: Sequence[Decision]) -> dict[str, dict[str, int]]:
    out: dict[str, Counter[str]] = defaultdict(Counter)
    for decision in kept:
        for part in orjson.loads(decision.record)["masked_sources"]:
            out[part["source"]][part["status"]] += 1
    return {source: dict(sorted(why.items())) for source, why in sorted(out.items())}
