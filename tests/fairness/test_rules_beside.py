"""Who is referred, or stopped by the capacity rule, is approved in no audit of a file."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from api.reports.fairness import render
from data.contract import ThinFile
from data.contract_capacity import Capacity
from data.features.applications import Applications
from fairness.audit import audit
from fairness.challenger import rescored
from fairness.profiles import load_profile
from fairness.records import AuditRecord
from fairness.sample import Sample, draw
from scoring.scorer import Scorer
from tests.bundles import small_bundle, small_columns

N = 400
TEXT = {"en": "Too much.", "fr": "Trop.", "sw": "Nyingi."}


def model(*, thin: bool = False, capacity: bool = False) -> Scorer:
    bundle = small_bundle()
    contract = bundle.contract
    rule = Capacity.model_validate({"income": "income", "at_most": 0.5, "text": TEXT})
    policy = contract.policy.model_copy(
        update={
            "thin_file": ThinFile(sources=("wallet",)) if thin else None,
            "capacity": rule if capacity else None,
        }
    )
    terms = contract.terms.model_copy(update={"instalment": "amount"})
    changed = contract.model_copy(update={"policy": policy, "terms": terms})
    return Scorer(replace(bundle, contract=changed), "model-1")


@pytest.fixture(scope="module")
def applications() -> Applications:
    plain = model()
    inputs = pd.DataFrame(small_columns(N, 4), columns=list(plain.contract.inputs))
    ids = [f"A-{i}" for i in range(N)]
    keys = pd.DataFrame({"application": ids, "applicant": ids, "branch": None, "officer": None})
    as_of = pd.Series(pd.date_range("2025-01-01", periods=N, freq="h"), name="as_of")
    return Applications(plain.contract, keys, as_of, inputs)


def drawn(scorer: Scorer, applications: Applications) -> Sample:
    sex = np.where(np.arange(N) % 2, "F", "M").astype(object)
    y = (np.arange(N) % 5 == 0).astype(float)
    return draw(scorer, applications, y, pd.DataFrame({"sex": sex}))


def test_who_has_too_thin_a_file_is_not_approved(applications: Applications) -> None:
    plain, strict = drawn(model(), applications), drawn(model(thin=True), applications)
    thin = applications.inputs["wallet_inflow"].isna().to_numpy()
    assert (plain.approved & thin).any()
    assert strict.approved.tolist() == (plain.approved & ~thin).tolist()
    assert strict.scores.pd.tobytes() == plain.scores.pd.tobytes()


def test_whom_the_capacity_rule_stops_is_not_approved(applications: Applications) -> None:
    plain, strict = drawn(model(), applications), drawn(model(capacity=True), applications)
    share = applications.inputs["amount"] / applications.inputs["income"]
    able = (share <= 0.5).to_numpy()  # a missing income is not known to be enough
    assert strict.approved.tolist() == (plain.approved & able).tolist()


def test_another_model_on_the_same_people_keeps_its_own_rules(applications: Applications) -> None:
    before = drawn(model(), applications)
    after = rescored(model(thin=True, capacity=True), before)
    again = drawn(model(thin=True, capacity=True), applications)
    assert after.approved.tolist() == again.approved.tolist()
    assert after.approved.sum() < before.approved.sum()


def test_the_audit_says_what_the_rules_and_not_the_model_did(applications: Applications) -> None:
    scorer = model(thin=True, capacity=True)
    sample = drawn(scorer, applications)
    law = load_profile("uemoa")
    made = audit(scorer, sample, law, data={}, on=dt.date(2026, 1, 1)).audit
    told = made.population
    assert sample.referred is not None
    assert told.referred_share == pytest.approx(sample.referred.mean(), abs=0.006)
    assert told.approved_share == pytest.approx(sample.approved.mean(), abs=0.006)
    assert told.capacity_share > 0
    page = render(AuditRecord.of(made))
    assert "stopped by the capacity rule" in page
    assert "arrêtées par la règle de capacité" in page
