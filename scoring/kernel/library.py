"""Calling the compiled kernel."""

from __future__ import annotations

import ctypes
import threading
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scoring.kernel.build import library_path
from scoring.kernel.tables import LANES, Tables, make_tables
from scoring.trees import TreeModel

FloatArray = NDArray[np.float64]


_ARRAYS = (
    "splits", "leaves", "sets", "agains", "blocks", "words", "points", "weights", "missing"
)  # fmt: skip
_COUNTS = ("block_count", "features", "most_splits", "most_leaves", "most_agains")
_Memory = ctypes.c_char * 0
"""The memory of an array of any size: ctypes has its address sooner than ``ndarray.ctypes``."""


class _Model(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_void_p) for name in _ARRAYS),
        ("base", ctypes.c_double),
        *((name, ctypes.c_int32) for name in _COUNTS),
    ]


class Kernel:
    """A model in the kernel's tables. Safe to share between threads: each has its own scratch."""

    def __init__(self, library: ctypes.CDLL, tables: Tables, features: int) -> None:
        self._call = library.microscore_explain
        self._call.restype = None
        self._call.argtypes = [
            ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p,
            ctypes.c_void_p, ctypes.c_void_p,
        ]  # fmt: skip
        self._tables = tables
        self._features = features
        self._most = [
            max(1, int(tables.blocks[name].max(initial=0)))
            for name in ("splits", "leaves", "agains")
        ]
        self._model = _Model(
            *(getattr(tables, name).ctypes.data for name in _ARRAYS),
            tables.base,
            len(tables.blocks),
            features,
            *self._most,
        )
        self._address = ctypes.addressof(self._model)
        self._local = threading.local()

    def margins(self, matrix: FloatArray) -> FloatArray:
        """Margins (n) of a matrix (n, features), bit for bit LightGBM's raw scores."""
        return self._run(matrix, None)

    def explain(self, matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Margins (n) and contributions (n, features + 1), the base last."""
        contributions = np.empty((len(matrix), self._features + 1))
        return self._run(matrix, contributions), contributions

    def _run(self, matrix: FloatArray, contributions: FloatArray | None) -> FloatArray:
        rows = np.ascontiguousarray(matrix, dtype=np.float64)
        if not rows.flags.writeable:  # ctypes takes no other
            rows = rows.copy()
        if rows.ndim != 2 or rows.shape[1] != self._features:
            raise ValueError(f"a matrix of {self._features} columns is needed")
        margins = np.empty(len(rows))
        self._call(
            self._address,
            _Memory.from_buffer(rows.data),
            len(rows),
            _Memory.from_buffer(margins.data),
            None if contributions is None else _Memory.from_buffer(contributions.data),
            self._scratch(),
        )
        return margins

    def _scratch(self) -> int:
        found: int | None = getattr(self._local, "found", None)
        if found is None:
            splits, leaves, agains = self._most
            vectors = (LANES + 1) * self._features + 3 * splits + leaves + 2 * agains + 1
            self._local.space = np.empty(vectors * LANES * 8 + 64, dtype=np.uint8)
            start = self._local.space.ctypes.data
            found = self._local.found = start + -start % 64
        return found


@cache
def _library() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(str(library_path()))
    except OSError:
        return None


def load_kernel(model: TreeModel) -> Kernel | None:
    """The kernel for ``model``; None where it was not built or the model is outside its limits."""
    library = _library()
    tables = make_tables(model) if library else None
    if library is None or tables is None:
        return None
    return Kernel(library, tables, len(model.feature_names))
