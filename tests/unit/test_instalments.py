"""Instalments of annuities: by hand, by paying the loan back, and where none makes sense."""

import numpy as np
import pytest

from data.contract_capacity import Annuity
from scoring import capacity


def test_an_annuity_by_hand() -> None:
    # 120,000 over 12 months at 24 % a year: i = 0.02, 1.02^-12 = 0.788493175...
    by_hand = 120_000 * 0.02 / (1 - 1.02**-12)
    rate = capacity.monthly(np.array([24.0]), Annuity(rate="rate", percent=True))
    owed = capacity.instalments(np.array([120_000.0]), np.array([12.0]), rate)
    assert owed[0] == pytest.approx(by_hand, rel=1e-12)
    assert owed[0] == pytest.approx(11_347.1516, abs=1e-4)


def test_an_annuity_pays_the_loan_back_exactly() -> None:
    amount, months, rate = 50_000.0, 18, 0.035
    (owed,) = capacity.instalments(*(np.array([float(v)]) for v in (amount, months, rate)))
    left = amount
    for _ in range(months):
        left = left * (1 + rate) - owed
    assert left == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(("rate", "owed"), [(0.0, 100.0), (1e-12, 100.0)])
def test_a_loan_without_interest_is_parted_evenly(rate: float, owed: float) -> None:
    found = capacity.instalments(np.array([1200.0]), np.array([12.0]), np.array([rate]))
    assert found[0] == pytest.approx(owed, rel=1e-9)


@pytest.mark.parametrize(("amount", "months", "rate"), [(1, 0, 0.1), (-5, 12, 0.1), (5, 12, -0.1)])
def test_a_loan_that_makes_no_sense_has_no_instalment(
    amount: float, months: float, rate: float
) -> None:
    found = capacity.instalments(*(np.array([float(v)]) for v in (amount, months, rate)))
    assert np.isnan(found[0])
