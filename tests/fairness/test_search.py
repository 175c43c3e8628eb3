"""The search: untouched data stay untouched, same seed same result, ordinary bundles."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from data.errors import NotEnoughDataError
from fairness import search as searching
from fairness import search_fitting
from fairness.candidates import Candidate, Measured, Recipe, described
from fairness.search import Found, SearchOptions, found_bundle, search
from fairness.search_claims import SearchVerdict
from fairness.search_fitting import Bench, finalist, fit, incumbent_recipe, measure
from fairness.search_trials import reduction_recipes
from scoring.bundle_rules import check_bundle
from scoring.scorer import Scorer
from scoring.split import split
from scoring.training import assemble
from scoring.tree_text import check
from tests.fairness.searching import VERSION, N, incumbent, portfolio, searched


@pytest.fixture(scope="module")
def found() -> Found:
    return searched()


def log(found: Found) -> list[tuple[object, ...]]:
    """All that was proposed, measured and chosen."""
    return [
        (c.number, c.recipe, c.measured.objectives, c.measured.air, c.measured.loss)
        for c in found.candidates
    ]


def test_a_planted_proxy_is_found_and_taken_away(found: Found) -> None:
    assert found.conclusion.verdict == SearchVerdict.FOUND
    assert found.proxies[0] == "has_group"
    chosen = found.candidates[found.conclusion.chosen or 0]
    assert chosen.recipe.kind == "proxy"
    assert chosen.recipe.left_out == ("has_group",)


def test_the_same_seed_gives_the_same_search(found: Found) -> None:
    again = searched()
    assert log(again) == log(found)
    assert again.judged == found.judged
    assert [b.model_text for b in again.bundles] == [b.model_text for b in found.bundles]


def test_later_outcomes_choose_nothing(found: Found) -> None:
    """Outcomes of the test part are turned round: only the judgement may change."""
    applications, y, _ = portfolio()
    test = found.bench.rows.parts.test
    later = np.isin(applications.keys["application"], [f"L{i:05}" for i in test])
    other = searched(np.where(later, 1 - y, y))
    assert log(other) == log(found)
    assert [c.number for c in other.finalists] == [c.number for c in found.finalists]
    assert [b.model_text for b in other.bundles] == [b.model_text for b in found.bundles]
    assert other.judged != found.judged


def test_the_parts_are_those_of_the_models_own_training(found: Found) -> None:
    applications, y, _ = portfolio()
    rows = found.bench.rows
    own = split(applications.contract, applications.keys, applications.as_of, y, rows.matrix, 1)
    for part in ("fit", "validation", "calibration", "test"):
        assert np.array_equal(getattr(rows.parts, part), getattr(own, part))
    assert set(rows.parts.test.tolist()).isdisjoint(rows.parts.train.tolist())


def test_candidates_are_ordinary_bundles_without_protected_columns(found: Found) -> None:
    contract = found.bench.contract
    protected = {a.column.split(".")[1] for a in contract.protected.values()}
    for bundle, candidate in zip(found.bundles, found.finalists, strict=True):
        model = check_bundle(bundle)
        assert model.feature_names == contract.model_features
        assert not {a.lower() for a in protected | contract.protected.keys()} & set(
            model.feature_names
        )
        used = {model.feature_names[f] for tree in model.trees for f in tree.split_feature}
        assert not used & set(candidate.recipe.left_out)
        assert bundle.lineage["search"]["parent"] == VERSION
        assert bundle.lineage["seed"] == 1


def test_a_finalist_learns_from_all_known_rows_and_is_calibrated_across_them(found: Found) -> None:
    parts, y = found.bench.rows.parts, found.bench.rows.y
    made = finalist(found.bench, found.candidates[1].recipe)
    whole = fit(found.bench, found.candidates[1].recipe, parts.known)
    assert made.text == whole.text
    assert made.held_out is not None
    assert made.held_out.y.tolist() == y[parts.known].tolist()
    bundle = assemble(found.bench.learner(found.candidates[1].recipe), made, found.bench.rows, {})
    scores = Scorer(bundle, "new").score_matrix(found.bench.rows.sample("test").matrix)
    assert scores.pd.mean() == pytest.approx(y[parts.test].mean(), rel=0.15)


def test_a_found_model_has_its_report_and_can_be_searched_again(found: Found) -> None:
    bundle = found_bundle(found)
    assert bundle is not None
    assert {"test", "detail", "baselines", "rows", "split"} <= bundle.metrics.keys()
    again = incumbent_recipe(bundle.lineage)
    chosen = found.candidates[found.conclusion.chosen or 0].recipe
    assert again == replace(chosen, kind="incumbent")


def test_a_coarsened_feature_has_few_steps(found: Found) -> None:
    recipe = replace(found.candidates[0].recipe, coarse=("late_days",))
    text = fit(found.bench, recipe, found.bench.rows.parts.fit).text
    model = check(text)
    late = model.feature_names.index("late_days")
    steps = {
        float(tree.threshold[i])
        for tree in model.trees
        for i, feature in enumerate(tree.split_feature)
        if feature == late
    }
    assert 0 < len(steps) <= 4


def test_reductions_deploy_one_fixed_model(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_fitting, "REDUCTION_STEPS", 2)
    recipe = reduction_recipes(replace(found.candidates[0].recipe, rounds=10), "sex")[0]
    first, second = (finalist(found.bench, recipe) for _ in range(2))
    assert first.text == second.text
    assert len(check(first.text).trees) == recipe.rounds
    bundle = assemble(found.bench.learner(recipe), first, found.bench.rows, {})
    assert check_bundle(replace(bundle, metrics={})).feature_names
    scorer = Scorer(bundle, "reduced")
    scores = [scorer.score_matrix(found.later.matrix, explain=False).pd for _ in range(2)]
    assert scores[0].tobytes() == scores[1].tobytes()


def test_reductions_are_tried_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_fitting, "REDUCTION_STEPS", 1)
    monkeypatch.setattr(search_fitting, "REFITS", 1)
    kinds = [c.recipe.kind for c in searched(trials=3, reductions=True).candidates]
    assert kinds == ["incumbent", "proxy", "reduced", "reduced"]


def test_an_interrupt_keeps_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = iter(range(100))

    def stopped(bench: Bench, recipe: Recipe, baseline: Measured | None) -> Measured:
        if next(calls) == 3:
            raise KeyboardInterrupt
        return measure(bench, recipe, baseline)

    monkeypatch.setattr(searching, "measure", stopped)
    found = searched()
    assert found.ended == "interrupted"
    assert [c.number for c in found.candidates] == [0, 1, 2]
    assert found.conclusion.verdict in set(SearchVerdict)


def test_no_time_is_no_trial() -> None:
    applications, y, groups = portfolio()
    scorer = Scorer(incumbent(applications, y), VERSION)
    options = SearchOptions(5, seconds=0.0)
    found = search(scorer, applications, y, groups, options, data={}, progress=lambda *_: None)
    assert found.ended == "time"
    assert len(found.candidates) == 1
    assert found.conclusion.verdict == SearchVerdict.NOT_FOUND


def test_groups_that_are_too_small_cannot_be_searched_for() -> None:
    applications, y, _ = portfolio()
    scorer = Scorer(incumbent(applications, y), VERSION)
    few = pd.DataFrame({"sex": np.where(np.arange(N) % 50 == 0, "F", "M").astype(object)})
    with pytest.raises(NotEnoughDataError, match="100 applicants"):
        search(scorer, applications, y, few, SearchOptions(1), data={}, progress=lambda *_: None)


def test_small_groups_are_left_out(found: Found) -> None:
    assert {c.group for c in found.bench.contrasts} == {"F"}


def test_the_log_says_how_a_candidate_was_made(found: Found) -> None:
    first: Candidate = found.candidates[0]
    assert described(first.recipe) == {
        "num_leaves": 8,
        "min_data_in_leaf": 50,
        "lambda_l2": 5.0,
        "feature_fraction": 0.6,
        "rounds": 30,
        "imbalance": "none",
        "strength": 0.0,
        "tolerance": None,
    }
