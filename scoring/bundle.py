"""A model bundle in memory: all that a score needs, and its one form as files.

No pickle: LightGBM text, JSON and Parquet. ``sealing`` signs and verifies the files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from data.contract import Contract, Frozen
from data.contract_loading import canonical_json, contract_from_json
from data.errors import BundleError, ContractError
from scoring.background import NO_BACKGROUND, Background
from scoring.calibration import Calibration
from scoring.policy import DecisionRules
from scoring.vector import FloatArray

FILES = (
    "model.txt",
    "calibration.json",
    "rules.json",
    "contract.json",
    "golden.json",
    "metrics.json",
    "lineage.json",
    "reference.parquet",
    "background.json",
)


class Golden(Frozen):
    """Rows whose scores are known: matrix (n, k; None is missing) and calibrated log-odds (n)."""

    rows: tuple[tuple[float | None, ...], ...]
    log_odds: tuple[float, ...]

    def matrix(self) -> FloatArray:
        """The rows as a float64 matrix with NaN."""
        return np.array(self.rows, dtype=np.float64)


@dataclass(frozen=True)
class Bundle:
    """All that a score needs, and what is needed to judge and replay it.

    ``metrics`` is the evaluation as ``train --json`` prints it; ``lineage`` names data hashes,
    seed, parameters and library versions; ``reference`` is a Parquet sample of held-out
    applications (features, ``_pd``, ``_bad``) that drift jobs compare with; ``background`` are
    the approved, performing applications that a declined one is explained against.
    """

    contract: Contract
    model_text: str
    calibration: Calibration
    rules: DecisionRules
    golden: Golden
    metrics: Mapping[str, Any]
    lineage: Mapping[str, Any]
    reference: bytes
    background: Background = NO_BACKGROUND

    def made_from(self, sums: Mapping[str, str]) -> bool:
        """Whether the model was trained from the very files of these hashes, by table."""
        return bool(self.lineage.get("data") == sums)

    def to_files(self) -> dict[str, bytes]:
        """File name to bytes, the same bytes for the same bundle."""
        return {
            "model.txt": self.model_text.encode(),
            "calibration.json": _json(self.calibration.model_dump(mode="json")),
            "rules.json": _json(self.rules.model_dump(mode="json")),
            "contract.json": canonical_json(self.contract),
            "golden.json": _json(self.golden.model_dump(mode="json")),
            "metrics.json": _json(self.metrics),
            "lineage.json": _json(self.lineage),
            "reference.parquet": self.reference,
            "background.json": self.background.model_dump_json().encode(),
        }

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Bundle:
        """Read verified files back. Raises BundleError for anything that does not fit."""
        missing = [name for name in FILES if name not in files]
        if missing:
            raise BundleError(f"the bundle lacks {', '.join(missing)}")
        try:
            return cls(
                contract=contract_from_json(files["contract.json"]),
                model_text=files["model.txt"].decode(),
                calibration=Calibration.model_validate_json(files["calibration.json"]),
                rules=DecisionRules.model_validate_json(files["rules.json"]),
                golden=Golden.model_validate_json(files["golden.json"]),
                metrics=json.loads(files["metrics.json"]),
                lineage=json.loads(files["lineage.json"]),
                reference=files["reference.parquet"],
                background=Background.model_validate_json(files["background.json"]),
            )
        except (ValidationError, ContractError, ValueError) as error:
            raise BundleError(
                f"a file of the bundle is not valid: {type(error).__name__}"
            ) from None


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1, allow_nan=False).encode()
