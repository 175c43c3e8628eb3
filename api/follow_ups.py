"""Loans that run late, as the nightly job keeps them and the officers' page reads them.

Only the decisions are kept, the latest first; what a loan owes is looked up when it is shown, so
that nothing about a client stands in two places and what was paid meanwhile is seen at once.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from pydantic import Field

from api.replies import Reply

KIND = "follow-ups"


class Late(NamedTuple):
    """The decision on a loan that runs late, and its branch."""

    decision_id: str
    branch: str | None


class FollowUps(Reply):
    """Loans that run late, the one that is late for longest first."""

    made_at: dt.datetime
    known_until: dt.date | None = Field(description="The last day that payments show.")
    reversals_count: bool
    late: list[Late]
    more: int = Field(description="Late loans beyond those that are listed.")
    unknown: int = Field(description="Late loans without a decision of this service.")
