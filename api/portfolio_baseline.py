"""The time before the model, as the institution's own books tell it: ``baseline.yaml``.

A small file in the home: a period and what it came to. Every mistake is told with its line.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pydantic import Field

from data.contract import Frozen
from data.contract_yaml import Path as Place
from data.description import parse_description
from data.errors import ContractError, ContractProblem

NAME = "baseline.yaml"
MOST_BYTES = 20_000


class Baseline(Frozen):
    """What happened from ``first_day`` to ``last_day``; what is left out is not compared.

    ``bad_loans``: of ``matured_loans``, by the contract's definition; ``amount_lent`` and
    ``amount_lost`` in the contract's currency; ``hours_to_decision``: the median, from the
    application to the answer.
    """

    first_day: dt.date
    last_day: dt.date
    applications: int | None = Field(None, ge=1)
    loans: int | None = Field(None, ge=1)
    amount_lent: float | None = Field(None, gt=0)
    amount_lost: float | None = Field(None, ge=0)
    matured_loans: int | None = Field(None, ge=1)
    bad_loans: int | None = Field(None, ge=0)
    hours_to_decision: float | None = Field(None, gt=0)

    @property
    def days(self) -> int:
        """Days of the period, both ends included."""
        return (self.last_day - self.first_day).days + 1


def read_baseline(home: Path) -> Baseline | None:
    """What the file in ``home`` says; None without one.

    Raises ContractError with the line and field of every mistake.
    """
    path = home / NAME
    try:
        content = path.read_bytes()[:MOST_BYTES].decode()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        problem = ContractProblem(1, "baseline", "cannot be read as UTF-8 text")
        raise ContractError(NAME, [problem]) from None
    return parse_baseline(content)


def parse_baseline(text: str) -> Baseline:
    """Parse YAML ``text``. Raises ContractError."""
    return parse_description(text, Baseline, _crossed, NAME, "baseline")


def _crossed(found: Baseline) -> list[tuple[Place, str]]:
    """Rules across fields: the field and what it must."""
    problems: list[tuple[Place, str]] = []
    if found.last_day < found.first_day:
        problems.append((("last_day",), "must not be before first_day"))
    if (found.bad_loans is None) != (found.matured_loans is None):
        missing = "bad_loans" if found.bad_loans is None else "matured_loans"
        given = "matured_loans" if found.bad_loans is None else "bad_loans"
        problems.append(((given,), f"needs {missing} beside it"))
    elif found.bad_loans is not None and found.bad_loans > (found.matured_loans or 0):
        problems.append((("bad_loans",), "must be at most matured_loans"))
    if found.amount_lost is not None and found.amount_lent is None:
        problems.append((("amount_lost",), "needs amount_lent beside it"))
    return problems
