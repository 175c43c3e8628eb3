"""Evidently behind its adapter: silent, capped, and equal to ours where both show a number."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from drift import evidently_adapter as adapter
from drift.evidently_adapter import EvidentlyReport, drifted, evidently_report, evidently_values
from drift.reference import Reference
from drift.statistics import psi_terms
from tests.drift.populations import TRADES, people, reference

N = 300


@pytest.fixture(scope="module")
def known() -> Reference:
    return reference(600)


@pytest.fixture(scope="module")
def matrix(known: Reference) -> np.ndarray:
    columns = people(N, 1)
    columns["late"][:60] += 3
    columns["phone"][:] = np.nan
    columns["income"][0] = np.inf
    return known.matrix(columns, N)


@pytest.fixture(scope="module")
def made(known: Reference, matrix: np.ndarray) -> EvidentlyReport:
    return evidently_report(known, matrix)


def test_the_report_is_a_page_and_json(made: EvidentlyReport) -> None:
    assert made.html.lstrip().lower().startswith(("<!doctype", "<html", "<head", "<link"))
    assert {m["config"].get("column") for m in made.content["metrics"]} >= {"income", "trade"}
    assert made.left_out == ("phone",)


def test_shared_statistics_equal_evidentlys(known: Reference, matrix: np.ndarray) -> None:
    """PSI of categories: the same cells on both sides, so the same number."""
    values = evidently_values(known, matrix, "psi")
    for name in ("trade", "late"):
        j = known.features.index(name)
        kinds = np.unique(np.concatenate([matrix[:, j], known.rows.matrix[:, j]]))
        shares = [
            np.array([np.mean(side[:, j] == kind) for kind in kinds])
            for side in (matrix, known.rows.matrix)
        ]
        floor = [np.where(s == 0, 1e-4, s) for s in shares]
        assert values[name][1] == pytest.approx(psi_terms(*floor).sum(), rel=1e-6)
    assert "late" in drifted(values)
    assert "trade" not in drifted(values)


def test_missing_shares_equal_ours(known: Reference, matrix: np.ndarray) -> None:
    """The quantities that both describe come from the same rows."""
    frame = adapter._frame(list(known.features), matrix, TRADES)
    assert frame["income"].isna().sum() == 1
    assert frame["trade"].isna().sum() == 0
    assert frame["trade"].value_counts()["farming"] == (matrix[:, 4] == 0).sum()


def test_a_large_sample_is_capped_and_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "MOST_ROWS", 50)
    rows = np.arange(200.0)[:, None]
    first, second = (adapter._sampled(rows) for _ in range(2))
    assert len(first) == 50
    np.testing.assert_array_equal(first, second)


def test_only_a_report_imports_evidently_and_without_tracking(root: Path) -> None:
    code = (
        "import sys, os; os.environ.pop('DO_NOT_TRACK', None); import drift.evidently_adapter as a;"
        "print('evidently' in sys.modules, os.environ.get('DO_NOT_TRACK'));"
        "a._quiet().__enter__(); print(os.environ['DO_NOT_TRACK'])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "None", "1"], done.stderr
