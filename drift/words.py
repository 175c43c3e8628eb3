"""Keys of the texts that say to people what a test found."""

from __future__ import annotations

_OF_DECISION = {
    ("score", "cells"): "score-distribution",
    ("recommendation", "cells"): "recommendation-mix",
    ("reason", "cells"): "reason-mix",
}
_UP_DOWN = {
    "location": ("values-up", "values-down"),
    "missing": ("missing-more", "missing-fewer"),
    "high": ("high-values-more", "high-values-fewer"),
    "low": ("low-values-more", "low-values-fewer"),
    "category": ("category-more", "category-fewer"),
}
_DECISION_UP_DOWN = {
    "score": ("risk-up", "risk-down"),
    "override": ("overrides-more", "overrides-fewer"),
}


def words(column: str, layer: str, test: str, effect: float, *, new: bool) -> str:
    """Key of the text for ``test`` of ``column``; ``new``: the reference has no such row."""
    kind = test.partition(":")[0]
    if layer == "dependence":
        return "relation"
    if layer == "decision":
        up_down = _DECISION_UP_DOWN.get(column, _UP_DOWN["location"])
        return _OF_DECISION.get((column, kind), up_down[effect < 0])
    if kind == "cells":
        return "distribution"
    if kind == "category" and new and effect > 0:
        return "category-new"
    return _UP_DOWN[kind][effect < 0]
