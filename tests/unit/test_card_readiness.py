"""What readiness found is told in the card's own language, from the figures alone."""

import numpy as np
import pandas as pd
import pytest

from api.reports.card_readiness import FINDINGS, NAMES, finding, title
from scoring.readiness import readiness, told
from tests.bundles import small_contract


@pytest.fixture
def checks() -> list[dict[str, object]]:
    n = 3_000
    y = (np.arange(n) % 10 == 0).astype(float)
    y[:500] = np.nan
    keys = pd.DataFrame({"application": range(n), "applicant": range(n)})
    as_of = pd.Series(pd.date_range("2024-01-01", periods=n, freq="3h"))
    return told(readiness(small_contract(), keys, as_of, y))


def test_the_words_are_complete() -> None:
    assert NAMES["en"].keys() == NAMES["fr"].keys()
    assert FINDINGS["en"].keys() == FINDINGS["fr"].keys()


def test_every_check_is_told_in_french(checks: list[dict[str, object]]) -> None:
    assert {c["name"] for c in checks} == NAMES["fr"].keys()
    said = {title(c, "fr"): finding(c, "fr") for c in checks}
    matured = said["Prêts dont l'issue est connue"].replace("\u202f", " ").replace("\xa0", " ")
    assert matured == "2 500 demandes sur 3 000 ont une issue connue (il en faut 400)."
    assert said["Issue la plus rare"] == "250 prêts en défaut (il en faut 60)."
    assert said["Définition"].startswith("10,0")
    assert not any(finding(c, "fr") == c["finding"] for c in checks)


def test_english_says_what_was_found(checks: list[dict[str, object]]) -> None:
    for check in checks:
        plain = finding(check, "en").replace(",", "").rstrip(".").replace("10.0 %", "10.0%")
        assert plain.casefold() == str(check["finding"]).casefold()


def test_a_bundle_without_the_figures_is_told_as_it_was_written() -> None:
    check = {"name": "time", "level": "ok", "finding": "applications span 400 days"}
    assert finding(check, "fr") == "applications span 400 days"
