"""How often a lived-through world raises all alarms that are due and no others.

    python bench/drift/years.py [--quick] [--seeds N]

Each seed is a world of its own, lived through by the same code as ``microscore demo-year``: other
people, other loans, other models, the same truth about what is due. Beside it: how many of the
alarms came, how long after they could be seen, what was raised without a cause, and when a
challenger that had learned from the drought became champion. ``--quick``: one smaller world.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median

from api.living.story import Year, live
from data.synthetic.living import FAST, USUAL

FIRST_SEED, SEEDS = 12, 5
"""Other worlds than that of the demonstration."""
MOST_FALSE = 1.0
"""False alarms a model-year that are borne, those that only explain among them."""


def lived(seed: int, *, quick: bool) -> Year:
    """The story of ``seed`` in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        return live(Path(folder), *(FAST if quick else USUAL), seed, lambda _stage, _share: None)


def main() -> None:
    """Print a line for each world, then figure and bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    asked = parser.parse_args()
    years = []
    for seed in range(FIRST_SEED, FIRST_SEED + (1 if asked.quick else asked.seeds)):
        began = time.perf_counter()
        years.append(lived(seed, quick=asked.quick))
        print(f"seed {seed}: {_told(years[-1])}; {time.perf_counter() - began:.0f} s", flush=True)
    due = sum(len(y.judged.answered) for y in years)
    missing = sum(len(y.judged.missing) for y in years)
    false = sum(len(y.judged.false) for y in years)
    lasted = sum(len(y.months) for y in years) / 12
    right, promoted = sum(y.judged.right for y in years), sum(bool(y.promoted) for y in years)
    print(f"worlds with all alarms and no others: {right} of {len(years)}")
    print(f"alarms that were due and came: {due - missing} of {due} (bar: all)")
    print(f"false alarms a model-year: {false / lasted:.2f} (bar {MOST_FALSE:g})")
    print(f"worlds in which a challenger became champion: {promoted} of {len(years)} (bar: all)")
    waits = [_days(alarm.earliest, raised.window) for y in years
             for alarm, raised in y.judged.answered if raised is not None]  # fmt: skip
    if waits:
        print(f"days from when it can be seen to the window that raised it: {median(waits):.0f}")
    if missing or promoted < len(years) or false / lasted > MOST_FALSE:
        raise SystemExit("a bar is not met")


def _told(year: Year) -> str:
    judged = year.judged
    parts = [f"{len(judged.answered) - len(judged.missing)} of {len(judged.answered)} due alarms"]
    parts += [f"missing {a.subject}" for a in judged.missing]
    parts += [f"false {r.subject} ({r.level}, {r.window:%Y-%m})" for r in judged.false]
    parts += [f"new champion after {month:%Y-%m}" for month, _ in year.promoted]
    return ", ".join(parts)


def _days(start: date, end: date) -> int:
    return (end - start).days


if __name__ == "__main__":
    main()
