"""Rules of a contract's policy and split: cut-offs, thin files, what can be repaid."""

from collections import Counter
from collections.abc import Iterator

from data.contract import Contract
from data.contract_derivation_rules import NUMBERS, Finding, Location


def policy_findings(c: Contract) -> Iterator[Finding]:
    """Yield every broken rule of the policy and of the split of ``c``."""
    if c.policy.approve_share + c.policy.decline_share > 1:
        yield ("policy",), "approve_share and decline_share together exceed 1"
    if (rule := c.policy.thin_file) is not None:
        at: Location = ("policy", "thin_file")
        for source in rule.sources:
            if source not in c.sources:
                yield (*at, "sources"), f"source '{source}' is not defined"
        if rule.at_least > len(set(rule.sources)):
            yield (*at, "at_least"), "asks for more sources than are named"
    yield from _capacity(c)
    for name in repeated(c.policy.bands):
        yield ("policy", "bands"), f"'{name}' stands twice"
    if c.split.test + c.split.calibration >= 1:
        yield ("split",), "test and calibration together leave nothing to train on"


def repeated(names: tuple[str, ...]) -> list[str]:
    """Those of ``names`` that stand in it more than once."""
    return [name for name, count in Counter(names).items() if count > 1]


def _capacity(c: Contract) -> Iterator[Finding]:
    rule, at = c.policy.capacity, ("policy", "capacity")
    if rule is None:
        return
    yield from _number(c, rule.income, (*at, "income"))
    if c.terms.instalment is not None:
        if rule.annuity is not None:
            yield (*at, "annuity"), "terms.instalment is named already; take one of the two"
    elif rule.annuity is None:
        yield at, "needs terms.instalment, or an annuity to work the instalment out"
    else:
        yield from _annuity(c, (*at, "annuity"))
    owed = c.terms.instalment or c.terms.amount
    units = [_unit(c, owed), _unit(c, rule.income)]
    if len(set(units) - {None}) > 1:
        yield (*at, "income"), f"is in {units[1]}, and the loan in {units[0]}: take one unit"


def _annuity(c: Contract, at: Location) -> Iterator[Finding]:
    if None in {c.terms.amount, c.terms.term}:
        yield at, "needs terms.amount and terms.term"
    elif _unit(c, c.terms.term) not in {None, "months"}:
        yield at, "needs a term in months"
    rate = c.policy.capacity.annuity.rate if c.policy.capacity and c.policy.capacity.annuity else 0
    if isinstance(rate, str):
        yield from _number(c, rate, (*at, "rate"))
    elif rate < 0:
        yield (*at, "rate"), "must be at least 0"


def _number(c: Contract, name: str, at: Location) -> Iterator[Finding]:
    if name not in c.features:
        yield at, f"'{name}' is not a feature"
    elif not _known(c, name) or c.spec(name).type not in NUMBERS:
        yield at, f"'{name}' is not a number"


def _unit(c: Contract, name: str | None) -> str | None:
    return c.spec(str(name)).unit if name in c.features and _known(c, str(name)) else None


def _known(c: Contract, name: str) -> bool:
    """Whether the column of feature ``name``, if any, stands in the contract."""
    table, _, column = (c.features[name].column or "").partition(".")
    return not table or (table in c.tables and column in c.tables[table].columns)
