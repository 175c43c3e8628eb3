"""From a path of files to applications with their inputs and outcomes, in one call."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.contract import Contract
from data.features.applications import Applications, build_applications
from data.features.engine import EngineName
from data.labels import outcomes
from data.reading import Decimal, Portfolio, read_portfolio

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class LoadedApplications:
    """Checked files, the applications made of them and, if asked for, their outcomes.

    ``y`` is 1 bad, 0 good, NaN without outcome; None when outcomes were not asked for.
    """

    portfolio: Portfolio
    applications: Applications
    y: NDArray[np.float64] | None

    def __len__(self) -> int:
        return len(self.applications.keys)

    def columns(self) -> dict[str, NDArray[Any]]:
        """The inputs as columns, as the scorer takes them."""
        inputs = self.applications.inputs
        return {str(name): inputs[name].to_numpy() for name in inputs}

    def row(self, i: int) -> tuple[dict[str, Any], dict[str, Any]]:
        """Keys and inputs of application number ``i``."""
        keys, inputs = self.applications.keys.iloc[i], self.applications.inputs.iloc[i]
        return {str(k): v for k, v in keys.items()}, {str(k): v for k, v in inputs.items()}


def load_applications(
    contract: Contract,
    path: Path,
    *,
    labelled: bool,
    encoding: str | None = None,
    decimal: Decimal = ".",
    progress: Progress | None = None,
    engine: EngineName = "duckdb",
) -> LoadedApplications:
    """Read, check and join the files at ``path``; bad rows are in ``portfolio.findings``."""
    portfolio = read_portfolio(
        contract,
        path,
        encoding=encoding,
        decimal=decimal,
        need_label=labelled,
        progress=progress,
    )
    if progress:
        progress("building features", 0.0)
    applications = build_applications(contract, portfolio.tables, engine=engine)
    y = outcomes(contract, portfolio.tables, applications) if labelled else None
    if progress:
        progress("building features", 1.0)
    return LoadedApplications(portfolio, applications, y)
