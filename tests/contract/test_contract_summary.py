"""A contract told in tables."""

import pytest

from data.contract import LANGUAGES, Language
from data.contract_loading import load_contract, parse_contract, shipped_contracts
from data.contract_summary import Section, describe_contract
from tests.contract.base import BASE, changed


def _section(title: str, language: Language = "en") -> Section:
    sections = describe_contract(parse_contract(BASE), language)
    return next(s for s in sections if s.title.startswith(title))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", shipped_contracts())
def test_every_row_has_a_cell_for_each_column(name: str, language: Language) -> None:
    contract = load_contract(name)
    sections = describe_contract(contract, language)
    assert all(len(row) == len(s.columns) for s in sections for row in s.rows)
    assert all(isinstance(cell, str) for s in sections for row in s.rows for cell in row)
    assert [len(s.rows) for s in sections[1:]] == [
        len(contract.sources),
        len(contract.features),
        len(contract.features),
        len(contract.reasons),
        len(contract.protected),
    ]


def test_the_overview() -> None:
    assert {row[0]: row[1] for row in _section("Contract").rows} == {
        "contract": "small 1",
        "title": "Small",
        "currency, time zone": "KES, Africa/Nairobi",
        "time of application": "asked_at",
        "table loans": "applications, 9 columns",
        "table persons": "protected, 3 columns",
        "table payments": "events, 6 columns",
        "outcome": "column outcome: bad Bad; good Good",
        "bad from": "30 days past due",
        "cut-offs": "approve 60%, decline 20%",
        "bands": "A, B, C, D, E",
        "points": "600 at odds 20:1, 40 more double the odds",
        "policy version": "1",
        "split": "by time: train 60%, calibration 15%, test 25%",
    }


def test_sources_say_why_and_how_long() -> None:
    assert _section("Sources", "fr").rows == (
        ("application", "Demande: Décider.", "contract", "always", "1825 days"),
        ("history", "Historique: Revenir.", "consent", "if given", "1825 days"),
    )


def test_features_say_where_they_come_from() -> None:
    assert _section("Features", "sw").rows == (
        ("amount", "Kiasi", "application", "loans.amount"),
        ("purpose", "Lengo", "application", "loans.purpose"),
        ("late", "Kuchelewa", "history", "mean of days_between of due_on, paid_on in payments"),
        ("paid_cash", "Kulipwa taslimu", "history", "sum of paid in payments where method cash"),
        ("paid_ratio", "Malipo kwa kiasi", "history", "ratio of paid_cash, amount"),
    )


def test_features_say_their_values_and_use() -> None:
    assert _section("Values").rows == (
        ("amount", "number; KES; 1 to 100,000", "", "down", "LOAN"),
        ("purpose", "stock, school", "", "no", "LOAN"),
        ("late", "number; -100 to 100", "rises", "no", "HISTORY"),
        ("paid_cash", "number", "", "no", "HISTORY"),
        ("paid_ratio", "number", "", "no", "HISTORY"),
    )


def test_reasons_and_protected_attributes() -> None:
    assert _section("Reasons").rows[1] == ("HISTORY", "Paid late.", "Paid on time.")
    assert _section("Protected").rows == (
        ("sex", "Sex", "persons.sex", "female, male", "male"),
        ("age", "Age", "persons.born", "under 25, 25-34, 35 and over", "25-34"),
    )


def test_terms_and_loans_by_chance_are_told() -> None:
    text = changed("policy: {app", "terms: {amount: amount}\n\npolicy: {app")
    text = text.replace("  column: outcome\n", "  column: outcome\n  propensity: chance\n")
    chance = "      chance: {type: number, range: [0, 1]}\n"
    text = text.replace("      phone: {", f"{chance}      phone: {{")
    rows = {row[0]: row[1] for row in describe_contract(parse_contract(text))[0].rows}
    assert rows["amount asked for"] == "amount"
    assert rows["loans by chance"] == "probability in column chance"


def test_a_computed_label_tells_its_definition() -> None:
    overview = {r[0]: r[1] for r in describe_contract(load_contract("microloan"))[0].rows}
    assert overview["outcome"] == "computed from instalments and repayments"
    assert overview["reversals"] == "never paid"
    assert overview["outcome window"] == "180 days"
