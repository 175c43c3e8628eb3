"""Stored decisions as rows for the portfolio's figures (a job dependency: needs pandas)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import pandas as pd
from sqlalchemy import select

from data.contract import Contract
from data.store import Store
from data.store.ledger import Ledger
from data.store.tables import decisions
from data.store.tables_officers import human_decisions
from scoring.capacity import decided

_DECIDED = tuple(
    decisions.c[name]
    for name in (
        "decision_id",
        "created_at",
        "key_id",
        "branch",
        "application",
        "model_version",
        "pd",
        "log_odds",
        "recommendation",
    )
)
_SAID = tuple(human_decisions.c[n] for n in ("decision_id", "outcome", "reason", "key_id", "at"))
AMOUNT, BY_RULE = "amount", "by_rule"


def read_decided(store: Store, contract: Contract, since: datetime) -> pd.DataFrame:
    """Applications decided since then, the oldest first: the last decision on each.

    Columns: those of the decision, ``month`` (first day of it by the contract's clock), and of
    people's words on it ``outcome``, ``reason``, ``person`` (key), all of the newest, ``first_at``
    of the first; None where nobody has said anything. Raises StoreError.
    """
    rows = select(*_DECIDED).where(decisions.c.created_at >= since)
    words = select(*_SAID).where(human_decisions.c.at >= since).order_by(human_decisions.c.id)
    with store.read() as connection:
        made = _frame(connection.execute(rows.order_by(decisions.c.position)).all(), _DECIDED)
        said = _frame(connection.execute(words).all(), _SAID)
    made = made.drop_duplicates("application", keep="last")
    first = said.drop_duplicates("decision_id").set_index("decision_id")["at"]
    newest = said.drop_duplicates("decision_id", keep="last").drop(columns="at")
    newest = newest.rename(columns={"key_id": "person"})
    found = made.merge(newest, "left", on="decision_id")
    at = pd.DatetimeIndex(pd.to_datetime(found["created_at"], utc=True))
    local = at.tz_convert(ZoneInfo(contract.timezone)).tz_localize(None)
    return found.assign(
        created_at=at,
        month=local.to_numpy().astype("datetime64[M]").astype("datetime64[s]"),
        first_at=pd.to_datetime(found["decision_id"].map(first), utc=True),
    )


def _frame(rows: Any, columns: Any) -> pd.DataFrame:
    names = [column.name for column in columns]
    return pd.DataFrame(rows, columns=names).astype(
        {n: object for n in names if n not in {"pd", "log_odds"}}
        | {n: np.float64 for n in names if n in {"pd", "log_odds"}}
    )


def categories(contract: Contract) -> list[str]:
    """The inputs whose categories the contract lists, such as purpose, sector or region."""
    return [name for name in contract.inputs if contract.spec(name).categories]


def read_contents(
    ledger: Ledger, contract: Contract, since: datetime, until: datetime
) -> pd.DataFrame:
    """What was asked for in decisions of that time, by ``decision_id``: one row a decision.

    Columns: AMOUNT (NaN where not known, or where the contract's terms name none), BY_RULE (a
    rule beside the score made the recommendation) and the ``categories``. Erased decisions are
    left out. Raises StoreError, VaultError.
    """
    wanted = categories(contract)
    amount = contract.terms.amount
    found: dict[str, list[Any]] = {}
    for decision in ledger.between(since, until, readable=True, referred=True):
        sources = orjson.loads(decision.request).get("sources", {})
        values = {name: value for given in sources.values() for name, value in given.items()}
        asked = values.get(amount) if amount else None
        found[decision.decision_id] = [
            float("nan") if asked is None else float(asked),
            decided(decision.recommendation, orjson.loads(decision.record)),
            *(values.get(name) for name in wanted),
        ]
    made = pd.DataFrame.from_dict(
        found, orient="index", columns=[AMOUNT, BY_RULE, *map(column, wanted)]
    )
    return made.astype({AMOUNT: np.float64})


def column(name: str) -> str:
    """The column of the input ``name``, so that none is taken for a column of a decision."""
    return f"input.{name}"
