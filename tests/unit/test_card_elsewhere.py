"""Where a model holds is told in both languages, from the bundle's metrics alone."""

from typing import Any

import pytest

from api.reports.card import Card
from api.reports.card_elsewhere import ELSEWHERE, section
from api.reports.card_words import CardLanguage
from scoring.calibrators import KINDS
from tests.bundles import small_bundle

SPAN = {"value": 0.1, "low": 0.05, "high": 0.2}
TOLD: dict[str, Any] = {
    "segments": {
        "branch": [
            {"name": n, "rows": 120, "bads": 9, "mean_pd": 0.08, "rate": SPAN, "ratio": SPAN}
            for n in ("Kisumu", "others")
        ]
    },
    "elsewhere": {
        name: {"rows": 900, "auc": SPAN, "calibration_slope": SPAN, "less_random": SPAN}
        for name in ("random", "out_of_time", "out_of_branch")
    },
}


def test_the_words_are_complete() -> None:
    assert ELSEWHERE["en"].keys() == ELSEWHERE["fr"].keys()
    assert set(KINDS) <= ELSEWHERE["en"].keys()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_segments_and_places_are_told(language: CardLanguage) -> None:
    card, w = Card("v", small_bundle(), (), language), ELSEWHERE[language]
    made = section(card, "beta", True, TOLD)
    assert made.facts == ((w["kind"], w["beta"]),)
    assert made.paragraphs == (w["crossed"],)
    by_branch, places = made.grids
    assert [row[0] for row in by_branch.rows] == ["Kisumu", w["others"]]
    names = [w[n] for n in ("random", "out_of_time", "out_of_branch")]
    assert [row[0] for row in places.rows] == names
    assert places.rows[0][3] != places.rows[1][3]


def test_a_model_without_them_says_how_it_is_calibrated() -> None:
    made = section(Card("v", small_bundle(), (), "en"), "logistic", False, {})
    assert (made.paragraphs, made.grids) == ((), ())
