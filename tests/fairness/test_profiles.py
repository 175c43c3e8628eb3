"""Jurisdiction profiles: dated, sourced, strict, and the only place that changes a verdict."""

from datetime import date
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from data.contract import LANGUAGES
from data.contract_loading import load_contract
from data.errors import ContractError, ProfileError
from fairness.judging import Pairs, judge
from fairness.profiles import Profile, load_profile, shipped_profiles
from fairness.profiles.loading import parse_profile
from fairness.verdicts import Tolerance, Verdict

US = (files("fairness") / "profiles" / "us.yaml").read_text("utf-8")


def changed(old: str, new: str, text: str = US) -> str:
    assert text.count(old) >= 1
    return text.replace(old, new, 1)


def test_the_five_profiles_are_shipped() -> None:
    assert shipped_profiles() == ["eu", "india", "kenya", "uemoa", "us"]


@pytest.mark.parametrize("name", shipped_profiles())
def test_a_shipped_profile_is_whole(name: str) -> None:
    profile = load_profile(name)
    assert profile.profile == name
    assert profile.version == date(2026, 11, 20)
    assert set(profile.family.grounds) == set(profile.grounds)
    for rule in profile.rules.values():
        assert len(set(rule.statement.model_dump().values())) == len(LANGUAGES)
        assert rule.source
    used = {r for m in profile.metrics.values() for r in (*m.legal, *m.practice)}
    assert used <= set(profile.rules)
    assert profile.tolerance("flip_test").high == 0
    assert profile.duties("flip_test", profile.version)


@pytest.mark.parametrize("name", shipped_profiles())
def test_an_institutions_attributes_find_their_grounds(name: str) -> None:
    profile = load_profile(name)
    contract = load_contract("microloan")
    grounds = {a: profile.ground_of(a) for a in contract.protected}
    assert grounds["sex"] == "sex"
    assert grounds["language_group"] is not None
    assert profile.in_family("adverse_impact_ratio", "sex")
    assert not profile.in_family("calibration_slope", "sex")
    assert not profile.in_family("adverse_impact_ratio", "shoe_size")


def test_the_effects_test_was_a_duty_until_it_was_removed() -> None:
    us = load_profile("us")
    assert us.duties("adverse_impact_ratio", date(2026, 7, 20)) == ("reg_b_effects_test",)
    assert us.duties("adverse_impact_ratio", date(2026, 7, 21)) == ()
    assert us.duties("adverse_impact_ratio", date(2011, 12, 29)) == ()
    assert us.duties("flip_test", date(2026, 7, 21)) == ("reg_b_treatment",)


def test_the_high_risk_duties_of_the_union_begin_later() -> None:
    eu = load_profile("eu")
    assert eu.duties("tpr_difference", date(2027, 12, 1)) == ()
    assert eu.duties("tpr_difference", date(2027, 12, 2)) == ("ai_act_bias",)
    assert "race_directive" in eu.duties("adverse_impact_ratio", date(2026, 11, 20))


def test_four_fifths_is_no_law() -> None:
    us = load_profile("us")
    assert us.rules["four_fifths"].status == "guidance"
    assert not us.rules["four_fifths"].binds(date(2026, 11, 20))
    assert us.tolerance("adverse_impact_ratio").low != 0.8


def test_a_profile_fills_what_the_statistics_take() -> None:
    us = load_profile("us")
    assert us.tolerance("adverse_impact_ratio") == Tolerance(0.9, None, 1.0, "parity")
    assert us.tolerance("fpr_difference") == Tolerance(None, 0.05, 0.0, "parity")
    assert us.tolerance("auc_difference") == Tolerance(None, None, 0.0, "parity")
    assert us.judging("adverse_impact_ratio").method == "holm"
    many = us.judging("adverse_impact_ratio", intersections=True)
    assert (many.method, many.error) == ("benjamini_hochberg", 0.05)


def test_changing_a_profile_changes_the_verdict_and_nothing_else(tmp_path: Path) -> None:
    counts = (5100.0, 10_000.0, 6000.0, 10_000.0)  # an AIR of 0.85
    pairs = Pairs(*(np.array([v]) for v in counts))
    path = tmp_path / "mine.yaml"
    path.write_text(changed("low: 0.9", "low: 0.8"), "utf-8")
    found = [
        judge(pairs, profile.judging("adverse_impact_ratio"))
        for profile in (load_profile("us"), load_profile(str(path)))
    ]
    assert [f.verdicts for f in found] == [[Verdict.FAIL], [Verdict.PASS]]
    assert np.array_equal(found[0].plain, found[1].plain)
    strict = parse_profile(changed("low: 0.9", "low: 0.8\n    proof: limit"))
    assert strict.tolerance("adverse_impact_ratio").proof == "limit"


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        ('version: "2026-11-20"', "version: tomorrow", "version", "must be a date as in"),
        ("profile: us\n", "", "profile", "is missing"),
        ("  error: 0.016", "  error: 2", "family.error", "must be less than 1"),
        ("  error: 0.016", "  eror: 0.016", "family.eror", "did you mean 'error'?"),
        ("people: 30", "people: 5", "minimums.people", "must be at least 30"),
        ("cell: 10", "cell: 3", "minimums.cell", "must be at least 10"),
        ("    low: 0.9\n", "    low: 1.1\n", "metrics.adverse_impact_ratio.low", "below 1"),
        ("    high: 0\n", "    high: -1\n", "metrics.flip_test.high", "must not be below 0"),
        ("  proxy_auc:", "  proxy_ucla:", "metrics.proxy_ucla", "must be 'adverse_impact_ratio'"),
        ("rules: [ecoa]", "rules: [ecco]", "grounds.sex.rules", "'ecco' is no rule"),
        ("grounds: [sex, race", "grounds: [sexe, race", "family.grounds", "'sexe' is no ground"),
        ("grounds: [sex, race", "grounds: [sex, sex", "family.grounds", "'sex' stands twice"),
        ("[race, colour", "[sex, colour", "grounds.race.attributes", "stands in two places"),
        ("legal: [reg_b_effects_test]", "legal: [four_fifths]", "legal", "binds nobody"),
        ("    practice: [adverse_action]\n", "", "explanation_difference", "needs a rule"),
        ('_until: "2026', '_until: "2027', "rules.reg_b_effects_test", "do not say removed"),
        ('until: "2026-07-21"', 'until: "2001-01-01"', "reg_b_effects_test", "must come after"),
        ("status: in_force", "status: not_yet_in_force", "rules.ecoa", "say not_yet_in_force"),
        ('date: "2026-04-22"', 'date: "2027-04-22"', "rules.reg_b_effects_test", "younger"),
        ("    in_force_from: \"1977-03-23\"\n", "", "rules.ecoa", "needs in_force_from"),
        ("    source: Equal", "    source: &a Equal", "rules.ecoa.source", "anchors"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_field(
    old: str, new: str, where: str, message: str
) -> None:
    with pytest.raises(ProfileError) as wrong:
        parse_profile(changed(old, new), "mine.yaml")
    told = [p for p in wrong.value.problems if where in p.field and message in p.message]
    assert told, str(wrong.value)
    assert str(wrong.value).startswith("mine.yaml:")


def test_the_line_is_the_line() -> None:
    text = changed("    low: 0.9\n", "    low: 1.1\n")
    with pytest.raises(ProfileError) as wrong:
        parse_profile(text)
    assert text.splitlines()[wrong.value.problems[0].line - 1] == "    low: 1.1"


def test_an_unknown_profile_is_told_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"no shipped profile \(eu, india, .*'kenya'\?"):
        load_profile("keyna")
    with pytest.raises(ProfileError, match="must be a mapping"):
        parse_profile("- a\n")
    broken = tmp_path / "broken.yaml"
    broken.write_bytes(b"profile: \xff")
    with pytest.raises(ProfileError, match="UTF-8"):
        load_profile(str(broken))
    assert issubclass(ProfileError, ContractError)


def test_a_profile_cannot_be_changed_once_loaded() -> None:
    profile: Profile = load_profile("us")
    with pytest.raises(ValueError, match="frozen"):
        profile.version = date(2030, 1, 1)  # type: ignore[misc]
