"""Rules of a profile that span several of its fields."""

from collections import Counter
from collections.abc import Iterable, Iterator

from fairness.profiles.profile import PARITY, Profile, Rule

Location = tuple[str, ...]
Finding = tuple[Location, str]


def findings(p: Profile) -> Iterator[Finding]:
    """Yield place and message of every broken rule that pydantic's types cannot express."""
    for name, ground in p.grounds.items():
        yield from _known(ground.rules, p.rules, ("grounds", name, "rules"), "rule")
    yield from _attributes(p)
    yield from _known(p.family.grounds, p.grounds, ("family", "grounds"), "ground")
    yield from _known(p.family.metrics, p.metrics, ("family", "metrics"), "metric with limits")
    yield from _metrics(p)
    for name, rule in p.rules.items():
        for message in _dates(p, rule):
            yield ("rules", name), message


def _known(
    names: Iterable[str], known: Iterable[str], at: Location, what: str
) -> Iterator[Finding]:
    for name, count in Counter(names).items():
        if name not in set(known):
            yield at, f"'{name}' is no {what} of this profile"
        elif count > 1:
            yield at, f"'{name}' stands twice"


def _attributes(p: Profile) -> Iterator[Finding]:
    counts = Counter(a for ground in p.grounds.values() for a in ground.attributes)
    for name, ground in p.grounds.items():
        for attribute in ground.attributes:
            if counts[attribute] > 1:
                yield ("grounds", name, "attributes"), f"'{attribute}' stands in two places"


def _metrics(p: Profile) -> Iterator[Finding]:
    for name, rule in p.metrics.items():
        at = ("metrics", name)
        yield from _known(rule.legal, p.rules, (*at, "legal"), "rule")
        yield from _known(rule.practice, p.rules, (*at, "practice"), "rule")
        parity = PARITY.get(name, 0.0)
        if rule.low is not None and rule.low >= parity:
            yield (*at, "low"), f"must be below {parity:g}, which is no difference at all"
        if rule.high is not None and rule.high < parity:
            yield (*at, "high"), f"must not be below {parity:g}, which is no difference at all"
        if not rule.legal and not rule.practice:
            yield at, "needs a rule that calls for it, under legal or practice"
        for reference in rule.legal:
            if reference in p.rules and p.rules[reference].status == "guidance":
                yield (*at, "legal"), f"'{reference}' is guidance and binds nobody"


def _dates(p: Profile, rule: Rule) -> Iterator[str]:
    start, end = rule.in_force_from, rule.in_force_until
    if start is None and rule.status != "guidance":
        yield "needs in_force_from"
    if start is not None and end is not None and start >= end:
        yield "in_force_until must come after in_force_from"
    begun = start is not None and start <= p.version
    over = end is not None and end <= p.version
    right = {
        "in_force": begun and not over,
        "not_yet_in_force": not begun,
        "removed": over,
        "guidance": True,
    }
    if start is not None and not right[rule.status]:
        yield f"its dates do not say {rule.status} on the day of the profile's version"
    if rule.date > p.version:
        yield "its source is younger than the profile's version"
