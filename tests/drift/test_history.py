"""Applications from before any decision: read once, and again when the files change."""

import os
from pathlib import Path

import pytest

from api.drifting_history import applications_before
from data.contract import Contract
from data.contract_loading import load_contract
from data.errors import DataFileError
from data.loading import LoadedApplications, load_applications
from data.synthetic import generate_portfolio


def test_files_are_read_once_while_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate_portfolio(60, 3, tmp_path)
    contract, read = load_contract("microloan"), list[Path]()

    def watched(contract: Contract, path: Path, *, labelled: bool) -> LoadedApplications:
        read.append(path)
        return load_applications(contract, path, labelled=labelled)

    monkeypatch.setattr("api.drifting_history.load_applications", watched)
    assert len(applications_before(contract, tmp_path)) == 60
    assert applications_before(contract, tmp_path) is applications_before(contract, tmp_path)
    assert len(read) == 1
    os.utime(tmp_path / "applications.parquet", (1, 1))
    assert len(applications_before(contract, tmp_path)) == 60
    assert len(read) == 2


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataFileError):
        applications_before(load_contract("microloan"), tmp_path / "nowhere")
