"""Decisions of a group: the same as alone, what is missing, and what is refused."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
import pytest

from scoring.scorer import Scorer, Scores
from scoring.service import Application, MaskStatus, decide
from tests.bundles import small_bundle, small_contract

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NAN = float("nan")
GIVEN: dict[str, list[Any]] = {
    "amount": [1000.0, 120_000.0, None],
    "income": [10_000.0, NAN, None],
    "late_days": [0, 30, None],
    "wallet_inflow": [90_000.0, 10.0, None],
    "trade": ["services", NAN, None],
    "has_group": [True, False, None],
}


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(small_bundle(), "model-1")


def drawn(n: int) -> list[Application]:
    """Applications with values that are absent, None and NaN, some with the wallet masked."""
    rng, made = np.random.default_rng(n), []
    for i in range(n):
        values = {name: some[rng.integers(3)] for name, some in GIVEN.items() if rng.random() < 0.8}
        masked: dict[str, MaskStatus] = {"wallet": "no_consent"} if rng.random() < 0.5 else {}
        made.append(Application(f"A-{i}", "P-1", None, None, values, masked, b"{}"))
    return made


@pytest.mark.parametrize("n", [0, 1, 2, 6, 14, 40])
def test_a_group_is_decided_as_each_would_be_alone(scorer: Scorer, n: int) -> None:
    applications = drawn(n)
    together = decide(scorer, applications, "key", NOW)
    assert len(together) == n
    for application, made in zip(applications, together, strict=True):
        alone = decide(scorer, [application], "key", NOW)[0]
        assert made == alone._replace(decision_id=made.decision_id)
        sources = {name: small_contract().features[name].source for name in GIVEN}
        assert orjson.loads(made.record)["missing_fields"] == [
            name
            for name in small_contract().inputs
            if application.values.get(name) is None and sources[name] not in application.masked
        ]


@pytest.mark.parametrize("wrong", [2e-6, NAN, np.inf])
def test_a_score_that_is_not_the_sum_of_its_contributions_is_refused(
    scorer: Scorer, wrong: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = scorer.score_each([{}, {}])
    assert right.contributions is not None
    contributions = right.contributions.copy()
    contributions[1, 0] += wrong

    def scored(_: object) -> Scores:
        return replace(right, contributions=contributions)

    monkeypatch.setattr(scorer, "score_each", scored)
    with pytest.raises(ValueError, match="not the sum"):
        decide(scorer, drawn(2), "key", NOW)
