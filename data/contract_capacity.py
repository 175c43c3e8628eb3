"""The rule about what an applicant can repay: a part of a contract's policy, not of the score."""

from typing import Literal

from pydantic import Field

from data.contract_base import Frozen, Identifier, Share, Text


class Annuity(Frozen):
    """Level monthly instalments of the amount and the term (months) that ``terms`` names.

    ``rate`` is a feature, or a number where all loans have one price: the nominal interest of a
    year or a month, on what is still owed. ``percent``: 24 means 24 %; else 0.24 does.
    """

    rate: Identifier | float
    per: Literal["year", "month"] = "year"
    percent: bool = False


class Capacity(Frozen):
    """An instalment above ``at_most`` of ``income`` is not approved, whatever the score.

    The instalment is the one that ``terms`` names, else an ``annuity``. Both are of a month.
    Without an income or an instalment a person decides: nothing is guessed. The stricter of this
    rule and the score counts.
    """

    income: Identifier = Field(description="The input that is the income of a month.")
    at_most: Share = Field(description="Largest share of the income; exactly this is within.")
    otherwise: Literal["review", "decline"] = Field(
        "review", description="What is recommended above it."
    )
    annuity: Annuity | None = None
    text: Text = Field(description="What a person is told whose instalment is above it.")
