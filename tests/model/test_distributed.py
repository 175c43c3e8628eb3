"""Training on a Dask cluster, and scoring part by part: what one machine gives, for many."""

import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from data.contract import Contract
from data.contract_loading import load_contract
from data.errors import DataFileError
from data.features.applications import Applications
from data.features.parts import part_paths, read_chunks, read_part, write_parts
from data.loading import LoadedApplications, load_applications
from data.synthetic import generate_portfolio
from scoring.batch import score_parts, score_to_parquet
from scoring.bundle import Bundle
from scoring.distributed import NOTE, cluster_client, train_distributed
from scoring.scorer import Scorer
from scoring.training import TrainingOptions, TrainingResult, train

ROWS = 900


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contract("microloan")


@pytest.fixture(scope="module")
def loaded(contract: Contract, tmp_path_factory: pytest.TempPathFactory) -> LoadedApplications:
    folder = tmp_path_factory.mktemp("portfolio")
    generate_portfolio(5000, 3, folder)
    return load_applications(contract, folder, labelled=True)


@pytest.fixture(scope="module")
def parts(loaded: LoadedApplications, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("features") / "parts"
    write_parts(loaded.applications, loaded.y, folder, ROWS)
    return folder


@pytest.fixture(scope="module")
def here(contract: Contract, loaded: LoadedApplications) -> TrainingResult:
    a = loaded.applications
    assert loaded.y is not None
    return train(contract, a.inputs, a.keys, a.as_of, loaded.y, TrainingOptions(seed=2), {})


def test_parts_hold_every_bit_of_the_applications(
    contract: Contract, loaded: LoadedApplications, parts: Path
) -> None:
    paths = part_paths(contract, parts)
    assert len(paths) == -(-len(loaded) // ROWS)
    at = 0
    for path in paths:
        part = read_part(contract, path)
        rows = slice(at, at + len(part.keys))
        expected: Applications = loaded.applications
        assert part.keys.equals(expected.keys.iloc[rows].reset_index(drop=True))
        assert part.inputs.equals(expected.inputs.iloc[rows].reset_index(drop=True))
        assert loaded.y is not None
        np.testing.assert_array_equal(part.y, loaded.y[rows])
        assert expected.as_of is not None
        assert part.as_of is not None
        assert (part.as_of.to_numpy() == expected.as_of.iloc[rows].to_numpy()).all()
        at += len(part.keys)
    assert at == len(loaded)
    assert [len(c.keys) for c in read_chunks(contract, paths[0], 400)] == [400, 400, 100]


def test_a_cluster_of_two_trains_the_same_form_of_model(
    contract: Contract, parts: Path, here: TrainingResult
) -> None:
    with cluster_client(2) as client:
        there = train_distributed(contract, parts, TrainingOptions(seed=2), {"data": {}}, client)
    assert there.bundle.lineage["engine"] == "dask"
    assert there.bundle.lineage["reproducible"] == NOTE
    assert there.report["rows"] == here.report["rows"]
    assert there.bundle.lineage["learned_from"] == here.report["rows"]["train"]
    ours, theirs = (r.report["test"]["auc"] for r in (here, there))
    assert ours["low"] < theirs["value"] < ours["high"]
    again = Bundle.from_files(there.bundle.to_files())
    assert again == there.bundle


def test_scores_part_by_part_are_those_of_the_whole(
    contract: Contract,
    loaded: LoadedApplications,
    parts: Path,
    here: TrainingResult,
    tmp_path: Path,
) -> None:
    scorer = Scorer(here.bundle, "v")
    whole, split = tmp_path / "whole.parquet", tmp_path / "split"
    score_to_parquet(scorer, loaded.applications.keys, loaded.applications.inputs, whole)
    assert score_parts(scorer, parts, split) == len(loaded)
    assert pq.read_table(split).equals(pq.read_table(whole))
    assert sorted(p.name for p in split.iterdir()) == [p.name for p in part_paths(contract, parts)]
    with pytest.raises(DataFileError, match="holds Parquet files already"):
        score_parts(scorer, parts, split)


def test_parts_of_another_contract_are_refused(contract: Contract, parts: Path) -> None:
    other = contract.model_copy(update={"contract": "other"})
    with pytest.raises(DataFileError, match="not made with the inputs of contract other"):
        part_paths(other, parts)


def test_no_parts_and_a_damaged_part_are_told(
    contract: Contract, parts: Path, tmp_path: Path
) -> None:
    with pytest.raises(DataFileError, match="no Parquet file"):
        part_paths(contract, tmp_path)
    shutil.copy(part_paths(contract, parts)[0], tmp_path / "part-0.parquet")
    (tmp_path / "part-1.parquet").write_bytes(b"PAR1 but no more")
    with pytest.raises(DataFileError, match=r"part-1\.parquet cannot be read"):
        part_paths(contract, tmp_path)
