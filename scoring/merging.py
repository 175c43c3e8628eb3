"""Several boosters as one: the mean of their margins in one LightGBM text.

A mean of margins is a sum of trees whose leaves are divided by the number of boosters, so the
merged text serves, explains (TreeSHAP is linear in the trees) and keeps monotone constraints
like any other. Averaging over seeds is bagging (Breiman 1996).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_SCALED = ("leaf_value=", "internal_value=")


def merged(texts: Sequence[str]) -> str:
    """The model whose margin is the mean of those of ``texts``.

    Each is LightGBM's text up to its last tree (``boosting.trees_of``) of the same features.
    """
    if len(texts) == 1:
        return texts[0]
    trees = [tree for text in texts for tree in _trees(text)]
    blocks = [_block(tree, i, len(texts)) for i, tree in enumerate(trees)]
    sizes = " ".join(str(len(block)) for block in blocks)
    head = texts[0].partition("\n\n")[0].split("\n")
    lines = [f"tree_sizes={sizes}" if line.startswith("tree_sizes=") else line for line in head]
    return "\n".join(lines) + "\n\n" + "".join(blocks) + "end of trees\n"


def _trees(text: str) -> Iterator[list[str]]:
    """The lines of each tree after its number."""
    body = text.partition("\n\n")[2].removesuffix("end of trees\n")
    for block in body.split("Tree=")[1:]:
        yield block.rstrip("\n").split("\n")[1:]


def _block(lines: Sequence[str], number: int, share: int) -> str:
    scaled = [_divided(line, share) if line.startswith(_SCALED) else line for line in lines]
    return f"Tree={number}\n" + "\n".join(scaled) + "\n\n\n"


def _divided(line: str, share: int) -> str:
    key, _, values = line.partition("=")
    return f"{key}=" + " ".join(repr(float(value) / share) for value in values.split())
