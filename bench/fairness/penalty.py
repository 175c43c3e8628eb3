"""What the fairness penalty costs and gives on real data (Taiwan cards, by sex and by age).

    python bench/fairness/penalty.py [--quick]

AUC and adverse impact ratio (AIR: lowest approval rate of a group over the highest) on the test
part at the policy's approval share, against the same trees without a penalty; means over splits
with the standard error. Beside it fairlearn's reduction on the first split, judged the same way.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.contract_loading import load_contract
from data.features.protected import protected_groups
from data.loading import LoadedApplications, load_applications
from fairness.fairlearn_adapter import Held, reduce_unfairness
from fairness.groups import Grouping, grouping
from fairness.objective import Penalty, penalised_text
from scoring.boosting import SHAPES, Learner, Sample
from scoring.intervals import delong
from scoring.model import Model
from scoring.split import Split, split
from scoring.vector import FloatArray, Vectorizer

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "taiwan_cards"
SHAPE = SHAPES["medium"]
STRENGTHS = (0.0, 0.3, 1.0, 3.0)
FEWEST = 100
STEPS = 8


@dataclass(frozen=True)
class Trial:
    """One split of the data with one attribute."""

    matrix: FloatArray
    y: FloatArray
    grouping: Grouping
    parts: Split
    learner: Learner
    rounds: int

    def sample(self, part: str) -> Sample:
        at = getattr(self.parts, part)
        return Sample(self.matrix[at], self.y[at])

    def held(self, part: str) -> Held:
        whole, at = self.grouping, getattr(self.parts, part)
        codes = whole.codes[at]
        return Held(
            self.sample(part), Grouping(whole.attributes, whole.names, whole.reference, codes)
        )

    def judged(self, text: str) -> tuple[float, float]:
        """AUC and AIR on the test part."""
        test = self.held("test")
        margin = Model(text).margins(test.sample.matrix)
        approved = margin < np.quantile(margin, self.learner.contract.policy.approve_share)
        people = test.grouping.people
        rates = (test.grouping.count(approved) / np.maximum(people, 1))[people >= FEWEST]
        return delong(test.sample.y, margin).value or 0.0, float(rates.min() / rates.max())

    def penalised(self, strength: float) -> str:
        """All groups but the reference are members of their own."""
        groups = self.held("train").grouping
        members = np.column_stack([groups.members(i) for i in groups.others]).astype(np.float64)
        penalty = Penalty(members, strength)
        return penalised_text(self.learner, SHAPE, self.sample("train"), penalty, self.rounds)

    def reduced(self, cut_off: float) -> str:
        """fairlearn's reduction; the inner model is chosen on the calibration part."""
        share = self.learner.contract.policy.approve_share
        best, _ = reduce_unfairness(
            self.learner,
            SHAPE,
            self.rounds,
            self.held("train"),
            self.held("calibration"),
            approve_share=share,
            cut_off=cut_off,
            tolerance=0.02,
            steps=STEPS,
        )
        return best.text


def trial(data: LoadedApplications, attribute: str, seed: int) -> Trial:
    """Split by ``seed``; the rounds are those of early stopping without a penalty."""
    contract = data.applications.contract
    assert data.y is not None
    matrix = Vectorizer(contract).matrix(data.columns(), len(data))
    keys, as_of = data.applications.keys, data.applications.as_of
    parts = split(contract, keys, as_of, data.y, matrix, seed)
    names = protected_groups(contract, data.portfolio.tables, keys, as_of)[attribute].to_numpy()
    groups = grouping(attribute, names, contract.protected[attribute].reference)
    made = Trial(matrix, data.y, groups, parts, Learner(contract, seed, 1), 0)
    rounds, _ = made.learner.rounds(SHAPE, made.sample("fit"), made.sample("validation"))
    return Trial(matrix, data.y, groups, parts, made.learner, rounds)


def main(splits: int) -> None:
    """Print figure | bar | tool of today."""
    data = load_applications(load_contract("taiwan_cards"), DATA, labelled=True)
    print("bar: at strength 3, AUC about -0.0003 and AIR +0.016 (specification, other data)")
    for attribute in ("sex", "age"):
        trials = [trial(data, attribute, seed) for seed in range(1, splits + 1)]
        plain = np.array(
            [t.judged(t.learner.text(SHAPE, t.sample("train"), t.rounds)) for t in trials]
        )
        auc, air = plain.mean(axis=0)
        print(f"{attribute}: no penalty, {splits} splits: AUC {auc:.4f}, AIR {air:.3f}")
        for strength in STRENGTHS:
            change = np.array([t.judged(t.penalised(strength)) for t in trials]) - plain
            error = change.std(axis=0, ddof=1) / np.sqrt(splits)
            (auc, air), (auc_error, air_error) = change.mean(axis=0), error
            print(
                f"  strength {strength:<4}: AUC {auc:+.4f} (se {auc_error:.4f}), "
                f"AIR {air:+.3f} (se {air_error:.3f})"
            )
        for label, cut_off in (("at 0.5", 0.5), ("at the bad rate", float(data.y.mean()))):  # type: ignore[union-attr]
            start = time.process_time()
            auc, air = trials[0].judged(trials[0].reduced(cut_off)) - plain[0]
            seconds = time.process_time() - start
            print(
                f"  today: fairlearn reduction {label}, one split: AUC {auc:+.4f}, "
                f"AIR {air:+.3f}, {seconds:.0f} CPU s"
            )


if __name__ == "__main__":
    main(2 if "--quick" in sys.argv else 10)
