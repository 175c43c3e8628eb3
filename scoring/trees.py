"""The trees of a model, parsed: plain arrays for whoever walks them."""

from dataclasses import dataclass

CATEGORICAL = 1
"""Bit of ``decision_type``: the split asks for a set of categories, not for a threshold."""
DEFAULT_LEFT = 2
"""Bit of ``decision_type``: a missing value goes left."""
MISSING_SHIFT = 2
"""``decision_type >> 2``: what is missing: 0 nothing (NaN counts as 0), 1 zero, 2 NaN."""


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree of n leaves and n - 1 splits, in LightGBM's own arrays.

    A child >= 0 is a split, a child c < 0 is leaf ``~c``; split 0 is the root and every split
    stands before its children. A threshold may be infinite: everything but a missing value goes
    left. A categorical split's threshold i names the 32-bit words
    ``cat_threshold[cat_boundaries[i]:cat_boundaries[i + 1]]``: a set bit sends its category left.
    Leaf values are log-odds; counts are rows of the training data.
    """

    split_feature: tuple[int, ...]
    threshold: tuple[float, ...]
    decision_type: tuple[int, ...]
    left_child: tuple[int, ...]
    right_child: tuple[int, ...]
    internal_count: tuple[int, ...]
    leaf_value: tuple[float, ...]
    leaf_count: tuple[int, ...]
    cat_boundaries: tuple[int, ...]
    cat_threshold: tuple[int, ...]

    def categories(self, split: int) -> set[int]:
        """Categories that the categorical split number ``split`` sends to the left."""
        at = int(self.threshold[split])
        words = self.cat_threshold[self.cat_boundaries[at] : self.cat_boundaries[at + 1]]
        return {32 * i + b for i, word in enumerate(words) for b in range(32) if word >> b & 1}


@dataclass(frozen=True, slots=True)
class TreeModel:
    """A whole model: its k features, a monotone sign (-1, 0, 1) for each, and its trees."""

    feature_names: tuple[str, ...]
    monotone: tuple[int, ...]
    trees: tuple[Tree, ...]
