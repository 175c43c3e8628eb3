"""How much harm is borne, fixed before a window is seen."""

from data.contract import Frozen


class Tolerances(Frozen):
    """How much worse than the reference a window may be.

    ``auc``: largest fall; ``bad_rate``, ``applicants_bad_rate``, ``expected_loss``, ``brier``:
    largest ratio to the reference; ``outside_support``: largest share of applications above the
    reference's own.
    """

    auc: float = 0.05
    bad_rate: float = 1.25
    expected_loss: float = 1.25
    brier: float = 1.5
    applicants_bad_rate: float = 1.5
    outside_support: float = 0.1
