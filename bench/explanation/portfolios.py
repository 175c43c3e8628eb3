"""Models and applications that the benchmarks of explanations share."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.contract import Contract
from data.contract_loading import load_contract
from data.loading import LoadedApplications, load_applications
from data.synthetic import generate_portfolio
from scoring.bundle import Bundle
from scoring.preparing import Rows, prepare
from scoring.scorer import Scorer
from scoring.training import TrainingOptions, train

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


class Portfolio(NamedTuple):
    """A contract with labelled applications."""

    contract: Contract
    loaded: LoadedApplications
    y: NDArray[np.float64]

    def prepared(self, seed: int) -> Rows:
        """Matrix and split as training makes them of this seed."""
        a = self.loaded.applications
        return prepare(self.contract, a.inputs, a.keys, a.as_of, self.y, seed)

    def values(self, i: int) -> dict[str, Any]:
        """Inputs of application ``i`` as a request has them: without what is missing."""
        _, inputs = self.loaded.row(i)
        found = {n: v.item() if hasattr(v, "item") else v for n, v in inputs.items()}
        return {n: v for n, v in found.items() if v is not None and v == v}  # noqa: PLR0124


def synthetic(applications: int, seed: int = 1) -> Portfolio:
    """The made-up lender."""
    contract = load_contract("microloan")
    with tempfile.TemporaryDirectory() as folder:
        generate_portfolio(applications, seed, Path(folder))
        loaded = load_applications(contract, Path(folder), labelled=True)
    return Portfolio(contract, loaded, _labels(loaded))


def taiwan_cards() -> Portfolio:
    """The public cards, which stand beside the project."""
    contract = load_contract("taiwan_cards")
    loaded = load_applications(contract, DATA / "taiwan_cards", labelled=True)
    return Portfolio(contract, loaded, _labels(loaded))


def _labels(loaded: LoadedApplications) -> NDArray[np.float64]:
    if loaded.y is None:
        raise AssertionError("labels were asked for")
    return loaded.y


def fitted(portfolio: Portfolio, seed: int) -> Bundle:
    """A model of the portfolio, trained as ever."""
    a = portfolio.loaded.applications
    options = TrainingOptions(seed=seed)
    return train(portfolio.contract, a.inputs, a.keys, a.as_of, portfolio.y, options, {}).bundle


def declined(scorer: Scorer, portfolio: Portfolio, most: int) -> NDArray[np.intp]:
    """Positions of the first ``most`` applications that the model does not approve."""
    scores = scorer.score(portfolio.loaded.columns(), len(portfolio.loaded), explain=False)
    found = np.flatnonzero(scores.recommendation == 2).astype(np.intp)
    return found[:: max(1, len(found) // most)][:most]
