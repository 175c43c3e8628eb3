"""The time before: a small file, strict, and every mistake with its line."""

from datetime import date
from pathlib import Path

import pytest

from api.portfolio_baseline import NAME, Baseline, parse_baseline, read_baseline
from api.web.risk_impact import EXAMPLE
from data.errors import ContractError

DAYS = "first_day: 2024-01-01\nlast_day: 2024-12-31\n"


def test_the_example_of_the_page_is_right(tmp_path: Path) -> None:
    assert read_baseline(tmp_path) is None
    (tmp_path / NAME).write_text(EXAMPLE, "utf-8")
    found = read_baseline(tmp_path)
    assert found == parse_baseline(EXAMPLE)
    assert found is not None
    assert found.days == 366
    assert all(value is not None for value in found.model_dump().values())


def test_two_days_are_enough() -> None:
    assert parse_baseline(DAYS) == Baseline(first_day=date(2024, 1, 1), last_day=date(2024, 12, 31))


@pytest.mark.parametrize(
    ("text", "line", "field", "rule"),
    [
        ("first_day: 2024-01-01\n", 1, "last_day", "is missing"),
        (f"{DAYS}loan: 3\n", 3, "loan", "did you mean 'loans'"),
        (f"{DAYS}loans: many\n", 3, "loans", "a whole number"),
        (f"{DAYS}loans: 0\n", 3, "loans", "at least 1"),
        (f"{DAYS}bad_loans: 3\n", 3, "bad_loans", "needs matured_loans"),
        (f"{DAYS}\nbad_loans: 3\nmatured_loans: 2\n", 4, "bad_loans", "at most matured_loans"),
        (f"{DAYS}amount_lost: 3\n", 3, "amount_lost", "needs amount_lent"),
        ("first_day: 2024-02-01\nlast_day: 2024-01-01\n", 2, "last_day", "not be before"),
        (f"{DAYS}{DAYS}", 3, "first_day", "twice"),
        ("- 1\n", 1, "baseline", "must be a mapping"),
        (f"{DAYS}hours_to_decision: .nan\n", 3, "hours_to_decision", "finite"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, line: int, field: str, rule: str) -> None:
    with pytest.raises(ContractError) as error:
        parse_baseline(text)
    told = [p.describe(NAME) for p in error.value.problems]
    assert any(t.startswith(f"{NAME}:{line}: {field}: ") and rule in t for t in told), told


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ContractError, match="UTF-8"):
        read_baseline(tmp_path)
