"""What chance alone does: the reference against random parts of itself, whole rows at a time.

All tests of a run are judged by their smallest p. How small that is by chance is learned from
splits of the reference into a window of n rows and the rest, so features that move together
count as they do (Westfall and Young 1993), and the reference's own error is in it.

Tails are the exception. Their limits are rows of the reference, which a window meets as new rows
but a part of the reference does not: a part can hold no more extreme rows than there are. So what
chance does beyond a limit is drawn from the distribution of exceedances instead.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from data.contract import Frozen
from data.durable import write_new
from drift.domain import DomainNull, domain_null, sizes
from drift.exact import fisher
from drift.reference import Reference
from drift.statistics import Layout
from scoring.vector import FloatArray

DRAWS = 1000
SEED = 1
GRID = 1.25
"""Numbers of rows on this geometric grid share a calibration: p is a function of n already."""
FORMAT = 2
PSI_ERROR = 0.05
_AT_ONCE = 125


class Null(Frozen):
    """The null of one reference at windows of ``rows`` rows.

    ``smallest``: sorted smallest p of all tests of each split. ``psi``: for each watched column
    the 95 % quantile of its PSI, in units of 1/n + 1/m. ``domain``: space to mean, spread and
    draws of the classifier's area.
    """

    rows: int
    smallest: tuple[float, ...]
    psi: tuple[float, ...]
    domain: dict[str, tuple[float, float, int]]

    def corrected(self, p: FloatArray) -> FloatArray:
        """Chance (k) that the smallest p of a run is at most ``p`` (k): Monte Carlo, never 0."""
        passed = np.searchsorted(np.array(self.smallest), p, side="right")
        return np.asarray((passed + 1) / (len(self.smallest) + 1))

    def psi_critical(self, n: int, m: int) -> FloatArray:
        """PSI that chance passes in 5 % of windows, by watched column."""
        return np.array(self.psi) * (1 / n + 1 / m)

    def area(self, space: str) -> DomainNull:
        """Null of the domain classifier in ``space``."""
        return DomainNull(*self.domain[space])


def on_grid(n: int, m: int) -> int:
    """Number of rows at which a window of ``n`` is calibrated: at most half of the reference."""
    step = round(math.log(max(n, 2)) / math.log(GRID))
    return max(2, min(round(GRID**step), m // 2))


def calibrate(reference: Reference, n: int) -> Null:
    """Learn the null of windows of ``n`` rows, at most half of the reference."""
    rng = np.random.default_rng(SEED)
    layout, m = reference.layout, len(reference.rows)
    design = layout.design(reference.all_codes())
    total = design.sum(axis=0, dtype=np.float64)
    smallest, psi, tails = [], [], _Tails(layout, n, m)
    for start in range(0, DRAWS, _AT_ONCE):
        draws = min(_AT_ONCE, DRAWS - start)
        window = (_splits(draws, n, m, rng) @ design).astype(np.float64)
        found = layout.compare(window, n, total - window, m - n)
        found.p[:, tails.at] = tails.p(draws, rng)
        smallest.append(found.p.min(axis=-1))
        psi.append(found.psi)
    quantile = np.quantile(np.concatenate(psi), 1 - PSI_ERROR, axis=0) / (1 / n + 1 / (m - n))
    at = sizes(n, m)
    areas = {s: domain_null(rows, at, rng) for s, rows in reference.spaces.items()}
    return Null(
        rows=n,
        smallest=tuple(np.sort(np.concatenate(smallest)).tolist()),
        psi=tuple(quantile.tolist()),
        domain={space: tuple(found) for space, found in areas.items()},
    )


class _Tails:
    """Tests of the tails ``at`` their positions, and what chance alone gives them.

    A limit with y of m reference rows beyond it is the reference's (y + 1)-th most extreme row,
    so a new row is beyond it with probability Beta(y + 1, m - y) (Epstein 1954). Ties make it
    rarer, which is on the safe side.
    """

    def __init__(self, layout: Layout, n: int, m: int) -> None:
        names = [test.partition(":")[0] for _, test in layout.tests]
        self.at = np.flatnonzero(np.isin(names, ("high", "low")))
        levels = layout.levels(layout.reference, m)[self.at]
        self._beyond, self._n, self._m = np.rint(levels * m), n, m

    def p(self, draws: int, rng: np.random.Generator) -> FloatArray:
        """Their p (draws, tails)."""
        y = np.broadcast_to(self._beyond, (draws, len(self.at)))
        x = rng.binomial(self._n, rng.beta(y + 1, self._m - y)).astype(np.float64)
        return fisher(x, self._n, y, self._m)


def _splits(draws: int, n: int, m: int, rng: np.random.Generator) -> np.ndarray:
    """1 for the ``n`` of ``m`` rows that each draw puts into its window: (draws, m)."""
    chosen = np.argpartition(rng.random((draws, m), dtype=np.float32), n, axis=1)[:, :n]
    out = np.zeros((draws, m), dtype=np.float32)
    np.put_along_axis(out, chosen, 1.0, axis=1)
    return out


class Nulls:
    """Calibrations that were made, in memory and, with a folder, as JSON files.

    The key is the reference's fingerprint (rows, features, model) and the number of rows on the
    grid; draws, seed and format are fixed by this module and stand in the file name. ``only``:
    fingerprint of the one reference whose calibrations are kept in files.
    """

    def __init__(self, folder: Path | None = None, only: str | None = None) -> None:
        self._folder, self._only = folder, only
        self._made: dict[tuple[str, int], Null] = {}

    def of(self, reference: Reference, n: int) -> Null:
        """The null of windows of ``n`` rows, calibrated when it is not known yet."""
        rows = on_grid(n, len(reference.rows))
        key = (reference.fingerprint, rows)
        if key not in self._made:
            self._made[key] = self._kept(reference, rows)
        return self._made[key]

    def _kept(self, reference: Reference, rows: int) -> Null:
        if self._folder is None or self._only not in {None, reference.fingerprint}:
            return calibrate(reference, rows)
        name = f"{reference.fingerprint[:32]}-{rows}-{FORMAT}-{DRAWS}-{SEED}.json"
        path = self._folder / name
        if path.exists():
            return Null.model_validate_json(path.read_bytes())
        made = calibrate(reference, rows)
        write_new(path, made.model_dump_json().encode(), 0o600)
        return made
