"""People's decisions against the model's: by officer and branch, what came of them, and bias.

Automation bias shows near the cut-offs: there the model is least sure, and people who look for
themselves agree with it less often than where it is sure (Skitka et al. 1999).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from api.human_decisions import near_cut_offs
from api.outcomes_replies import EstimateShown
from api.portfolio import Agreeing, Overrides, Overriding
from api.portfolio_loans import followed
from fairness.gaps import difference
from scoring.intervals import Estimate, wilson
from scoring.policy import DecisionRules

MOST_SHOWN = 200
"""Officers that are kept, those with the most decisions first."""


def overrides(decided: pd.DataFrame, rules: Mapping[str, DecisionRules]) -> Overrides:
    """People's decisions in ``decided`` on recommendations to approve or to decline.

    ``rules``: of each model version, for what is near its cut-offs; other versions count for
    everything but the bias. The difference has Newcombe's interval.
    """
    clear = decided["recommendation"].isin(["approve", "decline"]) & decided["outcome"].notna()
    mine = decided[clear]
    mine = mine.assign(against=mine["outcome"] != mine["recommendation"])
    lent = mine[mine["outcome"] == "approve"]
    known = mine[mine["model_version"].isin(list(rules))]
    near = _near(known, rules)
    close, clear_cut = _agreed(known[near]), _agreed(known[~near])
    return Overrides(
        by_officer=_by(mine, "person")[:MOST_SHOWN],
        by_branch=_by(mine, "branch"),
        lent_as_advised=followed(lent[~lent["against"]]),
        lent_against=followed(lent[lent["against"]]),
        near=close,
        away=clear_cut,
        difference=EstimateShown.model_validate(
            difference(_estimate(clear_cut.share), _estimate(close.share))
        ),
    )


def _by(mine: pd.DataFrame, who: str) -> list[Overriding]:
    named = mine.assign(**{who: mine[who].where(mine[who].notna(), "")})
    found = [_one(str(name) or None, rows) for name, rows in named.groupby(who)]
    return sorted(found, key=lambda o: (-o.decided, o.who or ""))


def _one(who: str | None, rows: pd.DataFrame) -> Overriding:
    against = rows[rows["against"]]
    reasons = against["reason"].dropna().value_counts()
    return Overriding(
        who=who,
        decided=len(rows),
        overridden=len(against),
        rate=EstimateShown.model_validate(wilson(len(against), len(rows))),
        reasons={str(reason): int(n) for reason, n in reasons.items()},
        lent_against=followed(against[against["outcome"] == "approve"]),
    )


def _near(rows: pd.DataFrame, rules: Mapping[str, DecisionRules]) -> NDArray[np.bool_]:
    close = np.zeros(len(rows), dtype=bool)
    log_odds = rows["log_odds"].to_numpy(np.float64)
    for version, found in rules.items():
        inside = [(low <= log_odds) & (log_odds <= high) for low, high in near_cut_offs(found)]
        close |= (rows["model_version"] == version).to_numpy() & np.any(inside, axis=0)
    return close


def _agreed(rows: pd.DataFrame) -> Agreeing:
    agreed = int((~rows["against"]).sum())
    share = EstimateShown.model_validate(wilson(agreed, len(rows)))
    return Agreeing(decided=len(rows), agreed=agreed, share=share)


def _estimate(shown: EstimateShown) -> Estimate:
    return Estimate(shown.value, shown.low, shown.high)
