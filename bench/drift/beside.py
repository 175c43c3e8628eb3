"""What tools of today say of the same windows, each at its defaults: is anything alarmed?

PSI above 0.1 or 0.25 in any column, Evidently's default for any column, and NannyML's
(Jensen-Shannon, thresholds from chunks of the reference), which needs an environment of its own.
"""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd

from bench.drift.cards import Frame
from drift.evidently_adapter import drifted, evidently_values
from drift.reference import Reference
from drift.verdicts import DriftReport

TOOLS = ("PSI 0.1", "PSI 0.25", "Evidently", "NannyML")
PSI = {"PSI 0.1": 0.1, "PSI 0.25": 0.25}


class Beside:
    """Counts alarms of the other tools, by name of what was done to the windows.

    ``python``: of NannyML's environment, None where it is not installed; ``folder``: where the
    windows that it is to see are kept until ``shares`` asks it.
    """

    def __init__(self, python: str | None, folder: Path) -> None:
        self._python, self._folder = python, folder
        self._alarms: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
        self._kept: dict[str, str] = {}
        self.seconds: list[float] = []

    def report(self, name: str, found: DriftReport) -> None:
        """Take PSI from a report of ours: it is the same statistic."""
        psi = max(f.psi for f in found.against[0].features)
        for tool, limit in PSI.items():
            self._alarms[name][tool].append(psi > limit)

    def window(self, name: str, reference: Reference, frame: Frame, window: Frame) -> None:
        """Ask Evidently now, and keep the window for NannyML."""
        n = len(next(iter(window.values())))
        values = evidently_values(reference, reference.matrix(window, n))
        self._alarms[name]["Evidently"].append(bool(drifted(values)))
        if self._python is not None:
            folder = self._folder / reference.fingerprint[:16]
            if not folder.exists():
                folder.mkdir()
                pd.DataFrame(frame).to_csv(folder / "reference.csv", index=False)
            path = folder / f"window{len(self._kept)}.csv"
            pd.DataFrame(window).to_csv(path, index=False)
            self._kept[str(path)] = name

    def shares(self, name: str) -> list[str]:
        """Share of the windows of ``name`` that each of TOOLS alarms at, as text."""
        self._ask_nannyml()
        found = self._alarms[name]
        return [f"{np.mean(found[tool]):.2f}" if found[tool] else "-" for tool in TOOLS]

    def count(self, name: str, tool: str) -> int:
        """Windows of ``name`` that ``tool`` alarms at."""
        self._ask_nannyml()
        return sum(self._alarms[name][tool])

    def _ask_nannyml(self) -> None:
        if self._python is None or not self._kept:
            return
        script = Path(__file__).with_name("nannyml_alarms.py")
        folders = sorted({str(Path(path).parent) for path in self._kept})
        command = [self._python, "-W", "ignore", str(script), *folders]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"NannyML does not run: {done.stderr.strip().splitlines()[-1]}")
        told = json.loads(done.stdout.splitlines()[-1])
        for path, name in self._kept.items():
            alarmed, seconds = told[path]
            self._alarms[name]["NannyML"].append(alarmed)
            self.seconds.append(seconds)
            Path(path).unlink()
        self._kept = {}
