"""The support: chance is known, strangers are outside, one strange value or many together."""

import numpy as np
import pytest

from drift.support import NEIGHBOURS, Support
from tests.drift.populations import people, reference

KNOWN = reference(1500)


@pytest.fixture(scope="module")
def support() -> Support:
    return Support(KNOWN)


def outside(support: Support, seed: int, **changed: object) -> np.ndarray:
    columns = people(400, seed)
    columns.update(changed)  # type: ignore[arg-type]
    return support.outside(KNOWN.matrix(columns, 400))


def test_new_rows_are_outside_as_often_as_the_reference_itself(support: Support) -> None:
    found = np.mean([outside(support, seed).mean() for seed in range(100, 110)])
    assert support.own.mean() < 0.03
    assert found == pytest.approx(support.own.mean(), abs=0.008)


def test_a_value_that_nobody_had_is_outside(support: Support) -> None:
    assert outside(support, 1, income=np.full(400, 1e9)).all()
    assert outside(support, 1, late=np.full(400, -1.0)).all()
    assert outside(support, 1, loan=np.full(400, np.nan)).all(), "nobody lacked one"
    assert not outside(support, 1, phone=np.full(400, np.nan)).all(), "a tenth did"


def test_values_that_never_come_together_are_outside(support: Support) -> None:
    columns = people(400, 2)
    low, high = np.quantile(columns["income"], 0.02), np.quantile(columns["loan"], 0.98)
    odd = outside(support, 2, income=np.full(400, low), loan=np.full(400, high))
    assert odd.mean() > 20 * support.own.mean() > 0.2


def test_a_category_that_nobody_had_is_outside() -> None:
    columns = people(600, 3)
    columns["trade"] = np.where(columns["trade"] == "fishing", "retail", columns["trade"])
    from drift.reference import Reference
    from tests.drift.populations import TRADES

    known = Reference.of_columns(columns, TRADES)
    window = people(100, 4) | {"trade": np.full(100, "fishing", dtype=object)}
    assert Support(known).outside(known.matrix(window, 100)).all()


def test_distance_is_gowers(support: Support) -> None:
    """Against a plain computation of the distance of one row, feature by feature."""
    matrix = KNOWN.matrix(people(5, 6), 5)
    ours = support._distance(support._encoded(KNOWN.code(matrix)))
    for i in range(5):
        total = np.zeros(len(KNOWN.rows))
        for j, (name, coder) in enumerate(zip(KNOWN.features, KNOWN.coders, strict=True)):
            own, all_of = coder.codes(matrix[i : i + 1, j])[0], KNOWN.codes[j]
            if name in KNOWN.categories:
                total += own != all_of
            else:
                last = len(coder.counts) - 1
                total += np.abs(coder.rank[own] - coder.rank[all_of])
                total += (own == last) != (all_of == last)
        assert ours[i] == pytest.approx(np.sort(total)[NEIGHBOURS - 1])
