"""Which alarms are due in a world that is lived through, as its construction says.

Written down before anything is scored, for the model that learned from the past alone:

- The **drought** moves one field, the rain, for everybody alike and to values that the model has
  never seen, so everybody is outside its support. What it does to repayment nobody can see
  before the loans have matured; then far more of them are bad than expected.
- The **product** is a category that nobody asked for before and has terms that nobody had. Its
  amounts and instalments follow; what somebody asks for goes with sector, number of the loan and
  income, so those relations may show it too.
- Scores, reasons, recommendations and estimates that rest on these fields *may* follow.

A year after its beginning each is in the same season before and no news any more (``until``).
Nothing else changes, so any other alarm is false.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.synthetic.loans import WINDOW_DAYS

if TYPE_CHECKING:
    from data.synthetic.living import Course, Size

WINDOW = timedelta(days=28)
"""Days of applications in one check."""
MONTH = timedelta(days=31)
YEAR = timedelta(weeks=52)
SETTLED = timedelta(days=WINDOW_DAYS + 7)
"""From lending to a settled outcome."""
LATEST_LOANS = 600
"""Matured loans of the drought by which layer 5 must have spoken; odds times 2 need about 150."""
LENT_SHARE = 0.5
"""At least this share of applicants is lent to."""

FOLLOWING = ("together:", "decision:", "harm:")
PRODUCT_FEATURES = (
    *("product", "term_months", "amount", "instalment_to_income", "amount_growth"),
    *("sector", "cycle", "expenses_to_income"),
)


@dataclass(frozen=True)
class Alarm:
    """One alarm: who it is about, from which day of a window's end it can be and must be there.

    ``cause``: product or drought; ``subject``: as episodes name it; ``latest``: the last window
    that may end without it, None for one that may be raised and need not be; ``until``: after
    this window it is false. A subject that ends in a colon stands for all that begin so.
    """

    cause: str
    subject: str
    layer: int | None
    earliest: date
    latest: date | None
    until: date

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {name: _plain(value) for name, value in vars(self).items()}


def due(course: Course, size: Size) -> tuple[Alarm, ...]:
    """All alarms that are due, or may be raised, before the course ends, by cause.

    One that need not have come by the end may be raised until then.
    """
    end = course.month(course.months)
    found = (a for a in (*_product(course), *_drought(course, size)) if a.earliest < end)
    return tuple(a if a.latest and a.latest < end else replace(a, latest=None) for a in found)


def _product(course: Course) -> Iterator[Alarm]:
    day = course.product_on
    latest, until = day + WINDOW + MONTH, day + YEAR + WINDOW
    for name in PRODUCT_FEATURES[:2]:
        yield Alarm("product", f"feature:{name}", 1, day, latest, until)
    for name in (*FOLLOWING, *(f"feature:{f}" for f in PRODUCT_FEATURES[2:])):
        yield Alarm("product", name, None, day, None, until)


def _drought(course: Course, size: Size) -> Iterator[Alarm]:
    day = course.drought_from
    latest, until = day + WINDOW + MONTH, day + YEAR + WINDOW
    yield Alarm("drought", "feature:rainfall_anomaly", 1, day, latest, until)
    yield Alarm("drought", "harm:outside_support", 4, day, latest, until)
    lent = timedelta(days=30 * LATEST_LOANS / (LENT_SHARE * size.now))
    known = day + SETTLED
    last = course.month(course.months)
    yield Alarm("drought", "realised:bad_rate", 5, known, known + lent + MONTH, last)
    for name in FOLLOWING:
        yield Alarm("drought", name, None, day, None, until)


def write_due(path: Path, course: Course, size: Size, seed: int) -> None:
    """Write the truth of a world that is lived through. Raises OSError."""
    truth = {
        "seed": seed,
        "applications": {"a_month_before": size.past, "a_month": size.now},
        "course": {name: _plain(value) for name, value in vars(course).items()},
        "alarms": [alarm.plain() for alarm in due(course, size)],
    }
    path.write_text(json.dumps(truth, indent=1) + "\n", "utf-8")


def read_due(path: Path) -> tuple[Alarm, ...]:
    """The alarms of a truth file. Raises OSError, ValueError."""
    found = json.loads(path.read_text("utf-8"))["alarms"]
    return tuple(Alarm(**{n: _day(n, v) for n, v in one.items()}) for one in found)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _day(name: str, value: Any) -> Any:
    days = name in {"earliest", "latest", "until"} and value is not None
    return date.fromisoformat(value) if days else value
