"""Columns side by side: dataclasses whose fields are arrays of one length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Block = TypeVar("Block", bound=DataclassInstance)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def stack(blocks: Sequence[Block]) -> Block:
    """Put blocks of the same dataclass below one another, field by field."""
    first = blocks[0]
    columns = {f.name: np.concatenate([getattr(b, f.name) for b in blocks]) for f in fields(first)}
    return type(first)(**columns)


def pick(block: Block, rows: Ints | Bools) -> Block:
    """Select ``rows`` (positions or a mask) of every field."""
    return type(block)(**{f.name: getattr(block, f.name)[rows] for f in fields(block)})


def expand(counts: Ints) -> tuple[Ints, Ints]:
    """Owner and position of each row when owner i has ``counts[i]`` rows.

    >>> expand(np.array([2, 0, 1]))
    (array([0, 0, 2]), array([0, 1, 0]))
    """
    owner = np.repeat(np.arange(len(counts)), counts)
    starts = np.cumsum(counts) - counts
    return owner, np.arange(len(owner)) - starts[owner]


def choose(rng: np.random.Generator, weights: Sequence[float], n: int) -> Ints:
    """Draw ``n`` positions with probabilities proportional to ``weights``."""
    edges = np.cumsum(weights) / np.sum(weights)
    return np.searchsorted(edges[:-1], rng.random(n), side="right").astype(np.int64)


def probability(x: Floats) -> Floats:
    """Probability of log-odds ``x``; exact at both ends."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)), dtype=np.float64)
