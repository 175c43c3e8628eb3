"""How a feature is made from event rows, or from the calendar."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from data.contract_base import Frozen

RowOperation = Literal["days_between", "ratio", "difference", "days_since", "distance_km"]
Function = Literal[
    "count",
    "mean",
    "sum",
    "min",
    "max",
    "std",
    "last",
    "share",
    "slope",
    "top_share",
    "kept",
    "returned",
]
Arguments = Annotated[tuple[str, ...], Field(min_length=1, max_length=16)]
Scalar = str | int | float | bool
Bound = Literal["at_least", "at_most"]
Condition = Scalar | tuple[Scalar, ...] | dict[Bound, float]
"""A value that a column must equal, several of which it must equal one, or bounds of a number."""
MOST_PERIODS = 120


class Per(Frozen):
    """What rows are put together by before the function sees them; one of the two.

    ``days``: periods of so many days, counted back from the application; a period without rows
    has 0. ``column``: whatever the rows have in common, such as the other party; rows without a
    value there do not count.
    """

    days: int | None = Field(None, ge=1, le=366)
    column: str | None = None


class Leniency(Frozen):
    """Whose habit of judging is taken out of each value, and how far that is believed.

    An observer with n rows is as lenient as the mean of theirs minus the mean of all, times
    n / (n + prior_rows): empirical-Bayes shrinkage (Efron and Morris, JASA 1975), with
    ``prior_rows`` the variance within an observer's rows over that between observers. Only rows
    that were known before the day of the application began count, of all applicants.
    """

    observer: str = Field(description="Column that names the observer; empty: not adjusted.")
    prior_rows: float = Field(gt=0, le=10_000)


class Norm(Frozen):
    """Mean and standard deviation of a scale in the group that it was normed with."""

    mean: float
    sd: float = Field(gt=0)


class Aggregate(Frozen):
    """A feature made from the event rows that were known before the application.

    Rows are joined by the applicant (by the application in a table without that key) and count
    when known_at < as_of, strictly, and not reversed_at < as_of; a date counts as the end of its
    day. ``value`` is a column or one operation on columns of the event row:
    ``days_between: [a, b]`` is b - a, ``days_since: [a]`` is time of application - a (both in
    days), ``ratio: [a, b]`` is a / b, ``difference: [a, b]`` is a - b and
    ``distance_km: [lat, lon, lat, lon]`` lies between two places, each known to 0.01 degrees.

    ``last`` is the value of the row that became known last (of equal ones, that with the largest
    ``unique`` key). ``share`` is the mean of value > 0, ``std`` the sample standard deviation.
    With ``per``, functions see one value for each period or other party: the sum of its rows, or
    their number without ``value``. Then ``slope`` is the least-squares change from one period to
    the next, ``count`` how many others there are, ``top_share`` the largest value over the sum
    of all, ``kept`` the share of the rows of the window's later half that are with somebody of
    its earlier half, and ``returned`` the share of the sum that went to the same party again in
    rows that match ``against``.

    Missing values are skipped; a ratio to 0 is missing. No visible row at all: the feature is
    missing (the source is). Visible rows, but none that counts: count and sum are 0, others
    missing (with periods, all of them are 0). ``standardise`` gives (result - mean) / sd,
    ``flag`` 1 where the result keeps the bound and else 0. A result outside the feature's
    ``range`` is moved to its nearer end.
    """

    table: str
    function: Function
    value: str | dict[RowOperation, Arguments] | None = None
    where: dict[str, Condition] = Field(
        default={}, description="Only rows whose columns match all of these."
    )
    window_days: int | None = Field(
        None, ge=1, description="Only rows that happened (else: became known) in the last N days."
    )
    per: Per | None = None
    against: dict[str, Condition] | None = Field(None, description="Of returned: what goes back.")
    less_leniency: Leniency | None = None
    standardise: Norm | None = None
    flag: dict[Bound, float] | None = None

    @property
    def periods(self) -> int | None:
        """Number of periods, when rows are put together by periods."""
        if self.per is None or self.per.days is None or self.window_days is None:
            return None
        return self.window_days // self.per.days

    def columns(self) -> Iterator[str]:
        """Every column of an event row that the aggregate looks at, each once."""
        named = [*operands(self)[1], *self.where, *(self.against or {})]
        named += [self.per.column] if self.per and self.per.column else []
        named += [self.less_leniency.observer] if self.less_leniency else []
        yield from dict.fromkeys(named)


def operands(a: Aggregate) -> tuple[RowOperation | None, tuple[str, ...]]:
    """Operation (None for a plain column) and columns of an aggregate's value."""
    if a.value is None:
        return None, ()
    if isinstance(a.value, str):
        return None, (a.value,)
    return next(iter(a.value.items()), (None, ()))


Year = Annotated[tuple[float, ...], Field(min_length=12, max_length=12)]


class Calendar(Frozen):
    """A feature of the day of the application: how much money such a business has that season.

    ``months`` has an index for each month, January first, for each value of the feature ``by``.
    ``mean`` is its mean over the months in which the loan is repaid: the ``over`` (a feature:
    the term) months after that of the application. ``months_to_peak`` is the number of months
    until the next month with the highest index, 0 in such a month.
    """

    measure: Literal["mean", "months_to_peak"]
    by: str = Field(description="A feature: the category that chooses among the calendars.")
    months: dict[str, Year] = Field(min_length=1)
    over: str | None = Field(None, description="A feature: the term in months; for mean alone.")
