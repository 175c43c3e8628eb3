"""What a letter tells the client beside the outcome: nothing that speaks against it.

Where a person decided otherwise than the model advised, the model's reasons are not the reasons of
the decision (Regulation B, 12 CFR 1002.9(b)(2), asks for the principal reasons of the creditor),
so the letter gives the person's reason instead.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from api.web.translations import mark
from data.store.appeals import Result
from data.store.human_decisions import HumanDecision, Outcome, OverrideReason

REASONS_TOLD: dict[OverrideReason, str] = {
    "new_information": mark("We learned something new about your situation."),
    "wrong_data": mark("One piece of information about you was wrong."),
    "capacity_seen_on_site": mark("We saw on our visit what you can repay."),
    "risk_seen_on_site": mark("We saw a risk on our visit."),
    "collateral_or_guarantor": mark("We looked at your collateral or your guarantor."),
    "relationship": mark("We looked at our past with you as a client."),
    "policy": mark("A rule of our institution applies to this loan."),
    "appeal": mark("You asked us to look again, and another person did."),
    "other": mark("There was another reason. Ask us, and we tell you."),
}
"""The officer's reasons, as the client is told of them."""
RESULTS_TOLD: dict[Result, str] = {
    "upheld": mark("Our decision stays."),
    "changed": mark("We have made another decision."),
    "withdrawn": mark("You took the appeal back."),
}
_ALWAYS = {"used", "appeal"}
"""Sections that are true of every decision; all others are the model's."""
_SCORE = ("chance", "reasons")

Section = dict[str, Any]


class Told(NamedTuple):
    """The parts of a letter: ``reason`` is the person's, ``score`` what the model said of it.

    ``sections`` of the explanation that agree with the ``outcome``; None: nobody decided yet.
    """

    outcome: Outcome | None
    reason: str | None
    sections: list[Section]
    score: list[Section]


def told_of(
    recommendation: str, decided: Sequence[HumanDecision], sections: Sequence[Section]
) -> Told:
    """What a letter tells: all ``sections`` of the client's explanation, or those that stay true.

    ``decided``: what people decided, oldest first. Whoever is declined after a review is told of
    the score apart, as it may have weighed in the decision.
    """
    last = decided[-1] if decided else None
    if last is None or agrees(recommendation, last.outcome):
        return Told(last.outcome if last else None, None, list(sections), [])
    weighed = last.outcome == "decline" and recommendation == "review"
    score = [section for section in sections if weighed and section["id"] in _SCORE]
    kept = [section for section in sections if section["id"] in _ALWAYS]
    return Told(last.outcome, REASONS_TOLD[last.reason] if last.reason else None, kept, score)


def agrees(recommendation: str, outcome: Outcome) -> bool:
    """Whether ``outcome`` is what was recommended; to pass on a review leaves it a review."""
    return outcome == ("refer" if recommendation == "review" else recommendation)
