"""People against the model: overrides by branch and officer, what came of them, and bias."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import Response

from api.accounts import PERSON
from api.outcomes_replies import EstimateShown
from api.portfolio import Agreeing, Followed, Overrides, Overriding
from api.web.cases import REASONS
from api.web.charts_bars import Bar, BarChart, bar_chart
from api.web.risk import Overseer, page, summed_up
from api.web.translations import Words, mark, words_of
from api.web.visiting import PageRoute
from api.web.writing import Writing
from data.store import Store
from data.store.keys import all_keys
from data.store.people import all_people

router = APIRouter(route_class=PageRoute, include_in_schema=False, prefix="/risk/overrides")
MOST = 30
"""Officers and branches that a picture names: those with the most decisions."""
ALL_REASONS = {**REASONS, "appeal": mark("An appeal")}


@router.get("")
async def overrides(visit: Overseer) -> Response:
    """How often people decide otherwise, by branch and officer, and whether they look."""
    found, made_at = await summed_up(visit)
    if found is None:
        return page(visit, "overrides.html", made_at=None, overrides=None)
    made, writing, words = found.overrides, visit.writing, words_of(visit.language)
    names: dict[str, str] = await visit.ask(_names)
    return page(
        visit,
        "overrides.html",
        made_at=made_at,
        overrides=made,
        basis=found.basis,
        agreement=_agreement(made, writing, words),
        outcomes=_outcomes(made, writing, words),
        branches=_rates(made.by_branch, {}, writing, words),
        officers=_rates(made.by_officer, names, writing, words),
        reasons=_reasons(made.by_branch, writing, words),
        looks=_looks(made.difference),
    )


def _names(store: Store) -> dict[str, str]:
    """Who is behind the key of a decision: the login of an account, or the name of a key."""
    accounts = {f"{PERSON}{person.person_id}": person.login for person in all_people(store)}
    return accounts | {key.key_id: key.name for key in all_keys(store) if key.name.strip()}


def _looks(difference: EstimateShown) -> bool | None:
    """Whether people agree less near the cut-offs, beyond chance; None without decisions."""
    return None if difference.low is None else difference.low > 0


def _agreement(made: Overrides, writing: Writing, words: Words) -> BarChart | None:
    def bar(label: str, agreeing: Agreeing) -> Bar:
        share = agreeing.share
        told = writing.number(agreeing.decided, 0)
        return Bar(words.gettext(label), share.value, share.low, share.high, note=told)

    bars = [bar(mark("Close to a cut-off"), made.near), bar(mark("Away from them"), made.away)]
    return bar_chart(bars, lambda v: writing.percent(v, 1), most=1.0)


def _outcomes(made: Overrides, writing: Writing, words: Words) -> BarChart | None:
    def bar(label: str, followed: Followed) -> Bar:
        rate, n = followed.rate, followed.loans
        expected = followed.expected / n if n else None
        told = writing.number(n, 0)
        return Bar(words.gettext(label), rate.value, rate.low, rate.high, expected, told)

    bars = [
        bar(mark("Lent as the model advised"), made.lent_as_advised),
        bar(mark("Lent against the model"), made.lent_against),
    ]
    return bar_chart(bars, lambda v: writing.percent(v, 1))


def _rates(
    found: Sequence[Overriding], names: dict[str, str], writing: Writing, words: Words
) -> BarChart | None:
    def bar(one: Overriding) -> Bar:
        name = words.gettext(mark("Not known")) if one.who is None else names.get(one.who, one.who)
        told = f"{writing.number(one.overridden, 0)} / {writing.number(one.decided, 0)}"
        lent = one.lent_against
        if lent.loans:
            came = words.gettext(mark("%(bad)s of %(loans)s loans lent against it went bad"))
            told += f"; {came % {'bad': lent.bad, 'loans': lent.loans}}"
        return Bar(name, one.rate.value, one.rate.low, one.rate.high, note=told)

    return bar_chart([bar(one) for one in found[:MOST]], lambda v: writing.percent(v, 1))


def _reasons(found: Sequence[Overriding], writing: Writing, words: Words) -> BarChart | None:
    counts: dict[str, int] = {}
    for one in found:
        for reason, n in one.reasons.items():
            counts[reason] = counts.get(reason, 0) + n
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    bars = [Bar(words.gettext(ALL_REASONS.get(reason, reason)), n) for reason, n in ordered]
    return bar_chart(bars, lambda v: writing.number(v, 0))
