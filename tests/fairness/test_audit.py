"""The audit as a whole: verdicts, what is published, where it comes from."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import jsonschema_rs
import numpy as np
import pytest

from data.errors import NotEnoughDataError
from fairness.audit import audit
from fairness.flip_test import Flip
from fairness.profiles import load_profile
from fairness.sample import draw, held_out
from fairness.schema import Audit, json_schema
from fairness.verdicts import Verdict
from scoring.split import split
from tests.fairness.portfolio import portfolio, sample, scorer

DAY = dt.date(2026, 11, 20)
COUNTS = {"people", "approved", "loans", "defaults"}


@cache
def made(later: int = 0, not_stated: int = 5, profile: str = "eu") -> Audit:
    drawn = sample(later=later, not_stated=not_stated)
    return audit(scorer(), drawn, load_profile(profile), data={"loans": "0" * 64}, on=DAY).audit


def counts(value: Any, name: str = "") -> Iterator[int]:
    """Every published count of people, wherever it stands."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from counts(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from counts(inner, name)
    elif name in COUNTS and value is not None:
        yield value


def test_a_planted_bias_is_found_with_its_sign() -> None:
    found = made(later=3, not_stated=60)
    assert found.verdict == Verdict.FAIL
    (policy,) = (i for i in found.impact if i.group == "F" and i.rule == "policy")
    assert policy.verdict == Verdict.FAIL
    assert policy.air.high is not None
    assert policy.air.high < 1
    assert policy.shortfall.low is not None
    assert policy.shortfall.low > 0
    (proxy,) = (p for p in found.proxies if p.group == "F")
    assert proxy.features[0][0] == "late_days"
    assert proxy.gap.low is not None
    assert proxy.gap.low > 0


def test_equal_treatment_does_not_fail() -> None:
    found = made()
    assert found.verdict in {Verdict.PASS, Verdict.INCONCLUSIVE}
    assert not [f for f in found.findings if f.counts and f.verdict == Verdict.FAIL]


def test_the_json_keeps_the_published_schema() -> None:
    text = made(later=3).model_dump_json()
    jsonschema_rs.validator_for(json_schema()).validate(json.loads(text))
    assert Audit.model_validate_json(text) == made(later=3)


@pytest.mark.parametrize(("later", "not_stated"), [(0, 5), (3, 5), (0, 14), (6, 40)])
def test_no_count_under_ten_is_published_nor_had_by_subtraction(
    later: int, not_stated: int
) -> None:
    found = made(later, not_stated)
    plain = json.loads(found.model_dump_json())
    assert min(counts(plain["impact"])) >= 10
    for section in ("intersections", "segments", "calibration"):
        assert min(counts(plain[section]), default=10) >= 10
    for rule in {i.rule for i in found.impact}:
        rows = [i for i in found.impact if i.rule == rule]
        people = [rows[0].people[1], *(r.people[0] for r in rows)]
        approved = [rows[0].approved[1], *(r.approved[0] for r in rows)]
        assert people.count(None) != 1
        assert approved.count(None) != 1
        for n, chosen in zip(people, approved, strict=True):
            assert n is None or chosen is None or n - chosen >= 10
    for name in ("F", "M"):
        known = sorted(
            {
                c
                for i in found.impact
                for g, c in zip((i.group, i.reference), i.approved, strict=True)
                if g == name and c is not None
            }
        )
        assert all(b - a >= 10 for a, b in pairwise(known))


@pytest.mark.parametrize(("changed", "verdict"), [(0, Verdict.PASS), (7, Verdict.FAIL)])
def test_a_score_that_moves_with_a_protected_value_fails(changed: int, verdict: Verdict) -> None:
    flip = Flip("sex", "loans.sex", "missing", 3000, 3000, changed, changed, 0.1)
    other = replace(flip, attribute="age", scores_changed=9)
    drawn, profile = sample(), load_profile("eu")
    found = audit(scorer(), drawn, profile, data={}, on=DAY, flips=[flip, other]).audit
    (finding,) = (f for f in found.findings if f.metric == "flip_test")
    assert finding.verdict == verdict
    assert finding.duties
    assert (found.verdict == Verdict.FAIL) == (changed > 0)


def test_not_stated_is_a_group_and_never_dropped() -> None:
    groups = {i.group for i in made(not_stated=40).impact}
    assert groups == {"F", "not stated"}


def test_a_profile_changes_the_verdicts() -> None:
    lax = load_profile("eu")
    rule = lax.metrics["adverse_impact_ratio"].model_copy(update={"low": 0.1})
    lax = lax.model_copy(update={"metrics": {**lax.metrics, "adverse_impact_ratio": rule}})
    found = audit(scorer(), sample(later=3), lax, data={}, on=DAY).audit
    strict = made(later=3)
    assert [i.air for i in found.impact] == [i.air for i in strict.impact]
    assert {i.verdict for i in found.impact if i.group == "F"} == {Verdict.PASS}
    assert found.inputs.profile_hash != strict.inputs.profile_hash


def test_legal_duties_depend_on_the_day() -> None:
    drawn = sample()
    later = audit(scorer(), drawn, load_profile("eu"), data={}, on=dt.date(2028, 1, 1)).audit
    before = {n for f in made().findings for n in f.duties}
    after = {n for f in later.findings for n in f.duties}
    assert "ai_act_bias" in after - before


def test_the_same_inputs_give_the_same_audit() -> None:
    again = audit(scorer(), sample(), load_profile("eu"), data={"loans": "0" * 64}, on=DAY).audit
    assert again.model_dump_json() == made().model_dump_json()


def test_segments_and_counts_name_their_inputs() -> None:
    found = made()
    assert {s.stratum for s in found.segments} == {"branch"}
    assert found.inputs.data == {"loans": "0" * 64}
    assert found.population.part == "all"
    assert found.population.applications == 3000
    assert found.population.with_outcome < 3000


def test_on_its_own_data_a_model_is_audited_on_its_test_part() -> None:
    applications, y, groups = portfolio()
    rows = held_out(scorer(), applications, y)
    order = np.random.default_rng(0).permutation(len(y))
    shuffled = type(applications)(
        applications.contract,
        applications.keys.iloc[order].reset_index(drop=True),
        None,
        applications.inputs.iloc[order].reset_index(drop=True),
    )
    again = held_out(scorer(), shuffled, y[order])
    names = applications.keys["application"].to_numpy()
    assert set(names[rows]) == set(names[order][again])
    columns = {str(n): applications.inputs[n].to_numpy() for n in applications.inputs}
    matrix = scorer().vectorizer.matrix(columns, len(y))
    parts = split(applications.contract, applications.keys, None, y, matrix, 0)
    assert set(rows) == set(parts.test)
    assert not set(rows) & {*parts.train, *parts.calibration}
    assert len(draw(scorer(), applications, y, groups, rows=rows)) == len(rows)


def test_a_sample_without_people_of_the_reference_says_what_to_do() -> None:
    applications, y, groups = portfolio(200)
    with pytest.raises(NotEnoughDataError, match="another reference group"):
        draw(scorer(), applications, y, groups.replace("M", "F"))
    with pytest.raises(NotEnoughDataError, match="needs 30 applications"):
        draw(scorer(), applications, y, groups, rows=np.arange(20))
