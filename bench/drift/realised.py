"""Layer 5: matured loans until the alarm, and false alarms a year, by simulation.

    python bench/drift/realised.py [--quick] [--replicates N] [--nannyml PYTHON]

Each replicate is a year of matured loans, looked at after every loan. Beside the bets a z-test
that is repeated at every loan from the 30th on (what a monthly dashboard does, more often), and
CBPE: its estimate is made of the scores alone, so it is the same number whatever the loans do;
it alarms when the estimated rate leaves three standard deviations of its reference chunks.
``--nannyml`` names the Python of an environment that has NannyML: then its own CBPE is asked, too.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from drift.realised_bets import AT_ONCE, ERROR, log_wealth
from scoring.calibration import probability
from scoring.vector import FloatArray

A_YEAR = 2400
LONGEST = {1.3: 4800, 1.5: 2400, 2.0: 1200, 1 / 1.3: 7200, 1 / 1.5: 3600, 1 / 2.0: 2400}
BARS = {1.3: 1100, 1.5: 470, 2.0: 150}
PD = 0.09
SPREAD, CENTRE = 0.75, -2.62
"""Log-odds of a portfolio whose mean PD is 9 % as well."""
FEWEST = 30


@dataclass(frozen=True)
class Found:
    """Loans until the alarm of each method, infinite for none."""

    bets: float
    z: float
    cbpe: float


def replicate(seed: list[int], n: int, odds: float, begins: int, *, spread: bool) -> Found:
    """One stream of ``n`` loans; from loan ``begins`` on the odds are ``odds`` times the PD's."""
    rng = np.random.default_rng(seed)
    pd = probability(rng.normal(CENTRE, SPREAD, n)) if spread else np.full(n, PD)
    shifted = odds * pd / (1 - pd + odds * pd)
    bad = (rng.random(n) < np.where(np.arange(n) < begins, pd, shifted)).astype(float)
    looks = np.arange(1, n + 1)
    months = np.arange(1, 12) * A_YEAR // 12
    whole, _ = log_wealth(pd, bad, months[months < n], looks)
    z = np.cumsum(bad - pd) / np.sqrt(np.cumsum(pd * (1 - pd)))
    z[:FEWEST] = 0.0
    limit = 3 * (pd.std() if spread else 0.0) / np.sqrt(looks) + 1e-12
    estimated = np.abs(np.cumsum(pd) / looks - PD_MEAN[spread])
    estimated[:FEWEST] = 0.0
    methods = (whole >= -np.log(ERROR), np.abs(z) > 1.96, (estimated > limit) & (looks % 200 == 0))
    return Found(*(float(m.argmax() + 1) if m.any() else np.inf for m in methods))


PD_MEAN = {
    False: PD,
    True: float(probability(np.random.default_rng(0).normal(CENTRE, SPREAD, 10**6)).mean()),
}


def streams(
    seed: int, replicates: int, n: int, odds: float, begins: int = 0, *, spread: bool
) -> FloatArray:
    """Loans until the alarm, shape (replicates, 3)."""
    found = (
        replicate([seed, int(spread), i], n, odds, begins, spread=spread) for i in range(replicates)
    )
    return np.array([[f.bets, f.z, f.cbpe] for f in found])


def false_alarms(replicates: int, *, spread: bool) -> float:
    """Print the share of years with an alarm although every PD is right."""
    found = np.isfinite(streams(1, replicates, A_YEAR, 1.0, spread=spread)).mean(axis=0)
    name = "spread" if spread else "9 %"
    print(f"{name:<7} | {found[0]:<12.3f} | {found[1]:<12.3f} | {found[2]:.3f}")
    return float(found[0])


def detections(replicates: int, *, spread: bool) -> list[str]:
    """Print the median of matured loans to each alarm; return what is above its bar."""
    short = []
    name = "spread" if spread else "9 %"
    for k, (odds, n) in enumerate(LONGEST.items()):
        found = streams(10 + k, replicates, n, odds, spread=spread)
        bets, z = (_median(column) for column in found.T[:2])
        cbpe = np.isfinite(found[:, 2]).mean()
        bar = BARS.get(odds)
        known = f"<= {bar}" if bar else "-"
        print(f"{name:<7} | x{odds:<6.2f} | {bets:<7} | {known:<8} | {z:<9} | {cbpe:.2f}")
        if bar and not spread and np.median(found[:, 0]) > bar:
            short.append(f"odds x{odds:g}")
    return short


def in_the_middle(replicates: int) -> None:
    """Print loans to the alarm when the odds change after half a year."""
    half = A_YEAR // 2
    for k, odds in enumerate((1.3, 1.5, 2.0)):
        found = streams(30 + k, replicates, half + LONGEST[odds], odds, half, spread=False)[:, 0]
        late = found[found > half] - half
        print(f"x{odds:<6.2f} | {_median(late)}")


def nannyml_cbpe(python: str, streams_each: int) -> None:
    """Print in how many streams with doubled odds NannyML's CBPE alarms."""
    rng, doubled = np.random.default_rng(50), 2.0
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name, n in (("reference", 10_000), *((f"window{i}", LONGEST[doubled])
                                                 for i in range(streams_each))):  # fmt: skip
            pd_ = probability(rng.normal(CENTRE, SPREAD, n))
            bad = (rng.random(n) < pd_).astype(int)
            columns = {"pd": pd_, "bad": bad} if name == "reference" else {"pd": pd_}
            pd.DataFrame(columns).to_csv(folder / f"{name}.csv", index=False)
        script = Path(__file__).with_name("nannyml_cbpe.py")
        command = [python, "-W", "ignore", str(script), made]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"NannyML does not run: {done.stderr.strip().splitlines()[-1]}")
    alarmed = json.loads(done.stdout.splitlines()[-1])
    print(f"NannyML's CBPE, odds x1 and x2 alike (it sees no outcome): {np.mean(alarmed):.2f} of "
          f"{len(alarmed)} streams alarmed")  # fmt: skip


def _median(found: FloatArray) -> str:
    middle = np.median(found)
    return f"{middle:.0f}" if np.isfinite(middle) else "> all"


def main() -> None:
    """Print figure | bar | other methods."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--replicates", type=int, default=500)
    parser.add_argument("--nannyml", metavar="PYTHON")
    asked = parser.parse_args()
    replicates = 60 if asked.quick else asked.replicates
    began = time.perf_counter()
    print(f"{replicates} replicates; false alarms a year of {A_YEAR} matured loans, bar <= {ERROR}")
    print("PDs     | bets         | repeated z   | CBPE")
    worst = max(false_alarms(2 * replicates, spread=spread) for spread in (False, True))
    print("median of matured loans to the alarm (CBPE: share of streams with any alarm)")
    print("PDs     | odds    | bets    | bar      | repeated z | CBPE")
    short = [text for spread in (False, True) for text in detections(replicates, spread=spread)]
    print(f"the same when the odds change after {A_YEAR // 2} loans ({AT_ONCE:.0%} is bet before)")
    in_the_middle(max(replicates // 4, 20))
    if asked.nannyml:
        nannyml_cbpe(asked.nannyml, 5 if asked.quick else 50)
    print(f"{time.perf_counter() - began:.0f} s")
    if not asked.quick and (short or worst > ERROR):
        raise SystemExit(f"outside the bar: {'; '.join(short) or 'false alarms'}")


if __name__ == "__main__":
    main()
