"""The synthetic portfolio: Parquet files of a made-up lender, and the truth behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from data.errors import DataFileError
from data.synthetic.bias import USUAL_BIAS, Bias
from data.synthetic.chunks import draw_chunk
from data.synthetic.files import tables, truth_rows
from data.synthetic.tables import PortfolioWriter
from data.synthetic.truth import write_summary
from data.synthetic.world import build_world

CHUNK = 10_000
"""Applications drawn and written at once; memory grows with this, not with the total."""


@dataclass(frozen=True)
class GeneratedPortfolio:
    """What was written: the folder, the rows of each table, and the truth that tests read."""

    folder: Path
    seed: int
    rows: dict[str, int]
    truth: Path


def generate_portfolio(
    applications: int,
    seed: int,
    out: Path,
    progress: Callable[[float], None] | None = None,
    chunk: int = CHUNK,
    bias: Bias = USUAL_BIAS,
) -> GeneratedPortfolio:
    """Write a portfolio of ``applications`` applications to ``out`` (one Parquet file a table).

    The bytes depend on ``applications``, ``seed``, ``chunk`` and ``bias`` (what is planted)
    alone. ``progress`` is called with the finished share, 0 to 1. Files of an earlier portfolio
    in ``out`` are replaced.
    Raises ValueError for fewer than one application or a negative seed, and DataFileError
    where ``out`` cannot be written to.
    """
    if applications < 1 or seed < 0 or chunk < 1:
        raise ValueError("applications and chunk must be at least 1, and the seed at least 0")
    world = build_world(seed, bias)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with PortfolioWriter(out) as writer:
            for number, first in enumerate(range(0, applications, chunk)):
                part = draw_chunk(world, number, min(chunk, applications - first), first)
                for name, table in tables(part):
                    writer.append(name, table)
                writer.append("truth/truth", truth_rows(part))
                if progress is not None:
                    progress((first + part.applications) / applications)
        truth = write_summary(out / "truth", seed, bias)
    except OSError as error:
        raise DataFileError(f"{out}: cannot be written to ({error.strerror})") from error
    rows = {name: n for name, n in writer.rows.items() if not name.startswith("truth/")}
    return GeneratedPortfolio(out, seed, rows, truth)
