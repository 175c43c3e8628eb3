"""One turn of a chunk: each of its applicants applies once, is decided on, and repays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from data.synthetic.arrays import Bools, Floats, Ints
from data.synthetic.evidence import Evidence, draw_evidence, visible
from data.synthetic.history import ClosedLoans, standing
from data.synthetic.loans import WINDOW_DAYS, Ends, Instalments, Repayments, repay, schedule
from data.synthetic.people import People
from data.synthetic.policy import approval_probability
from data.synthetic.requests import Requests, draw_requests
from data.synthetic.risk import attainable_pd, true_pd
from data.synthetic.world import EXTRACT_DAY, LAST_DAY, NEVER, Streams, World

WITHDREW = 0.02
LEAST_GAP_DAYS = 130
"""Between two applications of one person, so that their look-back windows do not overlap."""
RETURNS_GOOD, RETURNS_BAD, RETURNS_UNLENT = 0.75, 0.15, 0.45


@dataclass(frozen=True)
class Turn:
    """Everything about the applications of one turn; arrays by position in ``requests``."""

    streams: Streams
    requests: Requests
    evidence: Evidence
    true_pd: Floats
    attainable_pd: Floats
    approval_probability: Floats
    approved: Bools
    bad: Bools
    """The drawn outcome, also of those that were not lent to."""
    decided: Ints
    plan: Instalments
    repayments: Repayments
    ends: Ends

    @property
    def lent(self) -> Bools:
        """Approved and taken up."""
        return np.asarray(self.ends.disbursed < NEVER)

    @property
    def matured(self) -> Bools:
        """The outcome window closed before the extract (from the application if not lent)."""
        start = np.where(self.lent, self.ends.disbursed, self.requests.day)
        return np.asarray(start + WINDOW_DAYS <= EXTRACT_DAY)

    def closed_loans(self) -> ClosedLoans:
        """The loans of this turn that were closed by the extract."""
        rows = np.flatnonzero(self.lent & (self.ends.closed <= EXTRACT_DAY))
        return ClosedLoans(
            person=self.requests.person[rows],
            number=self.requests.past_loans[rows] + 1,
            disbursed=self.ends.disbursed[rows],
            closed=self.ends.closed[rows],
            amount=self.requests.amount[rows],
            days_late=self.ends.days_late[rows],
            worst_days_late=self.ends.worst_days_late[rows],
            prepaid=self.ends.prepaid[rows],
        )


def take_turn(
    streams: Streams,
    world: World,
    people: People,
    applying: tuple[Ints, Ints],
    closed: ClosedLoans,
    *,
    everybody: bool = False,
) -> Turn:
    """Let the persons ``applying`` (positions, days) apply after the loans in ``closed``.

    ``everybody``: all of them are lent to, so that whoever decides later finds what would have
    become of each.
    """
    person, day = applying
    before = standing(closed, len(people.region))
    requests = draw_requests(streams, world, people, person, day, before)
    evidence = draw_evidence(streams, world, people, requests)
    pd = true_pd(requests, evidence)
    approval = approval_probability(streams, world.bias, people, requests)
    rng = streams.of("decisions")
    approved = everybody | (rng.random(len(person)) < approval)
    bad = rng.random(len(person)) < pd
    decided = day + rng.integers(0, 6, len(person))
    taken = approved & (everybody | (rng.random(len(person)) >= WITHDREW))
    disbursed = np.where(taken, decided + rng.integers(1, 8, len(person)), NEVER)
    plan = schedule(requests, disbursed)
    rows, ends = repay(streams, plan, disbursed, bad & taken, people.reliability[person])
    return Turn(
        streams=streams,
        requests=requests,
        evidence=evidence,
        true_pd=pd,
        attainable_pd=attainable_pd(requests, evidence, visible(people, requests)),
        approval_probability=approval,
        approved=approved,
        bad=bad,
        decided=decided,
        plan=plan,
        repayments=rows,
        ends=replace(ends, closed=np.where(taken, ends.closed, NEVER)),
    )


def returning(turn: Turn, streams: Streams, most: int) -> tuple[Ints, Ints]:
    """At most ``most`` persons of ``turn`` who apply again, and when."""
    rng = streams.of("returning")
    n = len(turn.requests.person)
    willing = np.where(turn.bad, RETURNS_BAD, RETURNS_GOOD)
    willing = np.where(turn.lent, willing, RETURNS_UNLENT)
    ready = np.where(turn.lent, turn.ends.closed + 5, turn.requests.day)
    day = np.maximum(ready, turn.requests.day + LEAST_GAP_DAYS)
    day = day + rng.exponential(45, n).astype(np.int64)
    able = np.flatnonzero((rng.random(n) < willing) & (day <= LAST_DAY))
    chosen = np.sort(rng.permutation(able)[:most])
    return turn.requests.person[chosen], day[chosen]
