"""Quality of the reasons of declines, by group."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from fairness import explanation_parity
from fairness.explanation_parity import (
    DECLINE,
    MEASURES,
    DeclineReasons,
    decline_reasons,
    explanation_gaps,
)
from fairness.groups import grouping
from scoring.scorer import Scorer
from tests.bundles import small_bundle, small_columns

N = 600


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(small_bundle(), "test")


@pytest.fixture(scope="module")
def columns(scorer: Scorer) -> dict[str, NDArray[Any]]:
    kinds = {name: scorer.contract.spec(name).type for name in scorer.contract.inputs}
    return {
        name: np.array(values, dtype=object if kinds[name] == "category" else np.float64)
        for name, values in small_columns(N).items()
    }


@pytest.fixture(scope="module")
def quality(scorer: Scorer, columns: dict[str, NDArray[Any]]) -> DeclineReasons:
    return decline_reasons(scorer, columns, N, seed=1)


def test_every_decline_is_judged(
    scorer: Scorer, columns: dict[str, NDArray[Any]], quality: DeclineReasons
) -> None:
    scores = scorer.score(columns, N)
    assert quality.rows.tolist() == np.flatnonzero(scores.recommendation == DECLINE).tolist()
    told = [len(reasons) for reasons in scorer.reasons(scores)]
    assert quality.reasons.tolist() == [told[i] for i in quality.rows]


def test_all_four_reasons_told_leave_nothing_out(quality: DeclineReasons) -> None:
    """The small contract has four reason groups, so only what is immaterial stays untold."""
    assert np.all((quality.fidelity > 0.9) & (quality.fidelity <= 1 + 1e-12))


def test_reasons_seldom_change_with_a_small_change_and_more_with_a_large_one(
    scorer: Scorer,
    columns: dict[str, NDArray[Any]],
    quality: DeclineReasons,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(explanation_parity, "NUDGE", 0.5)
    shaken = decline_reasons(scorer, columns, N, seed=1).stability.mean()
    assert 0.3 < shaken < quality.stability.mean() <= 1


def test_the_seed_decides_the_changes(
    scorer: Scorer, columns: dict[str, NDArray[Any]], quality: DeclineReasons
) -> None:
    again = decline_reasons(scorer, columns, N, seed=1)
    assert np.array_equal(again.stability, quality.stability)


def made(stability: list[float], groups: list[str]) -> tuple[DeclineReasons, Any]:
    n = len(groups)
    reasons = DeclineReasons(np.arange(n), np.array(stability), np.ones(n), np.full(n, 3.0))
    return reasons, grouping("sex", np.array(groups, dtype=object), "male")


def test_a_difference_is_found_and_has_its_sign() -> None:
    rng = np.random.default_rng(0)
    stability = [*rng.uniform(0.2, 0.6, 60), *rng.uniform(0.7, 1.0, 80)]
    gaps = explanation_gaps(*made(stability, ["female"] * 60 + ["male"] * 80))
    assert [g.measure for g in gaps] == list(MEASURES)
    first, second, third = gaps
    assert first.difference.high is not None
    assert first.difference.high < -0.3
    assert tuple(second.difference) == (0, 0, 0)
    assert third.value.value == 3
    assert first.declines == (60, 80)


def test_fewer_than_thirty_declines_are_not_judged() -> None:
    gaps = explanation_gaps(*made([1.0] * 129, ["female"] * 29 + ["male"] * 100))
    assert not any(g.sufficient for g in gaps)
    assert all(g.difference.value is None for g in gaps)


def test_a_model_that_declines_nobody_has_nothing_to_judge(
    columns: dict[str, NDArray[Any]],
) -> None:
    bundle = small_bundle()
    rules = bundle.rules.model_copy(update={"approve_below": 0.999, "decline_from": 0.999})
    lenient = Scorer(replace(bundle, rules=rules), "test")
    quality = decline_reasons(lenient, columns, N, seed=1)
    names = np.array(["female", "male"] * (N // 2), dtype=object)
    assert len(quality.rows) == 0
    assert not any(g.sufficient for g in explanation_gaps(quality, grouping("sex", names, "male")))
