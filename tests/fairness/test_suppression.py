"""Which counts may be published: within a report and between reports."""

from dataclasses import replace
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from data.errors import ProtectedError
from fairness import suppression
from fairness.published import Dimension, Register, Total, total
from fairness.suppression import FEWEST, PERIODS, suppress

SEX = Dimension("sex", ("female", "male", "not stated"))
AGE = Dimension("age", ("under 25", "25-49", "50 and over"))
DECIDED = Dimension("decided", ("approved", "declined"), outcome=True)
ALL = (SEX, AGE, DECIDED)
Rows = dict[str, "np.ndarray[tuple[int], np.dtype[np.str_]]"]


def people(n: int, seed: int) -> tuple[Rows, "np.ndarray[tuple[int], np.dtype[np.int64]]"]:
    """Applicants and the day on which they applied, 0 to 119."""
    rng = np.random.default_rng(seed)
    rows = {
        "sex": rng.choice(SEX.levels, n, p=[0.45, 0.51, 0.04]),
        "age": rng.choice(AGE.levels, n, p=[0.3, 0.6, 0.1]),
        "decided": rng.choice(DECIDED.levels, n, p=[0.65, 0.35]),
    }
    return rows, rng.integers(0, 120, n)


def report(
    rows: Rows, day: "np.ndarray[tuple[int], np.dtype[np.int64]]", start: int, end: int
) -> list[Total]:
    """People and approved of every group and every pair of groups."""
    groups = [{}, *({d.name: [v]} for d in (SEX, AGE) for v in d.levels)]
    groups += [{"sex": [s], "age": [a]} for s, a in product(SEX.levels, AGE.levels)]
    wheres = [w for g in groups for w in (g, {**g, "decided": ["approved"]})]
    out = []
    for where in wheres:
        inside = (day >= start) & (day < end)
        for name, levels in where.items():
            inside &= np.isin(rows[name], levels)
        out.append(total((start, end), int(inside.sum()), where))
    return out


def ranges(known: list[Total], asked: list[Total]) -> list[tuple[float, float]]:
    """What anyone can find out, by linear programming over the full joint table: the oracle."""
    days = sorted({d for t in known + asked for d in (t.start, t.end)})
    cells = list(product(*(d.levels for d in ALL)))
    atoms = [(*window, levels) for window in pairwise(days) for levels in cells]

    def row(t: Total) -> list[float]:
        where = dict(t.where)
        picked = [where.get(d.name, d.levels) for d in ALL]
        return [
            float(
                t.start <= start
                and end <= t.end
                and all(v in some for v, some in zip(levels, picked, strict=True))
            )
            for start, end, levels in atoms
        ]

    exact, loose = ([t for t in known if (t.within > 0) == told] for told in (False, True))
    a, b = np.array([row(t) for t in exact]), np.array([t.count for t in exact])
    most = {tuple(row(t)): t.count + t.within for t in loose}
    most |= {tuple(-v for v in row(t)): t.within - t.count for t in loose}
    upper: dict[str, Any] = {"A_ub": list(most), "b_ub": list(most.values())} if most else {}

    def least(objective: list[float]) -> float:
        found = linprog(objective, A_eq=a, b_eq=b, bounds=(0, 1e4), **upper)
        assert found.status == 0
        return float(found.fun)

    return [(least(row(t)), -least([-v for v in row(t)])) for t in asked]


def betrayed(register: Register, withheld: list[Total]) -> list[Total]:
    """Small counts that are known after all, those of groups without anybody apart."""
    bounds = ranges(list(register.totals), withheld)
    return [
        t
        for t, (low, high) in zip(withheld, bounds, strict=True)
        if low < FEWEST - 1e-6 and high - low < FEWEST - 1e-6 and high > 0.5
    ]


def test_one_small_group_takes_another_with_it() -> None:
    period = (0, 30)
    totals = [total(period, 100, {})]
    totals += [total(period, n, {"sex": [s]}) for s, n in zip(SEX.levels, (40, 57, 3), strict=True)]
    found = suppress(Register(), [SEX], totals)
    assert found.published.tolist() == [True, False, True, False]


def test_groups_with_enough_people_are_all_published() -> None:
    totals = [total((0, 30), 100, {})]
    totals += [
        total((0, 30), n, {"sex": [s]}) for s, n in zip(SEX.levels, (40, 48, 12), strict=True)
    ]
    assert suppress(Register(), [SEX], totals).published.all()


def test_that_nobody_belongs_to_a_group_is_no_secret() -> None:
    totals = [total((0, 30), 90, {})]
    totals += [
        total((0, 30), n, {"sex": [s]}) for s, n in zip(SEX.levels, (40, 50, 0), strict=True)
    ]
    assert suppress(Register(), [SEX], totals).published.all()


def test_that_nobody_of_a_group_was_approved_is_one() -> None:
    totals = [total((0, 30), n, {"sex": [s]}) for s, n in (("female", 30), ("male", 60))]
    approved = [
        total((0, 30), n, {"sex": [s], "decided": ["approved"]})
        for s, n in (("female", 0), ("male", 40))
    ]
    every = [total((0, 30), 90, {}), total((0, 30), 40, {"decided": ["approved"]})]
    found = suppress(Register(), [SEX, DECIDED], [*every, *totals, *approved])
    shown = dict(zip([*every, *totals, *approved], found.published, strict=True))
    assert not shown[approved[0]]
    assert not betrayed(found.register, approved[:1])


def test_nobody_declined_is_a_secret_too() -> None:
    """30 people and 28 approved give 2 declined."""
    totals = [total((0, 9), 30, {"sex": ["female"]})]
    totals += [total((0, 9), 28, {"sex": ["female"], "decided": ["approved"]})]
    assert suppress(Register(), [SEX, DECIDED], totals).published.sum() == 1


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_betrayed_within_a_report(seed: int) -> None:
    totals = report(*people(400, seed), 0, 120)
    found = suppress(Register(), ALL, totals)
    withheld = [t for t, shown in zip(totals, found.published, strict=True) if not shown]
    assert any(t.count < FEWEST for t in withheld)
    assert found.published.sum() > 0.4 * len(totals)
    assert betrayed(found.register, withheld) == []


@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_betrayed_between_overlapping_reports(seed: int) -> None:
    rows, day = people(900, seed)
    first, second = report(rows, day, 0, 90), report(rows, day, 0, 97)
    one = suppress(Register(), ALL, first)
    two = suppress(one.register, ALL, second)
    withheld = [
        t
        for ts, s in ((first, one), (second, two))
        for t, shown in zip(ts, s.published, strict=True)
        if not shown
    ]
    week = [t for t in report(rows, day, 90, 97) if t.count < FEWEST]
    assert len(week) > 10  # what the two reports would give away by subtraction
    assert betrayed(two.register, withheld + week) == []
    assert betrayed(Register((), (*first, *second)), week) != []


def test_reports_that_do_not_touch_are_decided_alone() -> None:
    rows, day = people(900, 5)
    first, second = report(rows, day, 0, 60), report(rows, day, 60, 120)
    one = suppress(Register(), ALL, first)
    after, alone = suppress(one.register, ALL, second), suppress(Register(), ALL, second)
    assert after.published.tolist() == alone.published.tolist()
    assert one.register.linked(60, 120).totals == ()


def test_the_same_report_again_may_be_published_again() -> None:
    totals = report(*people(500, 2), 0, 120)
    one = suppress(Register(), ALL, totals)
    again = suppress(one.register, ALL, totals)
    assert again.published.tolist() == one.published.tolist()
    assert again.register == one.register


def test_counts_of_some_of_the_same_days_are_coarse() -> None:
    """Rounded at best; those of two attributes at once are withheld, as there were some before."""
    rows, day = people(900, 3)
    one = suppress(Register(), ALL, report(rows, day, 0, 90))
    totals = report(rows, day, 7, 97)
    two = suppress(one.register, ALL, totals)
    assert not two.published.any()
    known = [shown is not None for shown in two.shown]
    crossed = [{"sex", "age"} <= dict(t.where).keys() for t in totals]
    assert not any(k for k, both in zip(known, crossed, strict=True) if both)
    assert sum(known) > 0.6 * crossed.count(False)
    withheld = [t for t, k in zip(totals, known, strict=True) if not k]
    small = [t for days in ((0, 7), (90, 97)) for t in report(rows, day, *days) if t.count < FEWEST]
    assert betrayed(two.register, [t for t in withheld if t.count < FEWEST] + small) == []


def test_a_chain_of_periods_ends_and_begins_again() -> None:
    rows, day = people(1200, 4)
    register, shown = Register(), []
    for start in (0, 7, 14, 21, 28, 84):
        found = suppress(register, ALL, report(rows, day, start, start + 36))
        register = found.register
        shown.append(any(t is not None for t in found.shown))
    assert shown == [True] * PERIODS + [False, False, True]


def test_what_takes_too_long_to_decide_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppression, "MOST", 3)
    found = suppress(Register(), ALL, report(*people(400, 0), 0, 120))
    assert found.shown == (None,) * len(found.shown)
    assert found.register.totals == ()


def test_what_was_withheld_stays_withheld_and_what_was_told_is_told_again() -> None:
    totals = report(*people(500, 2), 0, 120)
    one = suppress(Register(), ALL, totals[:20])
    again = suppress(one.register, ALL, totals)
    assert again.shown[:20] == one.shown
    assert {t.asked for t, s in zip(totals[:20], one.shown, strict=True) if s is None} <= set(
        again.register.withheld
    )


def test_a_coarser_outcome_is_the_sum_of_the_finer_ones() -> None:
    """40 approved by the policy and 31 by the strictest rule leave 9 between the two."""
    steps = Dimension(
        "steps",
        ("strictest", "policy", "never"),
        outcome=True,
        refines=("decided", ("approved", "approved", "declined")),
    )
    approved = total((0, 9), 40, {"sex": ["male"], "decided": ["approved"]})
    one = suppress(Register(), [SEX, DECIDED], [approved])
    assert one.published.all()
    strictest = total((0, 9), 31, {"sex": ["male"], "steps": ["strictest"]})
    two = suppress(one.register, [SEX, DECIDED, steps], [strictest])
    assert not two.published.any()
    apart = replace(steps, refines=None)
    assert suppress(one.register, [SEX, DECIDED, apart], [strictest]).published.all()


def test_groups_may_not_change() -> None:
    one = suppress(Register(), [SEX], [total((0, 9), 50, {"sex": ["male"]})])
    wider = Dimension("sex", ("female", "male", "other"))
    with pytest.raises(ProtectedError, match="the groups of 'sex' differ"):
        suppress(one.register, [wider], [total((0, 9), 60, {"sex": ["male"]})])


def test_counts_that_contradict_what_was_published_are_refused() -> None:
    one = suppress(Register(), [SEX], [total((0, 9), 50, {"sex": ["male"]})])
    with pytest.raises(ProtectedError, match="contradict those of reports already published"):
        suppress(one.register, [SEX], [total((0, 9), 49, {"sex": ["male"]})])


def test_the_register_can_be_kept() -> None:
    found = suppress(Register(), ALL, report(*people(500, 1), 0, 120))
    assert Register.from_plain(found.register.plain()) == found.register


@pytest.mark.parametrize(
    "wrong",
    [
        total((0, 9), 50, {"sex": ["unknown"]}),
        total((0, 9), 50, {"language": ["a"]}),
        total((9, 9), 50, {"sex": ["male"]}),
    ],
)
def test_a_total_that_means_nothing_is_refused(wrong: Total) -> None:
    with pytest.raises(ValueError, match="a total "):
        suppress(Register(), ALL, [wrong])
