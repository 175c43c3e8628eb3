"""The structural check of LightGBM's text model, before LightGBM itself sees it.

LightGBM trusts its text: a wrong child or a short array makes it write out of bounds or abort
the process. So every line is held against the form that LightGBM 4 writes (``version=v4``),
every array against its length and range, and every tree against being one proper binary tree.
A text that passes is also parsed, for whoever wants the trees themselves.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import isfinite

from data.errors import BundleError
from scoring.trees import CATEGORICAL, Tree, TreeModel

MAX_TEXT_BYTES = 64_000_000
MAX_TREES = 10_000
MAX_LEAVES = 1_024
MAX_FEATURES = 4_096
MAX_COUNT = 2**31 - 1
MAX_WORD = 2**32 - 1

_HEADER = {
    "version": "v4",
    "num_class": "1",
    "num_tree_per_iteration": "1",
    "label_index": "0",
    "objective": "binary sigmoid:1",
}
_HEADER_ARRAYS = {"max_feature_idx", "feature_names", "feature_infos", "tree_sizes"}
_TREE_KEYS = {
    *("num_leaves", "num_cat", "is_linear", "shrinkage"),
    *("split_feature", "split_gain", "threshold", "decision_type", "left_child", "right_child"),
    *("internal_value", "internal_weight", "internal_count"),
    *("leaf_value", "leaf_weight", "leaf_count"),
}
_CATEGORY_KEYS = {"cat_boundaries", "cat_threshold"}
_INTEGERS = re.compile(r"-?[0-9]{1,10}(?: -?[0-9]{1,10})*")
_NUMBERS = re.compile(r"[-+.0-9e]{1,40}(?: [-+.0-9e]{1,40})*")
_THRESHOLDS = re.compile(r"(?:[-+.0-9e]{1,40}|inf)(?: (?:[-+.0-9e]{1,40}|inf))*")
_ASCII = re.compile(r"[\n -~]*")
_TAIL = re.compile(
    r"end of trees\n"
    r"(?:\nfeature_importances:\n(?:[^\n=]+=[0-9.e+-]+\n)*)?"
    r"(?:\nparameters:\n(?:\[\w+: [^\n]*\]\n)*\nend of parameters\n)?"
    r"(?:\npandas_categorical:(?:null|\[\])\n?)?\n?",
    re.ASCII,
)


def check(text: str) -> TreeModel:
    """Parse a LightGBM text model. Raises BundleError with the tree and the broken rule."""
    try:
        return _model(text)
    except _RuleError as rule:
        raise BundleError(f"model.txt: {rule}") from None


class _RuleError(ValueError):
    """A rule that the text breaks."""


def _need(holds: bool, rule: str) -> None:
    if not holds:
        raise _RuleError(rule)


def _model(text: str) -> TreeModel:
    _need(len(text) <= MAX_TEXT_BYTES, f"larger than {MAX_TEXT_BYTES} bytes")
    _need(_ASCII.fullmatch(text) is not None, "holds a character that is not printable ASCII")
    head, separator, body = text.partition("\n\n")
    _need(head.startswith("tree\n") and bool(separator), "does not begin as a tree model")
    header = _lines(head.removeprefix("tree\n").split("\n"), "header")
    required = _HEADER.keys() | _HEADER_ARRAYS
    _need(required <= header.keys(), "header: a line is missing")
    _need(header.keys() <= required | {"monotone_constraints"}, "header: an unknown line")
    for key, value in _HEADER.items():
        _need(header[key] == value, f"header: {key} is not '{value}'")
    names = tuple(header["feature_names"].split(" "))
    k = len(names)
    _need(0 < k <= MAX_FEATURES and len(set(names)) == k, "header: feature_names")
    _need(header["max_feature_idx"] == str(k - 1), "header: max_feature_idx")
    _need(len(header["feature_infos"].split(" ")) == k, "header: feature_infos")
    monotone = (0,) * k
    if "monotone_constraints" in header:
        monotone = _integers(header, "monotone_constraints", k, (-1, 1))
    trees = tuple(_trees(header, body, k))
    return TreeModel(names, monotone, trees)


def _trees(header: Mapping[str, str], body: str, k: int) -> Iterator[Tree]:
    count = header["tree_sizes"].count(" ") + 1
    _need(count <= MAX_TREES, f"more than {MAX_TREES} trees")
    start = 0
    for i, size in enumerate(_integers(header, "tree_sizes", count, (1, MAX_TEXT_BYTES))):
        block = body[start : start + size]
        start += size
        try:
            yield _tree(block, i, k)
        except _RuleError as rule:
            raise _RuleError(f"tree {i}: {rule}") from None
    _need(_TAIL.fullmatch(body, start) is not None, "what follows the trees is not known")


def _tree(block: str, i: int, k: int) -> Tree:
    start = f"Tree={i}\n"
    _need(block.startswith(start) and block.endswith("\n\n\n"), "tree_sizes does not fit")
    lines = _lines(block[len(start) : -3].split("\n"), "line")
    _need(lines.keys() >= _TREE_KEYS, "a line is missing")
    _need(lines["is_linear"] == "0", "is a linear tree, which is not supported")
    n = _integers(lines, "num_leaves", 1, (1, MAX_LEAVES))[0]
    words = _category_words(lines)
    _need(lines.keys() == _TREE_KEYS | (_CATEGORY_KEYS if words[0] else set()), "an unknown line")
    for key in ("split_gain", "internal_value", "internal_weight"):
        _numbers(lines, key, n - 1)
    _numbers(lines, "leaf_weight", n if n > 1 or lines["leaf_weight"] else 0)
    _numbers(lines, "shrinkage", 1)
    tree = Tree(
        split_feature=_integers(lines, "split_feature", n - 1, (0, k - 1)),
        threshold=_thresholds(lines, n - 1),
        decision_type=_integers(lines, "decision_type", n - 1, (0, 11)),
        left_child=_integers(lines, "left_child", n - 1, (-n, n - 2)),
        right_child=_integers(lines, "right_child", n - 1, (-n, n - 2)),
        internal_count=_integers(lines, "internal_count", n - 1, (1, MAX_COUNT)),
        leaf_value=_numbers(lines, "leaf_value", n),
        leaf_count=_integers(lines, "leaf_count", n, (min(n - 1, 1), MAX_COUNT)),
        cat_boundaries=words[0],
        cat_threshold=words[1],
    )
    _one_binary_tree(tree)
    _categorical_splits(tree)
    return tree


def _category_words(lines: Mapping[str, str]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """``cat_boundaries`` and ``cat_threshold``; both empty without a categorical split."""
    splits = _integers(lines, "num_cat", 1, (0, MAX_LEAVES - 1))[0]
    if splits == 0:
        return (), ()
    _need(lines.keys() >= _CATEGORY_KEYS, "a line is missing")
    words = lines["cat_threshold"].count(" ") + 1
    boundaries = _integers(lines, "cat_boundaries", splits + 1, (0, words))
    rising = all(low < high for low, high in pairwise(boundaries))
    _need(rising and boundaries[0] == 0 and boundaries[-1] == words, "cat_boundaries")
    return boundaries, _integers(lines, "cat_threshold", words, (0, MAX_WORD))


def _one_binary_tree(tree: Tree) -> None:
    """Every split but the root and every leaf is the child of exactly one earlier split."""
    n = len(tree.leaf_value)
    children = sorted(tree.left_child + tree.right_child)
    expected = [*range(-n, 0), *range(1, n - 1)] if n > 1 else []
    _need(children == expected, "left_child and right_child do not make one tree")
    for i, pair in enumerate(zip(tree.left_child, tree.right_child, strict=True)):
        rows = 0
        for child in pair:
            _need(child < 0 or child > i, "left_child and right_child do not make one tree")
            rows += tree.leaf_count[~child] if child < 0 else tree.internal_count[child]
        _need(rows == tree.internal_count[i], "internal_count is not the sum of the children's")


def _categorical_splits(tree: Tree) -> None:
    splits = (i for i, kind in enumerate(tree.decision_type) if kind & CATEGORICAL)
    used = sorted(tree.threshold[i] for i in splits)
    _need(used == list(range(max(len(tree.cat_boundaries) - 1, 0))), "num_cat does not fit")


def _lines(lines: list[str], what: str) -> dict[str, str]:
    """``key=value`` lines as a mapping; a key stands once."""
    pairs = [line.partition("=") for line in lines]
    _need(all(separator for _, separator, _ in pairs), f"{what}: not of the form key=value")
    out = {key: value for key, _, value in pairs}
    _need(len(out) == len(pairs), f"{what}: a key stands twice")
    return out


def _integers(
    lines: Mapping[str, str], key: str, length: int, limits: tuple[int, int]
) -> tuple[int, ...]:
    values = tuple(map(int, _split(lines[key], key, length, _INTEGERS)))
    inside = not values or (min(values) >= limits[0] and max(values) <= limits[1])
    _need(inside, f"{key}: a value is out of range")
    return values


def _numbers(lines: Mapping[str, str], key: str, length: int) -> tuple[float, ...]:
    values = _floats(lines, key, length, _NUMBERS)
    _need(all(map(isfinite, values)), f"{key}: not finite numbers")
    return values


def _thresholds(lines: Mapping[str, str], length: int) -> tuple[float, ...]:
    """Finite, or the word ``inf``: everything that is not missing goes left."""
    values = _floats(lines, "threshold", length, _THRESHOLDS)
    finite = sum(map(isfinite, values)) + lines["threshold"].split(" ").count("inf")
    _need(finite == length, "threshold: not finite numbers")
    return values


def _floats(
    lines: Mapping[str, str], key: str, length: int, form: re.Pattern[str]
) -> tuple[float, ...]:
    parts = _split(lines[key], key, length, form)
    try:
        return tuple(map(float, parts))
    except ValueError:
        raise _RuleError(f"{key}: not finite numbers") from None


def _split(value: str, key: str, length: int, form: re.Pattern[str]) -> list[str]:
    if length == 0 and value == "":
        return []
    _need(form.fullmatch(value) is not None, f"{key}: not the numbers that are expected")
    parts = value.split(" ")
    _need(len(parts) == length, f"{key}: {len(parts)} values where {length} are expected")
    return parts
