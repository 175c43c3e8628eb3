"""Figures of decided applications: approvals, concentration, expected loss, and cut-offs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from api.outcomes_replies import EstimateShown
from api.portfolio import STEP, Bin, Concentration, CutOffs, Month, Share
from api.portfolio_reading import AMOUNT, BY_RULE, categories, column
from data.contract import Contract, Money
from scoring.intervals import wilson
from scoring.policy import DecisionRules
from scoring.profit import outcome_values

APPROVED, DECLINED, WAITING = "approve", "decline", "waiting"


def settled(decided: pd.DataFrame, lent: Sequence[str]) -> pd.Series[str]:
    """What became of each application: APPROVED, DECLINED or WAITING, by the rows' order.

    ``lent``: applications with a loan that was paid out, which were approved whatever is known;
    of others a person's word counts, and where nobody has said any, the recommendation.
    """
    said = decided["outcome"].where(decided["outcome"].notna(), decided["recommendation"])
    known = said.where(said.isin([APPROVED, DECLINED]), WAITING)
    return known.where(~decided["application"].isin(list(lent)), APPROVED)


def months(decided: pd.DataFrame) -> list[Month]:
    """Approvals by month, the oldest first, with Wilson's interval; ``final``: see ``settled``."""
    counts = decided.groupby(["month", "final"]).size().unstack(fill_value=0)
    made = []
    for month, row in counts.iterrows():
        approved, declined = int(row.get(APPROVED, 0)), int(row.get(DECLINED, 0))
        made.append(
            Month(
                month=pd.Timestamp(str(month)).date(),
                approved=approved,
                declined=declined,
                waiting=int(row.get(WAITING, 0)),
                rate=EstimateShown.model_validate(wilson(approved, approved + declined)),
            )
        )
    return made


def lost_on(rows: pd.DataFrame, money: Money) -> pd.Series[float]:
    """Expected loss of lending to each row; 0 where PD or amount are not known."""
    pd_, amount = rows["pd"].to_numpy(np.float64), rows[AMOUNT].to_numpy(np.float64)
    return pd.Series(np.nan_to_num(outcome_values(pd_, amount, money)[2]), index=rows.index)


def concentration(decided: pd.DataFrame, contract: Contract, money: Money) -> list[Concentration]:
    """How the approved amount of the year is spread, by branch and by each category."""
    approved = decided[(decided["final"] == APPROVED) & (decided[AMOUNT] > 0)]
    approved = approved.assign(lost=lost_on(approved, money))
    spread = [Concentration(by="branch", title=None, shares=_shares(approved, "branch"))]
    for name in categories(contract):
        title = contract.features[name].title
        shares = _shares(approved, column(name))
        spread.append(Concentration(by=name, title=title, shares=shares))
    return [one for one in spread if one.shares]


def _shares(rows: pd.DataFrame, by: str) -> list[Share]:
    whole = float(rows[AMOUNT].sum())
    named = rows.assign(**{by: rows[by].where(rows[by].notna(), "")})
    sums = named.groupby(by).agg(n=(AMOUNT, "size"), amount=(AMOUNT, "sum"), lost=("lost", "sum"))
    sums = sums.sort_values("amount", ascending=False)
    return [
        Share(
            name=str(name) or None,
            approved=int(row["n"]),
            amount=float(row["amount"]),
            share=float(row["amount"]) / whole,
            expected_loss=float(row["lost"]),
        )
        for name, row in sums.iterrows()
    ]


def cut_offs(scored: pd.DataFrame, rules: DecisionRules, money: Money) -> CutOffs | None:
    """Sums by PD of the applications of one model; None where no amount is known.

    The cut-offs in force are edges of bins, so that what is in force is told exactly. Those whom
    a rule beside the score keeps from an approval count as applications and are in no bin.
    """
    rows = scored[scored["pd"].notna() & (scored[AMOUNT] > 0)]
    if rows.empty:
        return None
    able = rows[~rows[BY_RULE].astype(bool)]
    risk, amount = able["pd"].to_numpy(np.float64), able[AMOUNT].to_numpy(np.float64)
    approve, decline, lost = outcome_values(risk, amount, money)
    gained = approve - decline
    force = rules.approve_below, rules.decline_from
    edges = np.unique(np.concatenate([np.round(np.arange(0, 1, STEP), 4), force]))
    at = np.searchsorted(edges, risk, side="right") - 1
    sums = {
        "lost": lost,
        "lost_squared": lost**2,
        "gained": gained,
        "gained_squared": gained**2,
        "declined": decline,
    }
    added = {name: np.bincount(at, v, len(edges)) for name, v in sums.items()}
    counts = np.bincount(at, minlength=len(edges))
    bins = [
        Bin(
            start=float(edges[i]),
            n=int(counts[i]),
            **{name: float(v[i]) for name, v in added.items()},
        )
        for i in np.flatnonzero(counts | np.isin(edges, force))
    ]
    return CutOffs(approve_below=force[0], decline_from=force[1], applications=len(rows), bins=bins)
