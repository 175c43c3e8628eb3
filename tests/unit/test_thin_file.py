"""Of whom too little is known, nobody gives a score: a person decides, and is told why."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pyarrow.parquet as pq
import pytest

from data.contract import ThinFile
from data.contract_loading import load_contract
from scoring.batch import score_to_parquet
from scoring.explanation import Explainer
from scoring.referring import THIN_FILE, ThinFiles
from scoring.replay import replay
from scoring.scorer import Scorer
from scoring.service import Application, decide, render
from tests.bundles import small_application, small_bundle, small_columns

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def strict(*sources: str, at_least: int = 1) -> Scorer:
    bundle = small_bundle()
    rule = ThinFile(sources=sources, at_least=at_least)
    policy = bundle.contract.policy.model_copy(update={"thin_file": rule})
    contract = bundle.contract.model_copy(update={"policy": policy})
    return Scorer(replace(bundle, contract=contract), "model-1")


def application(**changes: Any) -> Application:
    values = small_application(1) | {"wallet_inflow": 100.0} | changes
    sources = {"application": {k: v for k, v in values.items() if k != "wallet_inflow"}}
    sources["wallet"] = {"wallet_inflow": values["wallet_inflow"]}
    asked = {
        "application_id": "A-1",
        "applicant_id": "P-1",
        "branch_id": None,
        "officer_id": None,
        "sources": sources,
    }
    return Application("A-1", "P-1", None, None, values, {}, orjson.dumps(asked))


def test_without_the_source_there_is_no_score_and_with_it_there_is() -> None:
    scorer = strict("wallet")
    thin, full = decide(scorer, [application(wallet_inflow=None), application()], "key", NOW)
    assert (thin.recommendation, thin.pd, thin.log_odds, thin.points) == ("refer",) + (None,) * 3
    assert full.scored
    reply = orjson.loads(render(thin, "en", contributions=True))
    assert reply["probability_of_default"] is None
    assert [r["code"] for r in reply["reasons"]] == [THIN_FILE.code]


def test_a_rule_that_is_met_changes_no_bit() -> None:
    plain, strict_one = Scorer(small_bundle(), "model-1"), strict("wallet", "application")
    before, after = (decide(s, [application()], "key", NOW)[0] for s in (plain, strict_one))
    assert (before.pd, before.points, before.record) == (after.pd, after.points, after.record)


@pytest.mark.parametrize(("at_least", "thin"), [(1, False), (2, True)])
def test_it_counts_sources(at_least: int, thin: bool) -> None:
    scorer = strict("wallet", "application", at_least=at_least)
    row = scorer.vectorizer.rows([application(wallet_inflow=None).values])
    found = scorer.thin_files.among(row)
    assert found is not None
    assert found.tolist() == [thin]


def test_without_a_rule_nobody_is_thin() -> None:
    assert ThinFiles(small_bundle().contract).among(np.full((3, 6), np.nan)) is None


def test_a_referral_is_replayed_and_explained() -> None:
    scorer = strict("wallet")
    thin = decide(scorer, [application(wallet_inflow=None)], "key", NOW)[0]
    assert replay(thin, scorer) == []
    told = orjson.loads(Explainer(scorer).explain(thin, 30))
    assert told["rule"]["id"] == "thin_file"
    assert told["options"] == []


def test_a_file_scores_them_no_more_than_the_server(tmp_path: Path) -> None:
    scorer = strict("wallet")
    inputs = pd.DataFrame(small_columns(40, 3), columns=list(scorer.contract.inputs))
    keys = pd.DataFrame({"application": [f"A-{i}" for i in range(40)], "applicant": "P"})
    score_to_parquet(scorer, keys, inputs, tmp_path / "scored.parquet")
    scored = pq.read_table(tmp_path / "scored.parquet").to_pandas()
    thin = inputs["wallet_inflow"].isna().to_numpy()
    assert 0 < thin.sum() < 40
    assert (scored["recommendation"] == "refer").tolist() == thin.tolist()
    for name in ("probability_of_default", "log_odds", "points", "band", "reason_1"):
        assert scored.loc[thin, name].isna().all()
    assert scored.loc[~thin, "probability_of_default"].notna().all()


def test_the_shipped_contract_asks_for_one_source_beside_the_application() -> None:
    rule = load_contract("microloan").policy.thin_file
    assert rule is not None
    assert "application" not in rule.sources
