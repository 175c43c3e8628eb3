"""The reference in numbers, as JSON: what each feature looked like when all was well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import Field

from data.contract import Frozen
from scoring.vector import FloatArray


class FeatureProfile(Frozen):
    """One feature of the reference. Numbers have deciles, categories have shares.

    ``deciles``: the nine values below which 10, 20, ... 90 % of the present values lie, each
    itself a value of the reference. ``weight``: mean |SHAP| in log-odds; null without a model.
    """

    feature: str
    missing: float = Field(ge=0, le=1)
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    deciles: tuple[float, ...] = ()
    categories: dict[str, float] = Field(default={})
    weight: float | None = None


class ReferenceProfile(Frozen):
    """A whole reference of ``rows`` rows; ``fingerprint`` is the SHA-256 of what it was made of."""

    fingerprint: str
    rows: int
    features: tuple[FeatureProfile, ...]


def profile(
    fingerprint: str,
    features: Sequence[str],
    categories: Mapping[str, tuple[str, ...]],
    matrix: FloatArray,
    weights: FloatArray | None,
) -> ReferenceProfile:
    """Describe the rows of ``matrix`` (n, k)."""
    described = []
    for j, name in enumerate(features):
        present = matrix[~np.isnan(matrix[:, j]), j]
        about = _numbers(present)
        if name in categories:
            counts = np.bincount(present.astype(np.intp), minlength=len(categories[name]))
            shares = (counts / max(len(present), 1)).tolist()
            about = {"categories": dict(zip(categories[name], shares, strict=True))}
        missing = 1 - len(present) / len(matrix)
        weight = None if weights is None else float(weights[j])
        described.append(FeatureProfile(feature=name, missing=missing, weight=weight, **about))
    return ReferenceProfile(fingerprint=fingerprint, rows=len(matrix), features=tuple(described))


def _numbers(present: FloatArray) -> dict[str, Any]:
    if not len(present):
        return {}
    at = [len(present) * i // 10 for i in range(1, 10)]
    return {
        "low": float(present.min()),
        "high": float(present.max()),
        "mean": float(present.mean()),
        "deciles": tuple(np.sort(present)[at].tolist()),
    }
