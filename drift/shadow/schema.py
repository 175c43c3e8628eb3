"""The published form of a comparison: plain JSON with a schema, nothing about a single person.

All differences are the challenger's less the champion's. An interval holds with 95 % unless its
part says otherwise; what ``ranking`` and ``accuracy`` say holds at all times together, however
often one looks.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, Self

from pydantic import Field

from data.contract import Frozen
from scoring.intervals import Estimate
from scoring.states import State


class Interval(Frozen):
    """A value within its interval; all null where it is not defined."""

    value: float | None = None
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, estimate: Estimate) -> Self:
        """The same."""
        return cls(value=estimate.value, low=estimate.low, high=estimate.high)


class Pairing(Frozen):
    """Whether the two models saw the same. ``passed``: all hashes alike, and less than one in a
    thousand without a score.

    ``expected``: decisions that belong to the challenger's share; ``missing`` of them have no pair
    yet; ``errors``: pairs without a score, by why; ``identical``: pairs whose vectors have one
    hash; ``features``: that both models have; ``only_...``: that one alone has.
    """

    expected: int
    pairs: int
    scored: int
    identical: int
    missing: int
    errors: dict[str, int]
    features: int
    only_champion: int
    only_challenger: int
    passed: bool


class Flips(Frozen):
    """Decisions on different sides of a cut-off; ``p``: exact McNemar test, a borrower once."""

    cut_off: Literal["approve", "decline"]
    up: int = Field(description="Better off with the challenger.")
    down: int = Field(description="Worse off with the challenger.")
    share: Interval
    p: float


class Difference(Frozen):
    """How different the scores are. ``psi_critical``: what 5 % of comparisons of equals pass."""

    rank_correlation: Interval
    psi: float
    psi_critical: float
    psi_p: float
    flips: tuple[Flips, ...]
    same_first_reason: Interval


class Swapped(Frozen):
    """Those whom one model alone approves.

    ``expected_loss``: mean PD of each model times amount times loss given default, summed; per
    unit lent where no amount is known. ``bad_rate``: of matured loans, with a bootstrap over
    borrowers; ``possible``: lowest and highest bad rate that can be (``low`` if those whom the
    champion declined are no better than those it approved at the same score of the challenger).
    """

    who: Literal["in", "out"]
    decisions: int
    amount: float | None
    mean_amount: float | None
    pd_champion: Interval
    pd_challenger: Interval
    expected_loss: float | None
    reasons: dict[str, float] = Field(description="Share by the champion's first reason.")
    matured: int
    bads: int
    bad_rate: Interval
    possible: Interval


class Ranking(Frozen):
    """Difference of AUC among one population.

    ``confidence``: of ``auc``, at all times together; ``fixed``: of DeLong at the latest of the
    looks that were fixed in advance. ``biased``: outcomes exist by the champion's choice alone.
    """

    population: Literal["jointly_approved", "weighted", "everyone"]
    loans: int
    bads: int
    auc: Interval
    confidence: float
    fixed: Interval
    fixed_bads: int | None
    ks: Interval
    biased: bool


class Accuracy(Frozen):
    """Champion's loss less the challenger's (above 0 the challenger is better), on those whom both
    approve (all with an outcome, where that is everyone).

    ``difference``: a confidence sequence; ``better``, ``not_worse`` and ``worse``: log10 of the
    most that a bet against the contrary has made; ``proved``: log10 of what proves it.
    """

    loss: Literal["brier", "log_loss"]
    loans: int
    bads: int
    champion: float | None
    challenger: float | None
    difference: Interval
    better: float
    not_worse: float
    worse: float
    proved: float


class Calibration(Frozen):
    """Observed over expected defaults on the same loans as the accuracy."""

    champion: float | None
    challenger: float | None


class Vintage(Frozen):
    """A month of decisions: expected profit for each decision, at equal approval rate."""

    month: str
    decisions: int
    champion: float
    challenger: float


class Money(Frozen):
    """Expected profit for each decision: by outcomes of those whom both approve, else by what both
    models expect.

    ``margin``: earned on a loan that is repaid, and ``loss_given_default``: lost on a bad one, as
    shares of the amount, by the contract or as ``assumed``.
    """

    margin: float
    loss_given_default: float
    assumed: bool
    per: Literal["amount", "unit_lent"]
    at_equal_approvals: Interval
    at_equal_bad_rate: Interval
    approvals_at_equal_bad_rate: float | None
    champion: float | None
    vintages: tuple[Vintage, ...]


class Cost(Frozen):
    """What a score of the challenger takes, in milliseconds, and how often there is none."""

    latency_ms: float | None
    latency_p99_ms: float | None
    cpu_ms: float | None
    error_share: float


class Judged(Frozen):
    """A state of one part, and what would settle it."""

    part: Literal["ranking", "accuracy"]
    state: State
    margin: float
    why: Literal["proved", "too_few", "open", "biased"]
    bads: int
    bads_needed: int | None
    settled_on: dt.date | None


class ShadowReport(Frozen):
    """The comparison of two versions, by all decisions that both scored."""

    schema_version: Literal[1] = 1
    champion: str
    challenger: str
    first: dt.date | None
    last: dt.date | None
    on: dt.date
    plan: Literal["daily", "fixed"]
    margins: dict[str, float]
    decisions: int
    borrowers: int
    replayed: int
    not_new: int = Field(
        description="Outcomes left out, as the challenger may have learned from them."
    )
    outcomes: Literal["everyone", "quota", "approved"] = Field(
        description="Whose outcome is known: everyone's, also of some by chance, or only of those "
        "whom the champion approved."
    )
    state: State
    judged: tuple[Judged, ...]
    pairing: Pairing
    difference: Difference
    swaps: tuple[Swapped, ...]
    ranking: tuple[Ranking, ...]
    auc_bounds: Interval
    accuracy: tuple[Accuracy, ...]
    calibration: Calibration
    money: Money
    cost: Cost


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a report."""
    return ShadowReport.model_json_schema(mode="serialization")
