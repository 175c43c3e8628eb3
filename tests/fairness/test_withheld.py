"""What a reader could find out from everything that audits publish: nothing about a few people."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from data.contract import ProtectedAttribute, Text
from fairness.audit import Audited, audit
from fairness.audit_approvals import approvals, impacts
from fairness.audit_counts import count_approvals
from fairness.disparity import POLICY
from fairness.profiles import load_profile
from fairness.published import Register, Where
from fairness.publishing import Publisher
from fairness.sample import Sample, draw
from fairness.suppression import FEWEST
from scoring.scorer import Scorer
from tests.bundles import small_bundle
from tests.fairness.portfolio import VERSION, portfolio, sample, scorer

DAY = dt.date(2026, 11, 20)
TEXT = Text(en="Region", fr="Région", sw="Eneo")
REGION = ProtectedAttribute(column="loans.branch", title=TEXT, reference="north")
REGIONS = ("east", "north", "south")


def two_ways(version: str = VERSION) -> Scorer:
    """The small model, its contract with a second protected attribute."""
    bundle = small_bundle()
    protected = {**bundle.contract.protected, "region": REGION}
    contract = bundle.contract.model_copy(update={"protected": protected})
    return Scorer(replace(bundle, contract=contract), version)


@cache
def people(seed: int, n: int = 400) -> Sample:
    """Few enough that groups and intersections are small; everyone has a sex and a region."""
    applications, y, groups = portfolio(n, later=2, not_stated=7, seed=seed)
    rng = np.random.default_rng(seed)
    region = rng.choice(REGIONS, n, p=[0.04, 0.7, 0.26]).astype(object)
    branch = applications.keys["branch"].to_numpy(dtype=object)
    both = pd.DataFrame({"sex": groups["sex"], "region": region})
    return draw(two_ways(), applications, y, both, {"branch": branch})


@cache
def published(seed: int) -> tuple[Audited, Audited]:
    """An audit of these people by sex, and then one by sex and region."""
    drawn, law = people(seed), load_profile("eu")
    by_sex = replace(drawn, groupings=drawn.groupings[:1])
    first = audit(two_ways(), by_sex, law, data={}, on=DAY)
    kept = Register.from_plain(first.register.plain())
    return first, audit(two_ways(), drawn, law, data={}, on=DAY, register=kept)


class Oracle:
    """All that follows from a register about the full joint table of everything in it."""

    def __init__(self, register: Register) -> None:
        self.levels = {d.name: d.levels for d in register.dimensions}
        self.steps = next(n for n in self.levels if ", in steps" in n)
        self.policy = self.steps.split(", in steps")[0]
        self.free = [n for n in self.levels if n != self.policy]
        self.cells = list(product(*(self.levels[n] for n in self.free)))
        exact = [t for t in register.totals if t.within == 0]
        loose = [t for t in register.totals if t.within > 0]
        rows = np.array([self.row(t.where) for t in loose])
        counts, within = (np.array([getattr(t, f) for t in loose]) for f in ("count", "within"))
        self.known: dict[str, Any] = {
            "A_eq": csr_array(np.array([self.row(t.where) for t in exact])),
            "b_eq": [t.count for t in exact],
            "A_ub": csr_array(np.concatenate([rows, -rows])),
            "b_ub": np.concatenate([counts + within, within - counts]),
            "bounds": (0, 1e5),
        }

    def where(self, where: Where) -> dict[str, Sequence[str]]:
        """The policy told in steps, from which it follows."""
        told: dict[str, Sequence[str]] = dict(where)
        if self.policy in told:
            whole = self.levels[self.steps]
            passed = whole[: whole.index(POLICY) + 1]
            approved = tuple(told.pop(self.policy)) == (POLICY,)
            told[self.steps] = [v for v in whole if (v in passed) == approved]
        return told

    def row(self, where: Where) -> list[float]:
        told = self.where(where).items()
        at = [(self.free.index(name), set(levels)) for name, levels in told]
        return [float(all(cell[i] in some for i, some in at)) for cell in self.cells]

    def range(self, where: Where) -> tuple[float, float]:
        ends = [linprog([s * v for v in self.row(where)], **self.known) for s in (1, -1)]
        assert all(end.status == 0 for end in ends)
        return float(ends[0].fun), -float(ends[1].fun)


def secrets(drawn: Sample, oracle: Oracle) -> Iterator[tuple[Where, int]]:
    """Every small count of groups and pairs of groups, alone and with each outcome."""
    steps = np.full(len(drawn), "never", dtype=object)
    for rule in sorted(approvals(drawn), key=lambda r: -int(r.approved.sum())):
        steps[rule.approved] = rule.rule
    outcome = np.where(np.isnan(drawn.y), "none", np.where(drawn.y == 1, "bad", "good"))
    sex, region = (np.array(g.names, dtype=object)[g.codes] for g in drawn.groupings)
    rows = {"sex": sex, "region": region, "by branch": drawn.strata["branch"]}
    outcomes = {oracle.steps: steps, "outcome of loans": outcome.astype(object)}
    for some in (("sex",), ("region",), ("sex", "region"), ("sex", "by branch")):
        for names in product(*(sorted(set(rows[n])) for n in some)):
            inside = np.all([rows[n] == v for n, v in zip(some, names, strict=True)], axis=0)
            where = [(n, (v,)) for n, v in zip(some, names, strict=True)]
            if 0 < inside.sum() < FEWEST:
                yield tuple(where), int(inside.sum())
            for name, values in outcomes.items():
                for level in sorted(set(values)):
                    count = int((inside & (values == level)).sum())
                    if (values == level).sum() < FEWEST:
                        continue  # so few of everyone
                    if inside.any() and count < FEWEST and len(some) == 1:
                        yield (*where, (name, (level,))), count


@pytest.mark.parametrize("seed", [1, 2])
def test_no_small_count_follows_from_two_audits_together(seed: int) -> None:
    register = published(seed)[1].register
    assert any(t.within > 0 for t in register.totals)
    oracle = Oracle(register)
    asked = list(secrets(people(seed), oracle))
    assert len(asked) > 10
    for where, count in asked:
        low, high = oracle.range(where)
        assert low - 1e-6 <= count <= high + 1e-6, where
        assert high - low >= FEWEST - 1e-6 or low >= FEWEST - 1e-6, where


def counts(made: Audited) -> Iterator[tuple[str, int | None]]:
    """Every count of people in an audit, None where it is withheld."""
    audited = made.audit
    for i in audited.impact:
        yield from (("impact", n) for n in (*i.people, *i.approved))
    yield from (("crossing", c.people) for c in audited.intersections)
    for s in audited.segments:
        yield from (("segment", n) for part in s.segments for n in part.people)
    for c in audited.calibration:
        yield from (("loans", n) for n in (c.loans, c.defaults))


def test_every_printed_count_went_through_the_register() -> None:
    made = published(1)[1]
    exact = {t.count for t in made.register.totals if t.within == 0}
    tens = {10 * ((t.count + 5) // 10) for t in made.register.totals if t.within in {0, 5}}
    printed = [(name, n) for name, n in counts(made) if n is not None]
    assert {name for name, _ in printed} == {"impact", "crossing", "segment", "loans"}
    for name, n in printed:
        assert n >= FEWEST
        assert n in (exact if name == "impact" else tens), name


def test_what_is_told_of_a_withheld_group_follows_from_the_public_counts() -> None:
    drawn, law = sample(later=3, not_stated=5), load_profile("eu")
    rules = approvals(drawn)
    publisher = Publisher(Register(), drawn.period)
    counted = count_approvals(publisher, drawn, rules, scorer().contract, "policy")
    told = impacts(drawn, rules, law, counted)
    coarse = [i for i in told if None in {*i.people, *i.approved}]
    assert coarse
    moved = drawn.groupings[0].codes.copy()
    women = np.flatnonzero(moved == drawn.groupings[0].names.index("F"))
    moved[women[:3]] = drawn.groupings[0].names.index("not stated")
    other = replace(drawn, groupings=(replace(drawn.groupings[0], codes=moved),))
    again = impacts(other, approvals(other), law, counted)
    hidden = {"verdict"}
    for one, two in zip(told, again, strict=True):
        if one in coarse:
            assert one.model_dump(exclude=hidden) == two.model_dump(exclude=hidden)


@pytest.mark.parametrize("few", [3, 9])
def test_what_would_settle_a_verdict_tells_no_small_count(few: int) -> None:
    def needed(not_stated: int) -> set[int | None]:
        drawn = sample(not_stated=not_stated)
        made = audit(scorer(), drawn, load_profile("eu"), data={}, on=DAY).audit
        return {f.applications_needed for f in made.findings if f.group == "not stated"}

    assert needed(few) == needed(5)


def test_a_hidden_intersection_lends_its_data_to_nobody() -> None:
    crossed = published(1)[1].audit.intersections
    hidden = [c for c in crossed if c.people is None and c.pull == 1]
    assert hidden
    assert all(c.rate.low is not None for c in hidden)
    assert {c.pull for c in crossed if c.people is not None} != {1.0}
