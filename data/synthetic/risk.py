"""The true probability of default, and the best anybody could say from what is recorded.

Log-odds of default = terms of what everybody can see (request, history, season, weather)
plus a weighted sum of the hidden signals of ``evidence``; wallet inflow and questionnaire
weigh more for new clients. No protected attribute is a term: groups differ only through
reliability, remoteness, sector, season and drought.
"""

from __future__ import annotations

import numpy as np

from data.synthetic.arrays import Floats, probability
from data.synthetic.evidence import INFLOW, LOADINGS, NOISE, PLANNING, Evidence
from data.synthetic.history import (
    DAYS_PER_UNIT,
    LATENESS_LOADING,
    MOST_LATE,
    USUAL_DAYS_LATE,
)
from data.synthetic.people import AGRICULTURE
from data.synthetic.requests import Requests

BASE_LOG_ODDS = -2.3
WEIGHTS = np.array([-0.32, 0.07, -0.06, -0.32, -0.15, 0.07])
"""Log-odds for one standard deviation of each signal."""
FACTOR_NEW, FACTOR_KNOWN = 1.55, 0.85
"""Wallet inflow and questionnaire say more where there is no history."""
_NODES, _NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
_NODE_WEIGHTS = _NODE_WEIGHTS / _NODE_WEIGHTS.sum()


def burden(requests: Requests) -> Floats:
    """Monthly instalment over income, in standard deviations of its logarithm."""
    ratio = requests.monthly_instalment / requests.income
    return np.asarray((np.log(ratio) + 1.45) / 0.5, dtype=np.float64)


def past_lateness(requests: Requests) -> Floats:
    """Between -1 and 1: how late earlier loans were, a soft step at five days; 0 if new."""
    late = np.tanh((requests.mean_days_late - 5) / 2)
    return np.asarray(np.where(requests.past_loans > 0, late, 0.0))


def visible_log_odds(requests: Requests) -> Floats:
    """The terms that do not rest on an optional source."""
    heavy = burden(requests)
    farms = requests.sector == AGRICULTURE
    dry = np.maximum(-requests.rainfall - 0.6, 0)
    new = requests.past_loans == 0
    growth = np.log(requests.amount / np.where(new, requests.amount, requests.last_amount))
    return np.asarray(
        BASE_LOG_ODDS
        + 0.78 * np.tanh(1.8 * (heavy - 0.3))
        + 0.9 * past_lateness(requests)
        + 0.3 * new
        + farms * (0.6 * dry + 0.04 * requests.months_to_harvest - 0.15)
        + 0.15 * dry
        + 0.1 * np.maximum(growth - 0.3, 0)
        - 0.12 * np.log1p(requests.years_in_business)
    )


def signal_weights(requests: Requests) -> Floats:
    """(n, 6) weight of each signal in the log-odds."""
    weights = np.repeat(WEIGHTS[None], len(requests.amount), axis=0)
    new = requests.past_loans == 0
    weights[:, (INFLOW, PLANNING)] *= np.where(new, FACTOR_NEW, FACTOR_KNOWN)[:, None]
    return weights


def true_pd(requests: Requests, evidence: Evidence) -> Floats:
    """True probability of default of each application."""
    return probability(
        visible_log_odds(requests) + (signal_weights(requests) * evidence.true).sum(axis=1)
    )


def attainable_pd(requests: Requests, evidence: Evidence, visible: Floats) -> Floats:
    """Expected true PD given the records: hidden and noisy signals integrated out.

    Signals, records and punctuality share one standard normal factor (reliability), so the
    weighted sum of the signals given the records is normal (a one-factor linear-Gaussian
    model). Its mean and variance are exact up to clipping and rounding of the records; the
    expectation over it is a 15-node Gauss-Hermite quadrature.
    """
    weights = signal_weights(requests)
    own = 1 - LOADINGS**2
    precision = visible / (own + NOISE)
    trust = own * precision
    own_history = 1 - LATENESS_LOADING**2
    late = requests.mean_days_late.clip(None, MOST_LATE)
    punctual = (USUAL_DAYS_LATE - late) / DAYS_PER_UNIT
    total = (
        1
        + (LOADINGS**2 * precision).sum(axis=1)
        + requests.past_loans * LATENESS_LOADING**2 / own_history
    )
    reliability = (
        (LOADINGS * precision * evidence.shown).sum(axis=1)
        + requests.past_loans * LATENESS_LOADING * punctual / own_history
    ) / total
    hidden = weights * (1 - trust)
    mean = (hidden * LOADINGS).sum(axis=1) * reliability
    mean += (weights * trust * evidence.shown).sum(axis=1)
    variance = (weights * hidden * own).sum(axis=1) + (hidden * LOADINGS).sum(axis=1) ** 2 / total
    centre = visible_log_odds(requests) + mean
    spread = np.sqrt(variance)
    expected = np.zeros(len(centre))
    for node, weight in zip(_NODES, _NODE_WEIGHTS, strict=True):
        expected += weight * probability(centre + spread * node)
    return expected
