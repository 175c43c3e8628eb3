"""How the lender decided in the past: a crude scorecard with chance and the planted bias."""

from __future__ import annotations

from data.synthetic.arrays import Floats, probability
from data.synthetic.bias import Bias
from data.synthetic.people import FEMALE, People
from data.synthetic.requests import Requests
from data.synthetic.risk import burden, past_lateness
from data.synthetic.world import Streams


def approval_probability(
    streams: Streams, bias: Bias, people: People, requests: Requests
) -> Floats:
    """Probability that the lender of the time approved each application.

    It looks at request and history only, so that, given what is recorded, who was approved
    says nothing about the signals.
    """
    n = len(requests.amount)
    scorecard = (
        0.5 * burden(requests)
        + 0.9 * past_lateness(requests)
        + 0.35 * (requests.past_loans == 0)
        - 0.08 * requests.past_loans.clip(0, 5)
        + streams.of("scorecard").normal(0, 0.6, n)
    )
    female = people.sex[requests.person] == FEMALE
    return probability(1.5 - 0.9 * scorecard + bias.approvals * female)
