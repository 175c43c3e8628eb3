"""Rules that span the files of a bundle: model text, contract, decision rules, golden rows."""

from itertools import pairwise
from math import isfinite

from data.contract import Contract
from data.errors import BundleError
from scoring.background import ROWS
from scoring.bundle import Bundle, Golden
from scoring.policy import DecisionRules
from scoring.tree_text import check
from scoring.trees import CATEGORICAL, TreeModel

MAX_GOLDEN_ROWS = 1_000
_SIGN = {None: 0, "increasing": 1, "decreasing": -1}


def check_bundle(bundle: Bundle) -> TreeModel:
    """Hold the parts of ``bundle`` against each other; return its parsed trees.

    That no protected attribute is a feature is a rule of the contract itself, which
    ``Bundle.from_files`` has checked. Raises BundleError naming file and rule.
    """
    model = check(bundle.model_text)
    _features(model, bundle.contract)
    _categories(model, bundle.contract)
    _golden(bundle.golden, len(model.feature_names))
    _background(bundle, len(model.feature_names))
    _decision_rules(bundle.rules)
    return model


def _features(model: TreeModel, contract: Contract) -> None:
    if model.feature_names != contract.model_features:
        raise BundleError("model.txt: feature_names are not the model features of contract.json")
    signs = tuple(_SIGN[contract.features[name].monotone] for name in model.feature_names)
    if model.monotone != signs:
        raise BundleError("model.txt: monotone_constraints are not those of contract.json")


def _categories(model: TreeModel, contract: Contract) -> None:
    """A category is only asked for by categorical splits, and only for values it can have."""
    limits = [len(contract.spec(name).categories or ()) for name in model.feature_names]
    for i, tree in enumerate(model.trees):
        for split, feature in enumerate(tree.split_feature):
            categorical = bool(tree.decision_type[split] & CATEGORICAL)
            if categorical != bool(limits[feature]):
                rule = "splits a category as a number or a number as a category"
                raise BundleError(f"model.txt: tree {i}: {rule}")
            if categorical and max(tree.categories(split), default=0) >= limits[feature]:
                raise BundleError(f"model.txt: tree {i}: a category is not in contract.json")


def _golden(golden: Golden, width: int) -> None:
    count = len(golden.rows)
    if not 0 < count <= MAX_GOLDEN_ROWS or len(golden.log_odds) != count:
        raise BundleError(f"golden.json: needs 1 to {MAX_GOLDEN_ROWS} rows, each with log_odds")
    if any(len(row) != width for row in golden.rows):
        raise BundleError("golden.json: a row has not one value for each model feature")
    if not all(map(isfinite, golden.log_odds)):
        raise BundleError("golden.json: log_odds are not finite")


def _background(bundle: Bundle, width: int) -> None:
    rows = bundle.background.rows
    if len(rows) > ROWS or any(len(row) != width for row in rows):
        rule = f"needs at most {ROWS} rows, each with one value for each model feature"
        raise BundleError(f"background.json: {rule}")


def _decision_rules(rules: DecisionRules) -> None:
    if len(rules.band_limits) != len(rules.bands) - 1:
        raise BundleError("rules.json: needs one limit fewer than bands")
    if any(low > high for low, high in pairwise(rules.band_limits)):
        raise BundleError("rules.json: band_limits are not in rising order")
    if rules.approve_below > rules.decline_from:
        raise BundleError("rules.json: approve_below is above decline_from")
