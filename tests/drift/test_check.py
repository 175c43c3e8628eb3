"""Whole checks: faults are found and named, nothing is found where nothing happened."""

from collections.abc import Callable

import jsonschema_rs
import numpy as np
import pytest
from scipy.stats import chi2

from data.errors import NotEnoughDataError
from drift.check import check
from drift.null import Nulls
from drift.reference import Reference
from drift.verdicts import DriftReport, json_schema
from drift.window import Window
from tests.drift.populations import TRADES, Columns, people, reference

N = 400


@pytest.fixture(scope="module")
def known() -> tuple[Reference, Nulls]:
    return reference(), Nulls()


Known = tuple[Reference, Nulls]


def checked(known: Known, columns: Columns, season: Reference | None = None) -> DriftReport:
    return check(known[0], Window(columns), season=season, nulls=known[1])


def lost(columns: Columns) -> None:
    columns["loan"][:20] = np.nan


def shuffled(columns: Columns) -> None:
    columns["loan"] = np.random.default_rng(5).permutation(columns["loan"])


def inflated(columns: Columns) -> None:
    columns["income"] *= 1.6


def later(columns: Columns) -> None:
    columns["late"][:250] += 1


def unit(columns: Columns) -> None:
    columns["loan"][:12] *= 1000


def fishing(columns: Columns) -> None:
    columns["trade"][:40] = "fishing"


@pytest.mark.parametrize(
    ("fault", "column", "words"),
    [
        (lost, "loan", "missing-more"),
        (shuffled, "loan", "relation"),
        (inflated, "income", "values-up"),
        (later, "late", "values-up"),
        (unit, "loan", "high-values-more"),
        (fishing, "trade", "category-more"),
    ],
)
def test_a_fault_is_found_and_its_feature_stands_first(
    known: Known, fault: Callable[[Columns], None], column: str, words: str
) -> None:
    columns = people(N, 1)
    assert not checked(known, columns).alarm
    fault(columns)
    report = checked(known, columns)
    assert report.alarm
    assert report.at_fault[0] == column
    found = next(f for f in report.against[0].features if f.name == column)
    assert words in {t.words for t in found.tests if t.significant}


def test_a_broken_relation_leaves_every_feature_alone_in_order(known: Known) -> None:
    columns = people(N, 2)
    shuffled(columns)
    found = {f.name: f for f in checked(known, columns).against[0].features}
    layers = {t.layer for t in found["loan"].tests if t.significant}
    assert layers == {"dependence"}
    assert found["income"].explained_by in {None, "loan"}


def test_psi_stands_beside_what_chance_passes(known: Known) -> None:
    cells = {c.name: c.coder.cells for c in known[0].layout.columns if c.layer == "feature"}
    for feature in checked(known, people(N, 3)).against[0].features:
        rows = N * (0.9 if feature.name == "phone" else 1)
        theory = (1 / rows + 1 / (5 * rows)) * chi2(cells[feature.name] - 1).ppf(0.95)
        assert feature.psi_critical == pytest.approx(theory, rel=0.2)
        assert 0 <= feature.psi < 2 * feature.psi_critical


def test_rows_and_columns_in_another_order_give_the_same_report(known: Known) -> None:
    columns = people(N, 4)
    later(columns)
    order = np.random.default_rng(0).permutation(N)
    mixed = {name: columns[name][order] for name in reversed(columns)}
    assert checked(known, mixed) == checked(known, columns)


def test_another_unit_on_both_sides_changes_nothing() -> None:
    def scaled(columns: Columns) -> Columns:
        return {**columns, "income": columns["income"] * 1024, "loan": columns["loan"] / 512}

    window = people(N, 5)
    shuffled(window)
    plain = check(reference(600), Window(window))
    other = check(Reference.of_columns(scaled(people(600, 0)), TRADES), Window(scaled(window)))
    assert other.against[0].features == plain.against[0].features
    assert other.against[0].together == plain.against[0].together


def test_a_harvest_that_comes_every_year_is_no_alarm(known: Known) -> None:
    harvest = people(2000, 8)
    harvest["income"] *= 2
    season = Reference.of_columns(harvest, TRADES)
    window = people(N, 9)
    window["income"] *= 2
    report = checked(known, window, season)
    assert [a.alarm for a in report.against] == [True, False]
    assert not report.alarm
    assert report.at_fault == ()
    window["late"][:150] += 1
    again = checked(known, window, season)
    assert again.alarm
    assert again.at_fault[0] == "late"


def test_a_report_fits_its_published_schema(known: Known) -> None:
    columns = people(N, 6)
    unit(columns)
    report = checked(known, columns)
    jsonschema_rs.validator_for(json_schema()).validate(report.model_dump(mode="json"))
    assert DriftReport.model_validate_json(report.model_dump_json()) == report


def test_too_few_rows_are_not_judged(known: Known) -> None:
    with pytest.raises(NotEnoughDataError, match="at least 30 applications"):
        checked(known, people(29, 1))
    with pytest.raises(NotEnoughDataError, match="at least 200 rows"):
        reference(199)


def test_references_must_have_the_same_features(known: Known) -> None:
    other = {n: v for n, v in people(300, 0).items() if n != "late"}
    with pytest.raises(ValueError, match="same features"):
        checked(known, people(N, 1), Reference.of_columns(other, TRADES))


def test_a_window_without_a_value_is_judged(known: Known) -> None:
    columns = people(N, 7)
    columns["phone"][:] = np.nan
    report = checked(known, columns)
    assert report.at_fault == ("phone",)
