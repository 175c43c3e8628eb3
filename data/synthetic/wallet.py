"""Mobile-money transactions of the 90 days before each application."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from data.synthetic.arrays import Floats, Ints, choose, expand
from data.synthetic.evidence import INFLOW, SWINGS, Evidence
from data.synthetic.people import OPTIONAL_SOURCES, People
from data.synthetic.records import Names
from data.synthetic.requests import Requests
from data.synthetic.tables import DAY_SECONDS, hashes, ids, timestamps, words
from data.synthetic.turns import Turn

KINDS = ("cash_in", "transfer_in", "cash_out", "transfer_out", "bill", "airtime", "merchant")
KINDS_IN = 2
WALLET = OPTIONAL_SOURCES.index("mobile_money")
LONGEST_DAYS = 88
COUNTERPARTIES = 40
"""Different people and shops that one wallet deals with."""


def mobile_money(turn: Turn, people: People, names: Names) -> pa.Table:
    """Transactions of the applicants with a wallet who consented.

    Money received adds up to the share of income that the inflow signal says, and its
    coefficient of variation (population standard deviation over mean) to what the swings
    signal says. Balances follow from the amounts and never fall below zero.
    """
    rng, requests, evidence = turn.streams.of("mobile money"), turn.requests, turn.evidence
    has_wallet = people.observed[requests.person, WALLET]
    busy = np.exp(0.25 * evidence.recorded[:, INFLOW])
    count_in = np.where(has_wallet, 5 + rng.poisson(8 * busy), 0)
    count_out = np.where(has_wallet, 4 + rng.poisson(9, len(has_wallet)), 0)
    owner, position = expand(count_in + count_out)
    incoming = position < count_in[owner]
    received = _received(rng, requests, evidence, owner[incoming], count_in)
    spent = _spent(rng, requests, evidence, owner[~incoming], count_out)
    amount = np.empty(len(owner), dtype=np.int64)
    amount[incoming], amount[~incoming] = received, spent
    kind = np.where(
        incoming,
        choose(rng, (3, 4), len(owner)),
        KINDS_IN + choose(rng, (4, 3, 2, 4, 2), len(owner)),
    )
    at = (requests.day * DAY_SECONDS + requests.second)[owner]
    at = at - rng.integers(DAY_SECONDS, LONGEST_DAYS * DAY_SECONDS, len(owner))
    order = np.lexsort((at, owner))
    owner, at, amount, kind = owner[order], at[order], amount[order], kind[order]
    incoming = incoming[order]
    late = (rng.random(len(at)) < 0.03) * rng.integers(3600, 2 * DAY_SECONDS, len(at))
    person = requests.person[owner]
    return pa.table(
        {
            "applicant_id": names.persons.take(pa.array(person)),
            "transaction_id": ids("T", turn.streams, len(at)),
            "at": timestamps(at),
            "posted_at": timestamps(at + rng.integers(1, 90, len(at)) + late),
            "direction": words(("out", "in"), incoming.astype(np.int64)),
            "kind": words(KINDS, kind),
            "amount": amount,
            "balance_after": _balances(rng, owner, np.where(incoming, amount, -amount)),
            "counterparty": hashes(person * COUNTERPARTIES + _familiar(rng, len(at)), turn.streams),
        }
    )


def _received(
    rng: np.random.Generator, requests: Requests, evidence: Evidence, owner: Ints, count: Ints
) -> Ints:
    """Amounts with the mean and the coefficient of variation that the signals ask for."""
    raw = rng.random(len(owner))
    n = np.maximum(count, 1)
    raw -= (np.bincount(owner, raw, len(count)) / n)[owner]
    raw /= np.sqrt(np.bincount(owner, raw**2, len(count)) / n)[owner]
    total = _turnover(requests, evidence)
    swings = (0.2 * np.exp(0.4 * evidence.recorded[:, SWINGS])).clip(0.04, 0.42)
    amount = (total / n)[owner] * (1 + swings[owner] * raw)
    return np.maximum(np.rint(amount), 50).astype(np.int64)


def _spent(
    rng: np.random.Generator, requests: Requests, evidence: Evidence, owner: Ints, count: Ints
) -> Ints:
    """Skewed amounts that add up to nearly all of what was received."""
    raw = rng.exponential(1, len(owner)) + 0.05
    total = _turnover(requests, evidence)
    total = total * rng.uniform(0.8, 1.02, len(total))
    share = raw / np.bincount(owner, raw, len(count))[owner]
    return np.maximum(np.rint(total[owner] * share), 50).astype(np.int64)


def _balances(rng: np.random.Generator, owner: Ints, change: Ints) -> Ints:
    """Running balance within each owner, opened so that it never falls below zero."""
    running = np.cumsum(change)
    if len(owner) == 0:
        return running
    first = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    size = np.diff(np.r_[first, len(owner)])
    running = running - np.repeat(running[first] - change[first], size)
    lowest = np.minimum.reduceat(running, first)
    opening = np.maximum(-lowest, 0) + rng.gamma(1.2, 4000, len(first)).astype(np.int64)
    return np.asarray(running + np.repeat(opening, size), dtype=np.int64)


def _familiar(rng: np.random.Generator, n: int) -> Ints:
    """Most dealings are with a few of the counterparties."""
    return np.asarray((rng.random(n) ** 2.5 * COUNTERPARTIES).astype(np.int64))


def _turnover(requests: Requests, evidence: Evidence) -> Floats:
    """Money received in the 90 days, in XOF."""
    return np.asarray(3 * requests.income * np.exp(-0.5 + 0.5 * evidence.recorded[:, INFLOW]))
