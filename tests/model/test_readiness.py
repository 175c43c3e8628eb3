"""What blocks training: too little, nothing matured, no definition, one-sided outcomes."""

import numpy as np
import pandas as pd
import pytest

from scoring.readiness import NotReadyError, readiness, require_ready
from scoring.vector import FloatArray
from tests.bundles import small_contract
from tests.model.simulated import Simulated, simulate


def levels(data: Simulated, y: FloatArray) -> dict[str, str]:
    return {c.name: c.level for c in readiness(small_contract(), data.keys, data.as_of, y)}


@pytest.fixture(scope="module")
def data() -> Simulated:
    return simulate(4000)


def test_a_year_of_matured_loans_is_ready(data: Simulated) -> None:
    found = levels(data, data.y)
    assert found == {
        "matured": "ok",
        "outcomes": "ok",
        "definition": "ok",
        "people": "ok",
        "time": "thin",
    }
    require_ready(readiness(small_contract(), data.keys, data.as_of, data.y))


def test_loans_that_have_not_matured_do_not_count(data: Simulated) -> None:
    young = data.y.copy()
    young[399:] = np.nan
    assert levels(data, young)["matured"] == "not_ready"
    with pytest.raises(NotReadyError, match="399 of 4000 applications have an outcome"):
        require_ready(readiness(small_contract(), data.keys, data.as_of, young))


def test_every_reason_is_given_at_once(data: Simulated) -> None:
    y = np.full(len(data.y), np.nan)
    y[:50] = 1.0
    with pytest.raises(NotReadyError) as raised:
        require_ready(readiness(small_contract(), data.keys, data.as_of, y))
    text = str(raised.value)
    for part in ("50 of 4000", "0 good loans", "check the definition"):
        assert part in text


def test_one_borrower_many_times_is_not_a_portfolio(data: Simulated) -> None:
    keys = data.keys.assign(applicant="the same")
    found = {c.name: c.level for c in readiness(small_contract(), keys, data.as_of, data.y)}
    assert found["people"] == "not_ready"


def test_nothing_at_all_is_an_answer_not_a_crash() -> None:
    keys = pd.DataFrame({"application": [], "applicant": []}, dtype=object)
    with pytest.raises(NotReadyError, match="0 of 0"):
        require_ready(readiness(small_contract(), keys, None, np.array([])))
