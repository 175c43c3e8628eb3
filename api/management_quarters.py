"""Return, risk and reach by quarter: decisions, appeals and loans (a job: needs pandas)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import func, select

from api.management_figures import AtRisk, Quarter, Ratio, Share, share, spread
from api.management_use import each_decision
from data.contract import Contract
from data.labels import label
from data.loanbook import THOUSANDTHS, Days, LoanBook
from data.store import Store
from data.store.outcomes_book import StoredLoans, read_rows
from data.store.tables import decisions
from data.store.tables_officers import appeal_resolutions, appeals
from drift.vintages_arrears import portfolio_at_risk
from scoring.intervals import Z95

QUARTERS = 5
"""The quarter that is under way, and those before it."""
MONTHS_AT_RISK = 12
Floats = NDArray[np.float64]


def quarters_until(today: date) -> list[tuple[date, date]]:
    """First day and first day after of the last quarters; the last one holds ``today``."""
    at = today.year * 4 + (today.month - 1) // 3
    starts = [date(q // 4, q % 4 * 3 + 1, 1) for q in range(at - QUARTERS + 1, at + 2)]
    return list(pairwise(starts))


@dataclass(frozen=True)
class Lending:
    """Stored loans with what each is to the figures, arrays (n,).

    ``bad``: NaN without an outcome; ``amount``: all instalments together, in money; ``first``:
    the borrower has no earlier loan here; ``scored``: decided on until the day it was paid out.
    """

    book: LoanBook
    bad: Floats
    amount: Floats
    first: NDArray[np.bool_]
    scored: NDArray[np.bool_]
    scored_since: np.datetime64
    matured_first: date | None
    at_risk: list[AtRisk]


def lending(store: Store, contract: Contract, day: date) -> Lending:
    """The loans of ``contract`` as known at the end of ``day``.

    Raises StoreError; NotEnoughDataError where the contract's label stands in a column.
    """
    rows = read_rows(store, contract, day)
    stored = rows.loans()
    book = stored.book
    outcome = label(rows.definition, book)
    window = np.timedelta64((rows.definition.window_days or 0), "D")
    matured = book.disbursed[~np.isnan(outcome)] + window
    scored, since = _scored(store, stored, ZoneInfo(contract.timezone))
    months = portfolio_at_risk(book)[-MONTHS_AT_RISK:]
    return Lending(
        book=book,
        bad=outcome,
        amount=_until(book.dues, len(book)) / THOUSANDTHS,
        first=_first(stored),
        scored=scored,
        scored_since=since,
        matured_first=_as_date(matured.min()) if len(matured) else None,
        at_risk=[AtRisk(day=m.day, loans=m.loans, **m.par30._asdict()) for m in months],
    )


def _first(stored: StoredLoans) -> NDArray[np.bool_]:
    frame = pd.DataFrame({"who": stored.applicant, "day": stored.book.disbursed})
    earliest = frame.groupby("who")["day"].transform("min")
    return np.asarray(frame["day"] == earliest, dtype=np.bool_)


def _scored(
    store: Store, stored: StoredLoans, zone: ZoneInfo
) -> tuple[NDArray[np.bool_], np.datetime64]:
    """Which loans had a decision by the day they were paid, and the day of the first decision."""
    d = decisions.c
    with store.read() as connection:
        query = select(d.application, func.min(d.created_at)).group_by(d.application)
        made = {name: at.astimezone(zone).date() for name, at in connection.execute(query)}
    first = np.datetime64(min(made.values()), "D") if made else np.datetime64("NaT", "D")
    days = np.array([made.get(name) for name in stored.application], dtype="datetime64[D]")
    return np.asarray(days <= stored.book.disbursed, dtype=np.bool_), first


@dataclass
class _Decisions:
    total: Counter[int] = field(default_factory=Counter)
    approved: Counter[int] = field(default_factory=Counter)
    unscored: Counter[int] = field(default_factory=Counter)


def by_quarter(store: Store, zone: ZoneInfo, now: datetime, loans: Lending | None) -> list[Quarter]:
    """The last quarters; what is said of loans is empty without ``loans``. Raises StoreError."""
    spans = quarters_until(now.astimezone(zone).date())
    limits = [datetime.combine(first, time(), zone).astimezone(UTC) for first, _ in spans]
    counted = _Decisions()
    for made in each_decision(store, limits[0], now):
        at = sum(made.at >= limit for limit in limits) - 1
        counted.total[at] += 1
        counted.approved[at] += made.recommendation == "approve"
        counted.unscored[at] += not made.scored
    in_time = _answered(store, [*limits, now], now)
    usual = _usual(loans, spans)
    return [_quarter(i, span, counted, in_time[i], loans, usual) for i, span in enumerate(spans)]


def _quarter(
    i: int,
    span: tuple[date, date],
    counted: _Decisions,
    in_time: Share,
    loans: Lending | None,
    usual: float,
) -> Quarter:
    first, end = (np.datetime64(day, "D") for day in span)
    n = counted.total[i]
    lent = np.zeros(0, dtype=np.intp)
    if loans is not None:
        lent = np.flatnonzero((loans.book.disbursed >= first) & (loans.book.disbursed < end))
    amounts = loans.amount[lent] if loans is not None else np.zeros(0)
    bad = loans.bad[lent] if loans is not None else np.zeros(0)
    known = bad[~np.isnan(bad)]
    new = int(loans.first[lent].sum()) if loans is not None else 0
    return Quarter(
        name=f"{span[0].year} Q{(span[0].month + 2) // 3}",
        decisions=n,
        approved=share(counted.approved[i], n),
        unscored=share(counted.unscored[i], n),
        in_time=in_time,
        loans=len(lent),
        scored_first=None if loans is None else _scored_share(loans, lent),
        first_loans=share(new, len(lent)),
        small=share(int((amounts <= usual / 2).sum()), len(lent)),
        usual_loan=spread(amounts),
        collected=_collected(loans, first, end),
        bad=share(int(known.sum()), len(known)),
    )


def _scored_share(loans: Lending, lent: NDArray[np.intp]) -> Share | None:
    """Of the loans since the first decision; None before it."""
    since = lent[loans.book.disbursed[lent] >= loans.scored_since]
    return share(int(loans.scored[since].sum()), len(since)) if len(since) else None


def _usual(loans: Lending | None, spans: list[tuple[date, date]]) -> float:
    """The middle amount of all loans of these quarters; 0 without any."""
    if loans is None:
        return 0.0
    amounts = loans.amount[loans.book.disbursed >= np.datetime64(spans[0][0], "D")]
    return float(np.median(amounts)) if len(amounts) else 0.0


def _collected(loans: Lending | None, first: np.datetime64, end: np.datetime64) -> Ratio:
    """Paid until now of what fell due from ``first`` until before ``end``.

    Payments settle the oldest instalment first. The interval is that of a ratio of sums over
    loans, ``R ± z·sqrt(n/(n-1)·Σ(p-R·d)²)/Σd`` (Cochran 1977, section 6.4), within 0 and 1.
    """
    if loans is None or np.isnat(loans.book.seen_until):
        return Ratio(part=0.0, whole=0.0, n=0, value=None, low=None, high=None)
    book, n = loans.book, len(loans.book)
    before = _until(book.dues, n, lambda day: day < first)
    last = min(end, loans.book.seen_until + 1)
    owed = (_until(book.dues, n, lambda day: day < last) - before) / THOUSANDTHS
    paid = np.clip(_until(book.paid, n) - before, 0, None) / THOUSANDTHS
    mine = owed > 0
    owed, paid = owed[mine], np.minimum(paid[mine], owed[mine])
    whole, part, count = float(owed.sum()), float(paid.sum()), len(owed)
    if count < 2:
        value = part / whole if whole else None
        return Ratio(part=part, whole=whole, n=count, value=value, low=None, high=None)
    value = part / whole
    error = float(np.sqrt(count / (count - 1) * np.sum((paid - value * owed) ** 2)) / whole)
    low, high = max(0.0, value - Z95 * error), min(1.0, value + Z95 * error)
    return Ratio(part=part, whole=whole, n=count, value=value, low=low, high=high)


def _until(
    frame: pd.DataFrame, n: int, which: Callable[[Days], NDArray[np.bool_]] | None = None
) -> Floats:
    """The running total of each loan on the last of the days ``which`` selects (n,)."""
    if which is not None:
        frame = frame[which(frame["day"].to_numpy().astype("datetime64[D]"))]
    last = frame.drop_duplicates("row", keep="last")
    totals = np.zeros(n)
    totals[last["row"].to_numpy(dtype=np.intp)] = last["total"].to_numpy()
    return totals


def _answered(store: Store, limits: list[datetime], now: datetime) -> list[Share]:
    """Appeals that were due between two limits each, and those answered until they were due."""
    a, r = appeals.c, appeal_resolutions.c
    query = (
        select(a.due_at, r.at)
        .outerjoin(appeal_resolutions, r.appeal_id == a.appeal_id)
        .where(a.due_at >= limits[0], a.due_at < now)
    )
    due, right = Counter[int](), Counter[int]()
    with store.read() as connection:
        for due_at, at in connection.execute(query):
            quarter = sum(due_at >= limit for limit in limits) - 1
            due[quarter] += 1
            right[quarter] += at is not None and at <= due_at
    return [share(right[i], due[i]) for i in range(len(limits) - 1)]


def _as_date(day: np.datetime64) -> date:
    return date.fromisoformat(str(day))
