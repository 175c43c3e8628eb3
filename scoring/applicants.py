"""Who is whom: rows that must stay on the same side of a split."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from scoring.vector import FloatArray

MOST_COPIES = 5
"""A larger set of identical rows is a common profile, not one loan that was copied."""


def names(keys: pd.DataFrame) -> NDArray[np.str_]:
    """Applicant of each row; who has none is known by the application alone."""
    own = "application " + keys["application"].astype(str)
    if "applicant" not in keys:
        return own.to_numpy(dtype=np.str_)
    given = keys["applicant"]
    return (("applicant " + given.astype(str)).where(given.notna(), own)).to_numpy(dtype=np.str_)


def groups(applicants: NDArray[np.str_], matrix: FloatArray) -> NDArray[np.intp]:
    """Group of each row: rows joined by applicant or by identical inputs, transitively."""
    _, person = np.unique(applicants, return_inverse=True)
    plain = np.where(np.isnan(matrix), np.nan, matrix + 0.0)
    as_bytes = np.ascontiguousarray(plain).view(f"V{plain.shape[1] * 8}").ravel()
    _, twin, size = np.unique(as_bytes, return_inverse=True, return_counts=True)
    joined = np.flatnonzero(size[twin] <= MOST_COPIES)
    nodes = person.max() + 1 + len(size)
    links = (person[joined], person.max() + 1 + twin[joined])
    graph = coo_array((np.ones(len(joined)), links), shape=(nodes, nodes))
    _, component = connected_components(graph, directed=False)
    _, group = np.unique(component[person], return_inverse=True)
    return np.asarray(group, dtype=np.intp)


def keyed_hash(name: str, seed: int) -> np.uint64:
    """Place of an applicant in the order that ``seed`` shuffles applicants into."""
    digest = blake2b(name.encode(), digest_size=8, key=str(seed).encode()).digest()
    return np.uint64(int.from_bytes(digest, "big"))
