"""A portfolio with every kind of feature that is made from events, and random rows for it."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from data.contract import Contract
from tests.data.small_portfolio import column, from_column, make_contract

START = datetime.fromisoformat("2024-01-01")
CITIES = ["east", "north", "south"]

WALLET: dict[str, Any] = {
    "kind": "events",
    "keys": {"applicant": "client"},
    "unique": ["number"],
    "known_at": "posted_at",
    "happened_at": "at",
    "reversed_at": "reversed_on",
    "columns": {
        "number": column("integer"),
        "client": column("string"),
        "at": column("datetime"),
        "posted_at": column("datetime"),
        "reversed_on": column("date"),
        "direction": column("category", categories=["in", "out"]),
        "kind": column("category", categories=["bill", "airtime", "transfer"]),
        "amount": column("number"),
        "asked": column("number"),
        "party": column("string", personal=True),
        "home_lat": column("number", personal=True),
        "home_lon": column("number", personal=True),
        "shop_lat": column("number", personal=True),
        "shop_lon": column("number", personal=True),
    },
}
VISITS: dict[str, Any] = {
    "kind": "events",
    "keys": {"applicant": "client"},
    "unique": ["visit"],
    "known_at": "seen_on",
    "columns": {
        "visit": column("string"),
        "client": column("string"),
        "seen_on": column("date"),
        "judge": column("string", personal=True),
        "code": column("category", categories=["shop", "books"]),
        "score": column("integer"),
    },
}
LOANS: dict[str, Any] = {
    "kind": "applications",
    "keys": {"application": "id", "applicant": "client"},
    "unique": ["id"],
    "columns": {
        "id": column("integer"),
        "client": column("string"),
        "asked_at": column("datetime"),
        "city": column("category", categories=CITIES),
        "term": column("integer"),
        "bad": column("integer"),
    },
}
YEARS = {
    city: [float((i * 7 + shift) % 12) / 10 for i in range(12)] for shift, city in enumerate(CITIES)
}


def _made(table: str, function: str, value: Any = None, **more: Any) -> dict[str, Any]:
    extra = {key: more.pop(key) for key in ("range",) if key in more}
    given = {"value": value} if value is not None else {}
    return {"aggregate": {"table": table, "function": function, **given, **more}, **extra}


WEEKS: dict[str, Any] = {"per": {"days": 7}, "window_days": 56}
PARTY: dict[str, Any] = {"per": {"column": "party"}}
IN = {"where": {"direction": "in"}}
PERIOD_FUNCTIONS = ("mean", "min", "max", "std", "share", "slope", "last")
FEATURES: dict[str, Any] = {
    "city": from_column("loans.city"),
    "term": from_column("loans.term"),
    **{f"week_{f}": _made("wallet", f, "amount", **WEEKS, **IN) for f in PERIOD_FUNCTIONS},
    **{f"busy_{f}": _made("wallet", f, **WEEKS) for f in PERIOD_FUNCTIONS},
    "bill_months": _made(
        "wallet",
        "share",
        per={"days": 30},
        window_days=90,
        where={"kind": ["bill", "airtime"], "amount": {"at_most": 60}},
    ),
    "parties": _made("wallet", "count", **PARTY, window_days=90),
    "party_mean": _made("wallet", "mean", "amount", **PARTY),
    "party_most": _made("wallet", "max", **PARTY),
    "party_top": _made("wallet", "top_share", "amount", **PARTY, **IN),
    "party_top_rows": _made("wallet", "top_share", **PARTY, window_days=30),
    "party_kept": _made("wallet", "kept", **PARTY, window_days=60),
    "party_returned": _made(
        "wallet", "returned", "amount", **PARTY, **IN, against={"direction": "out"}, window_days=90
    ),
    "out_mid": _made(
        "wallet", "sum", "amount", where={"amount": {"at_least": 20, "at_most": 90}}, window_days=45
    ),
    "far": _made(
        "wallet", "mean", {"distance_km": ["home_lat", "home_lon", "shop_lat", "shop_lon"]}
    ),
    "far_last": _made(
        "wallet", "last", {"distance_km": ["home_lat", "home_lon", "shop_lat", "shop_lon"]}
    ),
    "approved_share": _made("wallet", "mean", {"ratio": ["asked", "amount"]}),
    "scale": _made("wallet", "mean", "amount", standardise={"mean": 40, "sd": 12.5}),
    "flat": _made("wallet", "std", "amount", flag={"at_most": 35}),
    "rich": _made("wallet", "max", "amount", flag={"at_least": 150}),
    "capped": _made("wallet", "max", "amount", range=[0, 120]),
    "judged": _made(
        "visits", "mean", "score", less_leniency={"observer": "judge", "prior_rows": 7.5}
    ),
    "judged_books": _made(
        "visits",
        "mean",
        "score",
        where={"code": "books"},
        less_leniency={"observer": "judge", "prior_rows": 7.5},
    ),
    "visits": _made("visits", "count"),
    "season": {"calendar": {"measure": "mean", "by": "city", "months": YEARS, "over": "term"}},
    "to_peak": {"calendar": {"measure": "months_to_peak", "by": "city", "months": YEARS}},
}


def every_kind() -> Contract:
    """A contract of all of ``FEATURES``."""
    tables = {"loans": LOANS, "wallet": WALLET, "visits": VISITS}
    drop = {"payments"}
    contract = make_contract(FEATURES, tables)
    kept = {name: table for name, table in contract.tables.items() if name not in drop}
    return contract.model_copy(update={"tables": kept})


def random_tables(seed: int, loans: int = 60, wallet: int = 1500) -> dict[str, pa.Table]:
    """``loans`` of half as many clients, rows at coarse times so that many tie, and many gaps."""
    r = np.random.default_rng(seed)
    clients = max(loans // 2, 1)

    def name(prefix: str, n: int) -> str:
        return f"{prefix}{r.integers(0, n)}"

    def maybe(value: Any, missing: float = 0.08) -> Any:
        return None if r.random() < missing else value

    def day() -> datetime:
        return START + timedelta(hours=int(r.integers(0, 400)) * 6)

    asked = [
        {
            "id": i,
            "client": name("c", clients),
            "asked_at": START + timedelta(days=60, hours=int(r.integers(0, 160)) * 6),
            "city": maybe(str(r.choice(CITIES))),
            "term": maybe(int(r.integers(1, 30))),
        }
        for i in range(loans)
    ]
    money = []
    for number in r.permutation(wallet):
        at = day()
        posted = at + timedelta(hours=int(r.integers(0, 10)) ** 2 * 6)
        money.append(
            {
                "number": int(number),
                "client": maybe(name("c", clients + 5)),
                "at": maybe(at, 0.02),
                "posted_at": maybe(posted, 0.02),
                "reversed_on": maybe((posted + timedelta(days=int(r.integers(0, 30)))).date(), 0.8),
                "direction": maybe(str(r.choice(["in", "out"]))),
                "kind": maybe(str(r.choice(["bill", "airtime", "transfer"]))),
                "amount": maybe(float(np.round(r.lognormal(3.5, 0.8), 2))),
                "asked": maybe(float(r.integers(0, 4)) * 33.3),
                "party": maybe(name("p", 6)),
                "home_lat": maybe(float(r.uniform(-1, 14))),
                "home_lon": maybe(float(r.uniform(-5, 40))),
                "shop_lat": float(r.uniform(-1, 14)),
                "shop_lon": float(r.uniform(-5, 40)),
            }
        )
    seen = [
        {
            "visit": f"v{number}",
            "client": maybe(name("c", clients)),
            "seen_on": maybe(day().date(), 0.02),
            "judge": maybe(name("j", 4)),
            "code": maybe(str(r.choice(["shop", "books"]))),
            "score": maybe(int(r.integers(0, 21))),
        }
        for number in r.permutation(wallet // 4)
    ]
    return {
        "loans": pa.Table.from_pylist(asked),
        "wallet": pa.Table.from_pylist(money),
        "visits": pa.Table.from_pylist(seen),
    }
