"""Layer 0 with a contract and a model: what breaks a rule is named, counted and set aside."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from drift.check import check
from drift.null import Nulls
from drift.reference import Reference
from drift.verdicts import DriftReport
from drift.window import Expected, Window
from scoring.scorer import Scorer
from tests.bundles import small_bundle, small_columns

N = 300
NOW = datetime(2025, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def known() -> tuple[Reference, Nulls]:
    scorer = Scorer(small_bundle(), "small")
    matrix = scorer.vectorizer.matrix(small_columns(2000, 1), 2000)
    return Reference.of_matrix(scorer, matrix), Nulls()


Known = tuple[Reference, Nulls]


def columns(seed: int = 2) -> dict[str, list[Any]]:
    return small_columns(N, seed)


def broken(report: DriftReport) -> set[tuple[str, str | None, int]]:
    return {(b.rule, b.field, b.rows) for b in report.broken}


def test_a_good_window_is_in_order(known: Known) -> None:
    report = check(known[0], Window(columns()), nulls=known[1])
    assert not report.quarantined
    assert not report.alarm
    assert report.contract == "small"
    assert report.model == "small"
    assert [d.space for d in report.against[0].together] == ["inputs", "contributions"]
    assert [d.name for d in report.against[0].decisions] == ["score", "recommendation", "reason"]
    assert set(report.not_checked) == {"freshness", "duplicates", "volume", "overrides"}


def test_every_broken_rule_is_named_and_counted(known: Known) -> None:
    window = columns()
    window["amount"][:3] = [None, 50, 2e6]
    window["late_days"][:2] = [float("inf"), "many"]
    window["trade"][0] = "piracy"
    del window["has_group"]
    window["shoe_size"] = [42] * N
    report = check(known[0], Window(window), nulls=known[1])
    assert report.quarantined
    assert broken(report) == {
        ("required", "amount", 1),
        ("range", "amount", 2),
        ("type", "late_days", 2),
        ("category", "trade", 1),
        ("absent-column", "has_group", N),
        ("unknown-column", "shoe_size", N),
    }
    assert report.at_fault[0] == "has_group"
    assert "shoe_size" not in report.at_fault


def test_another_unit_is_quarantined(known: Known) -> None:
    window = columns()
    window["wallet_inflow"][:8] = [v and v / 1000 for v in window["wallet_inflow"][:8]]
    window["amount"][20:28] = [950_000.0] * 8
    report = check(known[0], Window(window), nulls=known[1])
    assert {(b.rule, b.field) for b in report.broken} == {
        ("unit-too-small", "wallet_inflow"),
        ("unit-too-large", "amount"),
    }
    assert all((b.p_corrected or 1) <= report.run_error for b in report.broken)
    assert set(report.at_fault) == {"wallet_inflow", "amount"}


def test_a_formula_is_explained_by_its_operand(known: Known) -> None:
    window = columns()
    window["amount"] = [min(1e6, 3 * v) for v in window["amount"]]
    report = check(known[0], Window(window), nulls=known[1])
    verdicts = {f.name: f for f in report.against[0].features}
    assert report.at_fault == ("amount",)
    assert verdicts["burden"].significant
    assert verdicts["burden"].explained_by == "amount"


def test_volume_freshness_and_repeats(known: Known) -> None:
    keys = np.array([f"L{i}" for i in range(N)])
    keys[1] = keys[0]
    old = np.full(N, np.datetime64("2025-02-01T00:00:00", "us"))
    window = Window(columns(), keys, old, np.zeros(N))
    expected = Expected(rows=(400, 900), until=NOW, fresh_within=timedelta(days=2))
    report = check(known[0], window, nulls=known[1], expected=expected)
    assert broken(report) == {
        ("too-few-rows", None, N),
        ("repeated-application", None, 1),
        ("stale", None, N),
    }
    assert report.not_checked == ("overrides",)
    many = Expected(rows=(1, 100))
    assert ("too-many-rows", None, N) in broken(
        check(known[0], window, nulls=known[1], expected=many)
    )


def test_an_empty_window_is_broken_and_nothing_else_is_said(known: Known) -> None:
    report = check(known[0], Window({name: [] for name in columns()}), nulls=known[1])
    assert broken(report) == {("no-rows", None, 0)}
    assert report.against == ()


def test_overrides_are_watched(known: Known) -> None:
    scorer = known[0].scorer
    assert scorer is not None
    matrix = scorer.vectorizer.matrix(small_columns(2000, 1), 2000)
    often = (np.arange(2000) % 20 == 0).astype(float)
    reference = Reference.of_matrix(scorer, matrix, often)
    window = Window(columns(), overridden=(np.arange(N) % 3 == 0).astype(float))
    report = check(reference, window)
    override = report.against[0].decisions[-1]
    assert override.name == "override"
    assert override.significant
    assert report.at_fault == ()
    assert report.confirmed == ("override",)


def test_a_bundle_carries_its_reference() -> None:
    from dataclasses import replace

    from scoring import keepsakes

    bundle = small_bundle()
    scorer = Scorer(bundle, "small")
    matrix = scorer.vectorizer.matrix(small_columns(400, 1), 400)
    kept = keepsakes.reference(scorer.vectorizer.features, matrix, np.zeros(400), np.zeros(400), 1)
    reference = Reference.of_bundle(Scorer(replace(bundle, reference=kept), "small"))
    np.testing.assert_array_equal(reference.rows.matrix, matrix)
    profile = reference.profile
    assert profile.rows == 400
    assert [f.feature for f in profile.features] == list(bundle.contract.model_features)
    assert profile.features[0].deciles[4] in matrix[:, 0]
    assert sum(next(f for f in profile.features if f.feature == "trade").categories.values()) == (
        pytest.approx(1)
    )
    assert type(profile).model_validate_json(profile.model_dump_json()) == profile
