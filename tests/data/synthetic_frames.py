"""One synthetic portfolio in memory, drawn once for all tests that look into it."""

from functools import cache

import pandas as pd

from data.synthetic.chunks import draw_chunk
from data.synthetic.files import tables, truth_rows
from data.synthetic.world import build_world

APPLICATIONS, SEED = 6000, 11


@cache
def frame(table: str) -> pd.DataFrame:
    """A table of the portfolio, or its truth; do not change it."""
    return _frames()[table]


@cache
def _frames() -> dict[str, pd.DataFrame]:
    chunk = draw_chunk(build_world(SEED), 0, APPLICATIONS, 0)
    frames = {name: table.to_pandas() for name, table in tables(chunk)}
    return frames | {"truth": truth_rows(chunk).to_pandas()}
