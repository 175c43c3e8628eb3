"""A contract told in tables: plain texts that the command line and pages only have to set."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from data.contract import (
    ColumnLabel,
    Contract,
    Feature,
    Language,
    TermRole,
    band_names,
)
from data.contract_derivations import Aggregate, Condition, operands

_WIDEST = 60
_RISK = {"increasing": "rises", "decreasing": "falls", None: ""}


@dataclass(frozen=True)
class Section:
    """One table of texts; each row has as many cells as there are ``columns``."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def describe_contract(contract: Contract, language: Language = "en") -> list[Section]:
    """Tables for people about ``contract``; its own texts are given in ``language``."""
    return [
        _overview(contract, language),
        _sources(contract, language),
        _origins(contract, language),
        _uses(contract),
        _reasons(contract, language),
        _protected(contract, language),
    ]


def _overview(c: Contract, language: Language) -> Section:
    rows = [
        ("contract", f"{c.contract} {c.version}"),
        ("title", c.title.in_language(language)),
        ("currency, time zone", f"{c.currency}, {c.timezone}"),
        ("time of application", c.as_of or "not known"),
        *((f"table {name}", f"{t.kind}, {len(t.columns)} columns") for name, t in c.tables.items()),
        *_label(c, language),
        *_terms(c),
        ("cut-offs", f"approve {c.policy.approve_share:.0%}, decline {c.policy.decline_share:.0%}"),
        *_capacity(c),
        ("bands", ", ".join(c.policy.bands)),
        ("points", _points(c)),
        ("policy version", c.policy.version),
        ("split", f"by {c.split.method}: {_shares(c)}"),
    ]
    return Section("Contract", ("what", "value"), tuple(rows))


def _label(c: Contract, language: Language) -> Iterator[tuple[str, str]]:
    d = c.label.definition
    if isinstance(c.label, ColumnLabel):
        good, bad = (", ".join(map(str, v)) for v in (c.label.good, c.label.bad))
        yield "outcome", f"column {c.label.column}: bad {bad}; good {good}"
    else:
        yield "outcome", f"computed from {c.label.instalments} and {c.label.repayments}"
        yield "write-offs", d.write_offs
        yield "reschedules", d.reschedules
        yield "reversals", d.reversals.replace("_", " ")
    if d.days_past_due is not None:
        yield "bad from", f"{d.days_past_due} days past due"
    if d.window_days is not None:
        yield "outcome window", f"{d.window_days} days"
    if c.label.propensity is not None:
        yield "loans by chance", f"probability in column {c.label.propensity}"
    if d.note is not None:
        yield "definition", d.note.in_language(language)


def _terms(c: Contract) -> Iterator[tuple[str, str]]:
    """The features that say what is asked for."""
    for role in get_args(TermRole):
        name = getattr(c.terms, role)
        if name is not None:
            yield f"{role} asked for", name


def _capacity(c: Contract) -> Iterator[tuple[str, str]]:
    """The rule about what can be repaid, beside the score."""
    if (rule := c.policy.capacity) is not None:
        owed = c.terms.instalment or "annuity"
        yield (
            "capacity",
            f"{owed} at most {rule.at_most:.0%} of {rule.income}, else {rule.otherwise}",
        )


def _points(c: Contract) -> str:
    p = c.policy.points
    return f"{p.points:g} at odds {p.at_odds:g}:1, {p.double:g} more double the odds"


def _shares(c: Contract) -> str:
    train = 1 - c.split.test - c.split.calibration
    return f"train {train:.0%}, calibration {c.split.calibration:.0%}, test {c.split.test:.0%}"


def _sources(c: Contract, language: Language) -> Section:
    rows = (
        (
            name,
            f"{s.title.in_language(language)}: {s.purpose.in_language(language)}",
            s.legal_basis.replace("_", " "),
            "always" if s.required else "if given",
            f"{s.retention_days} days",
        )
        for name, s in c.sources.items()
    )
    columns = ("source", "purpose", "legal basis", "used", "kept for")
    return Section("Sources", columns, tuple(rows))


def _origins(c: Contract, language: Language) -> Section:
    rows = (
        (name, f.title.in_language(language), f.source, _origin(f))
        for name, f in c.features.items()
    )
    return Section("Features", ("feature", "title", "source", "from"), tuple(rows))


def _uses(c: Contract) -> Section:
    reason_of = {name: code for code, group in c.reasons.items() for name in group.features}
    rows = (
        (name, _values(c, name), _RISK[f.monotone], f.actionable, reason_of.get(name, "none"))
        for name, f in c.features.items()
    )
    columns = ("feature", "values", "risk with it", "applicant moves it", "reason")
    return Section("Values and use of the features", columns, tuple(rows))


def _origin(f: Feature) -> str:
    """Where a feature comes from: a column, event rows or other features."""
    if f.formula is not None:
        return "; ".join(f"{operation} of {', '.join(n)}" for operation, n in f.formula.items())
    if f.calendar is not None:
        return f"{f.calendar.measure.replace('_', ' ')} of the calendar by {f.calendar.by}"
    return _from_events(f.aggregate) if f.aggregate is not None else f.column or ""


def _from_events(a: Aggregate) -> str:
    operation, columns = operands(a)
    value = ", ".join(columns) if operation is None else f"{operation} of {', '.join(columns)}"
    parts = (
        f"{a.function} of {value}" if value else a.function,
        f"in {a.table}",
        f"where {_conditions(a.where)}" if a.where else "",
        f"against {_conditions(a.against)}" if a.against else "",
        f"in the last {a.window_days} days" if a.window_days else "",
        f"by periods of {a.per.days} days" if a.per and a.per.days else "",
        f"by {a.per.column}" if a.per and a.per.column else "",
        f"without the leniency of {a.less_leniency.observer}" if a.less_leniency else "",
        f"as (x - {a.standardise.mean:g}) / {a.standardise.sd:g}" if a.standardise else "",
        f"as 1 where {_condition(dict(a.flag))}" if a.flag else "",
    )
    return " ".join(part for part in parts if part)


def _conditions(wanted: Mapping[str, Condition]) -> str:
    return ", ".join(f"{column} {_condition(value)}" for column, value in wanted.items())


def _condition(value: Condition) -> str:
    if isinstance(value, dict):
        return " and ".join(f"{bound.replace('_', ' ')} {x:g}" for bound, x in value.items())
    return " or ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _values(c: Contract, name: str) -> str:
    """Type, unit and valid values of a feature in one text."""
    kind, unit, bounds, categories = c.spec(name)
    parts: list[str] = [kind] if categories is None else []
    parts += [unit] if unit else []
    parts += [f"{bounds[0]:,.12g} to {bounds[1]:,.12g}"] if bounds else []
    if categories is not None:
        listed = ", ".join(categories)
        parts.append(listed if len(listed) <= _WIDEST else f"{len(categories)} categories")
    return "; ".join(parts)


def _reasons(c: Contract, language: Language) -> Section:
    rows = (
        (code, g.raises.in_language(language), g.lowers.in_language(language))
        for code, g in c.reasons.items()
    )
    return Section("Reasons", ("code", "when it raises the risk", "when it lowers it"), tuple(rows))


def _protected(c: Contract, language: Language) -> Section:
    rows = []
    for name, p in c.protected.items():
        groups = band_names(p.bands) if p.bands else list(dict.fromkeys(p.groups.values()))
        told = ", ".join(groups) or "as in the column"
        rows.append((name, p.title.in_language(language), p.column, told, p.reference))
    columns = ("attribute", "title", "column", "groups", "compared with")
    return Section("Protected attributes (audits only, never features)", columns, tuple(rows))
