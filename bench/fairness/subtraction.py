"""Small counts that a reader can find out from everything published.

    python bench/fairness/subtraction.py [--quick]

A lender publishes people and approvals by sex, age, region and their pairs: a quarter, the same
quarter with one more week (so the week could be had by subtraction), as many weeks from the second
one on, and the time after. The reader solves for the full joint table of attributes, decisions and
periods (linear programming),
which is more than our own check assumes. A count is found out when its range starts below 10 and
is narrower than 10. Beside ours: withholding every count below 10 and nothing else.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from fairness.published import Dimension, Register, Total, total
from fairness.suppression import FEWEST, suppress

SEX = Dimension("sex", ("female", "male", "not stated"))
AGE = Dimension("age", ("under 25", "25-34", "35-49", "50 and over"))
REGION = Dimension("region", ("north", "east", "south", "west"))
DECIDED = Dimension("decided", ("approved", "declined"), outcome=True)
ATTRIBUTES = (SEX, AGE, REGION)
ALL = (*ATTRIBUTES, DECIDED)
SHARES = {
    "sex": (0.45, 0.52, 0.03),
    "age": (0.25, 0.4, 0.28, 0.07),
    "region": (0.5, 0.3, 0.15, 0.05),
    "decided": (0.65, 0.35),
}
PERIODS = ((0, 90), (0, 97), (7, 104), (104, 127))
BETWEEN = ((0, 7), (90, 97), (97, 104))


@dataclass(frozen=True)
class World:
    """Level (n) of every applicant on each dimension, and the day of the application (n)."""

    codes: dict[str, NDArray[np.int64]]
    day: NDArray[np.int64]

    def report(self, period: tuple[int, int]) -> list[Total]:
        """People and approvals of everyone, every group and every pair of groups."""
        groups: list[dict[str, list[str]]] = [{}]
        for count in (1, 2):
            for some in combinations(ATTRIBUTES, count):
                for levels in product(*(d.levels for d in some)):
                    named = zip(some, levels, strict=True)
                    groups.append({d.name: [level] for d, level in named})
        wheres = [w for g in groups for w in (g, {**g, "decided": ["approved"]})]
        return [total(period, self.count(period, where), where) for where in wheres]

    def count(self, period: tuple[int, int], where: dict[str, list[str]]) -> int:
        inside = (self.day >= period[0]) & (self.day < period[1])
        for d in ALL:
            if d.name in where:
                picked = [d.levels.index(level) for level in where[d.name]]
                inside &= np.isin(self.codes[d.name], picked)
        return int(inside.sum())


def world(seed: int, people: int) -> World:
    rng = np.random.default_rng(seed)
    codes = {d.name: rng.choice(len(d.levels), people, p=SHARES[d.name]) for d in ALL}
    return World(codes, rng.integers(0, PERIODS[-1][1], people))


class JointReader:
    """All that follows from ``known`` about the full joint table."""

    def __init__(self, known: Sequence[Total], asked: Sequence[Total]) -> None:
        days = sorted({day for t in [*known, *asked] for day in (t.start, t.end)})
        self.windows = list(pairwise(days))
        shape = (len(self.windows), *(len(d.levels) for d in ALL))
        self.cells = np.indices(shape).reshape(len(shape), -1)
        within = np.array([t.within for t in known], dtype=float)
        errors = -np.eye(len(known))[:, within > 0]  # a rounded count less its error
        self.matrix = csr_array(np.hstack([np.array([self.row(t) for t in known]), errors]))
        self.values = np.array([t.count for t in known])
        free = [(0.0, 1e5)] * self.cells.shape[1]
        self.bounds = [*free, *((-w, w) for w in within[within > 0].tolist())]

    def row(self, t: Total) -> NDArray[np.float64]:
        where = dict(t.where)
        inside = np.array([t.start <= a and b <= t.end for a, b in self.windows])[self.cells[0]]
        for d, codes in zip(ALL, self.cells[1:], strict=True):
            levels = where.get(d.name, d.levels)
            inside = inside & np.array([level in levels for level in d.levels])[codes]
        return np.asarray(inside, dtype=np.float64)

    def found_out(self, t: Total) -> bool:
        """Whether a small count is known; that nobody belongs to a group is no secret."""
        low, high = (sign * self.least(sign * self.row(t)) for sign in (1, -1))
        people = total((t.start, t.end), 0, {n: v for n, v in t.where if n != DECIDED.name})
        narrow = low < FEWEST - 1e-6 and high - low < FEWEST - 1e-6
        if not narrow or high > 0.5:
            return bool(narrow)
        return bool(-self.least(-self.row(people)) > 0.5)

    def least(self, objective: NDArray[np.float64]) -> float:
        """Of all tables that the known totals leave open."""
        whole = np.zeros(len(self.bounds))
        whole[: len(objective)] = objective
        equations: Any = self.matrix  # the type stubs of scipy know dense matrices alone
        found = linprog(whole, A_eq=equations, b_eq=self.values, bounds=self.bounds)
        if found.fun is None:
            raise SystemExit("what was published contradicts itself")
        return float(found.fun)


def secrets(made: World) -> list[Total]:
    """Small counts of every report, and those of the stretches between two of them."""
    return [t for period in (*PERIODS, *BETWEEN) for t in made.report(period) if t.count < FEWEST]


def main(*, quick: bool) -> None:
    """Print figure | bar | tool of today."""
    worlds = 2 if quick else 20
    found = {"ours": 0, "naive": 0}
    asked, exact, shown, all_counts, seconds = 0, 0, 0, 0, 0.0
    for seed in range(worlds):
        made = world(seed, 1000 if seed % 2 else 3000)
        register, naive = Register(), list[Total]()
        for period in PERIODS:
            totals = made.report(period)
            start = time.process_time()
            done = suppress(register, ALL, totals)
            seconds = max(seconds, time.process_time() - start)
            register = done.register
            naive += [t for t in totals if t.count >= FEWEST]
            exact, all_counts = exact + int(done.published.sum()), all_counts + len(totals)
            shown += sum(t is not None for t in done.shown)
        hidden = secrets(made)
        asked += len(hidden)
        for name, known in (("ours", list(register.totals)), ("naive", naive)):
            reader = JointReader(known, hidden)
            found[name] += sum(reader.found_out(t) for t in hidden)
    print(f"small counts found out, of {asked:<6} | ours | bar | counts below 10 withheld, no more")
    print(f"{worlds} portfolios, 4 reports each      | {found['ours']:>4} | 0   | {found['naive']}")
    print(f"of all counts {exact / all_counts:.0%} are published exactly and ", end="")
    print(
        f"{(shown - exact) / all_counts:.0%} rounded; slowest report {seconds:.1f} s of computing"
    )
    if found["ours"]:
        raise SystemExit("a small count can be found out")


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
