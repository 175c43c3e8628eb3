"""From a path of files to applications with their inputs and outcomes, in one call."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.contract import Contract
from data.features.applications import Applications, build_applications
from data.labels import outcomes
from data.reading import Portfolio, read_portfolio

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


def load_applications(
    contract: Contract,
    path: Path,
    *,
    labelled: bool,
    encoding: str | None = None,
    progress: Progress | None = None,
) -> LoadedApplications:
    """Read, check and join the files at ``path``; bad rows are in ``portfolio.findings``."""
    portfolio = read_portfolio(
        contract, path, encoding=encoding, need_label=labelled, progress=progress
    )
    if progress:
        progress("building features", 0.0)
    applications = build_applications(contract, portfolio.tables)
    y = outcomes(contract, portfolio.tables, applications) if labelled else None
    if progress:
        progress("building features", 1.0)
    return LoadedApplications(portfolio, applications, y)
