"""A window of applications, as the job gives it to the checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.vector import Columns, FloatArray


@dataclass(frozen=True)
class Window:
    """``columns``: the contract's inputs (n values each), as they were known at the application.

    ``application``: identifiers (n); ``as_of``: datetime64 (n); ``overridden``: 1 where a person
    decided against the model, 0 where not, NaN where nobody decided yet (n). None: not known,
    and what needs it is not checked.
    """

    columns: Columns
    application: NDArray[Any] | None = None
    as_of: NDArray[np.datetime64] | None = None
    overridden: FloatArray | None = None

    def __len__(self) -> int:
        return next((len(values) for values in self.columns.values()), 0)


@dataclass(frozen=True)
class Expected:
    """What the job expects of a window. ``rows``: fewest and most applications (volume).

    ``until``: end of the window; the newest application may be at most ``fresh_within`` older.
    """

    rows: tuple[int, int] | None = None
    until: datetime | None = None
    fresh_within: timedelta | None = None
