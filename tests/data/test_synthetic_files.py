"""The generated files: their bytes, their size in chunks, and that the contract accepts them."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from data.contract import Contract
from data.contract_loading import load_contract
from data.errors import DataFileError
from data.features.applications import build_applications
from data.labels import outcomes
from data.reading import read_portfolio
from data.synthetic import GeneratedPortfolio, generate_portfolio
from data.synthetic.chunks import draw_chunk
from data.synthetic.tables import PortfolioWriter
from data.synthetic.world import build_world


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contract("microloan")


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> GeneratedPortfolio:
    return generate_portfolio(1500, 5, tmp_path_factory.mktemp("portfolio"))


def _sums(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): sha256(p.read_bytes()).hexdigest() for p in files}


def test_same_seed_gives_the_same_bytes(portfolio: GeneratedPortfolio, tmp_path: Path) -> None:
    again = generate_portfolio(1500, 5, tmp_path)
    assert _sums(tmp_path) == _sums(portfolio.folder)
    assert again.rows == portfolio.rows


def test_another_seed_gives_other_rows_in_every_file(
    portfolio: GeneratedPortfolio, tmp_path: Path
) -> None:
    generate_portfolio(1500, 6, tmp_path)
    here, there = _sums(portfolio.folder), _sums(tmp_path)
    assert here.keys() == there.keys()
    assert not any(here[name] == there[name] for name in here)


def test_contract_accepts_every_row_and_label_equals_the_drawn_outcome(
    portfolio: GeneratedPortfolio, contract: Contract
) -> None:
    read = read_portfolio(contract, portfolio.folder)
    assert read.findings == []
    assert {n: t.num_rows for n, t in read.tables.items()} == portfolio.rows
    for name, table in contract.tables.items():
        schema = pq.read_schema(portfolio.folder / f"{name}.parquet")
        assert set(schema.names) == set(table.columns)

    applications = build_applications(contract, read.tables)
    y = outcomes(contract, read.tables, applications)
    truth = pq.read_table(portfolio.folder / "truth" / "truth.parquet").to_pandas()
    truth = truth.set_index("application_id").loc[applications.keys["application"]]
    labelled = (truth["lent"] & truth["matured"]).to_numpy()
    assert np.array_equal(~np.isnan(y), labelled)
    assert np.array_equal(y[labelled] == 1, truth["bad"].to_numpy()[labelled])


def test_every_feature_has_values_inside_its_range_and_varies(
    portfolio: GeneratedPortfolio, contract: Contract
) -> None:
    read = read_portfolio(contract, portfolio.folder)
    inputs = build_applications(contract, read.tables).inputs
    for name in contract.inputs:
        spec, values = contract.spec(name), inputs[name].dropna()
        aggregate = contract.features[name].aggregate
        flag = aggregate is not None and aggregate.flag is not None
        assert values.nunique() > (1 if flag else 2), name
        if spec.range is not None:
            assert values.between(*spec.range).all(), name


def test_asked_number_of_applications_with_chunks_as_row_groups(tmp_path: Path) -> None:
    told: list[float] = []
    made = generate_portfolio(1100, 2, tmp_path, told.append, chunk=400)
    assert made.rows["applications"] == 1100
    assert told == pytest.approx([400 / 1100, 800 / 1100, 1.0])
    for path in tmp_path.rglob("*.parquet"):
        assert pq.ParquetFile(path).num_row_groups == 3
    ids = pq.read_table(tmp_path / "applications.parquet")["application_id"].to_pylist()
    assert ids == sorted(set(ids))


def test_a_chunk_does_not_depend_on_the_total(tmp_path: Path) -> None:
    generate_portfolio(400, 2, tmp_path / "one", chunk=400)
    generate_portfolio(1100, 2, tmp_path / "three", chunk=400)
    for path in (tmp_path / "one").rglob("*.parquet"):
        longer = pq.ParquetFile(tmp_path / "three" / path.relative_to(tmp_path / "one"))
        assert longer.read_row_group(0).equals(pq.read_table(path))


def test_one_chunk_is_held_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    append = PortfolioWriter.append

    def noting(self: PortfolioWriter, name: str, table: object) -> None:
        sizes.append(table.num_rows if name == "applications" else 0)  # type: ignore[attr-defined]
        append(self, name, table)

    monkeypatch.setattr(PortfolioWriter, "append", noting)
    generate_portfolio(950, 2, tmp_path, chunk=100)
    assert max(sizes) == 100
    assert sum(sizes) == 950


@pytest.mark.parametrize("applications", [1, 2, 9])
def test_tiny_portfolios(applications: int, tmp_path: Path) -> None:
    made = generate_portfolio(applications, 3, tmp_path)
    assert made.rows["applications"] == applications
    assert made.truth.is_file()


@pytest.mark.parametrize(("applications", "seed", "chunk"), [(0, 1, 10), (5, -1, 10), (5, 1, 0)])
def test_impossible_requests(applications: int, seed: int, chunk: int, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least"):
        generate_portfolio(applications, seed, tmp_path, chunk=chunk)


def test_out_is_a_file(tmp_path: Path) -> None:
    out = tmp_path / "taken"
    out.write_text("mine")
    with pytest.raises(DataFileError, match="cannot be written to"):
        generate_portfolio(5, 1, out)
    assert out.read_text() == "mine"


def test_an_interrupted_run_leaves_no_table(tmp_path: Path) -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate_portfolio(300, 1, tmp_path, stop, chunk=100)
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


def test_applicants_return_but_never_within_their_own_loan() -> None:
    chunk = draw_chunk(build_world(4), 0, 2000, 0)
    last: dict[int, int] = {}
    returned = 0
    for turn in chunk.turns:
        for person, day in zip(turn.requests.person, turn.requests.day, strict=True):
            assert day - last.get(person, day - 130) >= 130
            returned += person in last
            last[person] = day
    assert 0.1 < returned / 2000 < 0.25
