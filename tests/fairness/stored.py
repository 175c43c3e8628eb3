"""Stored decisions of the small model, with groups that only the protected store knows."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import orjson

from data.store.decisions import Decision
from scoring.scorer import Scorer
from scoring.service import Application, decide
from tests.bundles import small_bundle, small_columns, small_contract

FIRST = datetime(2026, 8, 3, 9, tzinfo=UTC)
VERSION, OTHER = "small-0123456789ab", "small-ba9876543210"


@cache
def model(seed: int = 0, version: str = VERSION) -> Scorer:
    """The small model of a seed."""
    return Scorer(small_bundle(seed), version)


def application(i: int, values: dict[str, Any]) -> Application:
    """Application number ``i`` as the server would have taken it in."""
    by_source: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        if value is not None:
            by_source.setdefault(small_contract().features[name].source, {})[name] = value
    request = {"application_id": f"A{i}", "applicant_id": f"C{i}", "sources": by_source}
    return Application(
        application_id=f"A{i}",
        applicant_id=f"C{i}",
        branch="north" if i % 2 else None,
        officer=None,
        values=values,
        masked={},
        request=orjson.dumps(request),
    )


def applications(n: int, seed: int = 5) -> Iterator[Application]:
    """``n`` applications; those of women (``is_woman``) are three days later."""
    columns = small_columns(n, seed)
    for i in range(n):
        values = {name: column[i] for name, column in columns.items()}
        values["late_days"] += 3 * is_woman(i)
        yield application(i, values)


def is_woman(i: int) -> bool:
    """Whether applicant number ``i`` is."""
    return bool(np.random.default_rng(i).random() < 0.45)


def decisions(
    n: int, scorer: Scorer | None = None, *, first: int = 0, at: datetime = FIRST
) -> list[Decision]:
    """What the model decided on applications ``first`` to ``n``, one a minute."""
    asked: Sequence[Application] = list(applications(n))[first:]
    return [
        decision
        for i, one in enumerate(asked)
        for decision in decide(scorer or model(), [one], "key00001", at + timedelta(minutes=i))
    ]
