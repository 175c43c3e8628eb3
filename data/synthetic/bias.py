"""What is planted against women, and worlds in which nothing is.

Two things can be done to a woman that no risk explains. The lender of the time was harder on her
(``approvals``), which a later model only sees in who has an outcome and how many loans. And the
records show too little of her (``records``: money goes through somebody else's wallet, the
questionnaire is about the businesses of men, observers look down on hers). The risk follows the
true signals and a model learns from the records, so it thinks her riskier than she is, although
it is never told her sex.

The size of a planted bias is a ratio of approval rates, women's to men's, among all who could
have applied: for the lender the ratio of mean ``approval_probability`` (``truth.json`` has the
approval rates), for a model whatever its own cut-off makes of the records. Portfolios of other
seeds or chunks of the same world show it to any precision, and because the true PD and the
outcome of everybody are known, so do equal-opportunity gaps.

By default the groups also differ in risk, through reliability, distance, sector and season, and
a fair model approves them at different rates. A world without any disparity needs both: nothing
planted and ``equal_groups``, as ``NO_BIAS`` has it. Age and disability are independent of
everything in every world.
"""

from __future__ import annotations

from dataclasses import dataclass

MOST = 5.0
"""Largest bias in either direction; beyond it rates are 0 or 1 and show nothing."""


@dataclass(frozen=True)
class Bias:
    """What is planted in a world.

    ``approvals``: added to the log-odds that the lender of the time approved a woman.
    ``records``: added, in standard deviations, to a woman's wallet inflow, planning and good order
    before they are recorded. Both are against women below 0. ``equal_groups``: sex, language
    group and residence are shuffled among the applicants, so that groups differ in nothing but
    what is planted.

    Raises ValueError for a number beyond MOST.
    """

    approvals: float = -0.8
    records: float = 0.0
    equal_groups: bool = False

    def __post_init__(self) -> None:
        if not (abs(self.approvals) <= MOST and abs(self.records) <= MOST):
            raise ValueError(f"a planted bias must lie between -{MOST:g} and {MOST:g}")


USUAL_BIAS = Bias()
NO_BIAS = Bias(approvals=0.0, records=0.0, equal_groups=True)
