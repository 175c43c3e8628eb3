"""The one path from inputs to scores, for the server, the batch command and evaluation."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from data.contract_loading import contract_hash
from data.errors import SuspendedError
from scoring.bundle import Bundle
from scoring.calibration import probability
from scoring.capacity import CapacityRule, Judged
from scoring.model import Model
from scoring.policy import RECOMMENDATIONS, Recommendation
from scoring.reasons import Reason, ReasonWriter
from scoring.referring import ThinFiles
from scoring.vector import Columns, FloatArray, Vectorizer


@dataclass(frozen=True)
class Scores:
    """Scores of n applications, column by column.

    ``contributions`` is (n, k + 1): log-odds a model feature, the base last; each row sums to
    ``log_odds``. ``matrix`` (n, k) is what was scored. ``recommendation`` is the one in force:
    ``capacity`` says what the contract's rule about the instalment made of it, None where there is
    none or only a matrix was scored.
    """

    log_odds: FloatArray
    pd: FloatArray
    points: NDArray[np.int64]
    band: NDArray[np.intp]
    recommendation: NDArray[np.intp]
    contributions: FloatArray | None
    matrix: FloatArray
    capacity: Judged | None = None

    @property
    def by_score(self) -> NDArray[np.intp]:
        """What the score alone recommends."""
        return self.recommendation if self.capacity is None else self.capacity.by_score


class Scorer:
    """An immutable, loaded model. Build it only from a bundle that was verified.

    ``threads`` is for LightGBM: 1 in the server (one row is fastest so), more for batches.
    """

    def __init__(self, bundle: Bundle, version: str, threads: int = 1) -> None:
        self.bundle = bundle
        self.version = version
        self.suspended = False
        self.contract = bundle.contract
        self.vectorizer = Vectorizer(bundle.contract)
        self._model = Model(bundle.model_text, threads)

    @cached_property
    def contract_hash(self) -> str:
        """SHA-256 of the contract, as it stands in every decision."""
        return contract_hash(self.contract)

    @cached_property
    def sources(self) -> dict[str, str]:
        """The source of each input, in the contract's order."""
        return {name: self.contract.features[name].source for name in self.contract.inputs}

    @cached_property
    def reason_writer(self) -> ReasonWriter:
        """The writer of this contract's reasons."""
        return ReasonWriter(self.contract)

    @cached_property
    def thin_files(self) -> ThinFiles:
        """The contract's rule about whom too little is known of."""
        return ThinFiles(self.contract)

    @cached_property
    def capacity_rule(self) -> CapacityRule | None:
        """The contract's rule about what can be repaid."""
        return CapacityRule(self.contract) if self.contract.policy.capacity else None

    def suspended_double(self) -> Self:
        """The same model, which gives no score: it stands in while a person suspends it."""
        double = copy(self)
        double.suspended = True
        return double

    def score(self, columns: Columns, n: int, *, explain: bool = True) -> Scores:
        """Score ``n`` applications given as columns of inputs."""
        scores = self.score_matrix(self.vectorizer.matrix(columns, n), explain=explain)
        if self.capacity_rule is None:
            return scores
        in_force, judged = self.capacity_rule.judge(columns, scores.recommendation)
        return replace(scores, recommendation=in_force, capacity=judged)

    def score_each(self, each: Sequence[Mapping[str, Any]]) -> Scores:
        """Score applications given as their inputs by name: the same bits as from columns."""
        scores = self.score_matrix(self.vectorizer.rows(each))
        if self.capacity_rule is None:
            return scores
        in_force, judged = self.capacity_rule.judge_each(each, scores.recommendation)
        return replace(scores, recommendation=in_force, capacity=judged)

    def score_matrix(self, matrix: FloatArray, *, explain: bool = True) -> Scores:
        """Score rows of the model's matrix (n, k), as ``Vectorizer.matrix`` gives them.

        The recommendations are by the score alone: a matrix does not say what is owed.
        Raises SuspendedError: whatever asks a suspended model gets nothing.
        """
        if self.suspended:
            raise SuspendedError("the model is suspended and gives no score")
        calibration, rules = self.bundle.calibration, self.bundle.rules
        contributions = None
        if explain:
            margins, raw = self._model.explain(matrix)
            contributions = calibration.contributions(raw)
        else:
            margins = self._model.margins(matrix)
        log_odds = calibration.log_odds(margins)
        pd = probability(log_odds)
        return Scores(
            log_odds=log_odds,
            pd=pd,
            points=rules.score_points(log_odds),
            band=rules.band(pd),
            recommendation=rules.recommend(pd),
            contributions=contributions,
            matrix=matrix,
        )

    def intervals(self, scores: Scores) -> list[tuple[float, float] | None]:
        """Limits of each row's probability of default; None where the bundle knows none."""
        band = self.bundle.calibration.band
        if band is None:
            return [None] * len(scores.pd)
        low, high = band.around(scores.log_odds, scores.pd)
        return list(zip(low.tolist(), high.tolist(), strict=True))

    def approved(self, scores: Scores) -> NDArray[np.bool_]:
        """Who is recommended for approval (n); who has too thin a file never is."""
        approve = np.equal(scores.recommendation, RECOMMENDATIONS.index("approve"))
        thin = self.thin_files.among(scores.matrix)
        return approve if thin is None else approve & ~thin

    def band_name(self, scores: Scores, i: int) -> str:
        """Name of the band of row ``i``."""
        return self.bundle.rules.bands[int(scores.band[i])]

    def recommendation_name(self, scores: Scores, i: int) -> Recommendation:
        """Recommendation of row ``i``."""
        return RECOMMENDATIONS[int(scores.recommendation[i])]

    def reasons(self, scores: Scores) -> list[list[Reason]]:
        """At most four reasons a row; the scores must carry contributions."""
        if scores.contributions is None:
            raise ValueError("reasons need contributions")
        writer = self.reason_writer
        totals = writer.totals(scores.contributions)
        picked = writer.pick(totals, scores.by_score, writer.known(scores.matrix))
        return [
            [writer.reason(group, row[group]) for group in groups if group >= 0]
            for groups, row in zip(picked.tolist(), totals.tolist(), strict=True)
        ]
