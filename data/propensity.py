"""How probable a loan was, as the lender logged it where chance was to decide."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from data.contract import Contract, PerformanceLabel
from data.features.tables import CheckedTable, as_floats


def propensities(
    contract: Contract, tables: Mapping[str, pa.Table], y: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Probability (n) of a loan for each row of the applications table; None when none is logged.

    A row with a value took part in a draw, whether a loan was drawn or not. A row without one did
    not: 1 where there was a loan, else 0. There was a loan where ``y`` (n, NaN without an
    outcome) is known or the contract's column of disbursement is filled.
    """
    if contract.label.propensity is None:
        return None
    loans = CheckedTable.of(contract, tables, contract.applications)
    logged = as_floats(loans.column(contract.label.propensity))
    if np.isnan(logged).all():
        return None
    lent = ~np.isnan(y)
    if isinstance(contract.label, PerformanceLabel):
        lent |= loans.column(contract.label.disbursed_on).is_valid().to_numpy()
    return np.where(np.isnan(logged), lent.astype(np.float64), logged)
