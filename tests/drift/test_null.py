"""Calibration: what chance does is what the null says, also when features move together."""

from pathlib import Path

import numpy as np
import pytest

from drift import null as module
from drift.domain import DomainNull, Sizes, canonical_order, evenly, separation
from drift.null import Nulls, on_grid
from drift.observed import observe
from drift.reference import Reference
from scoring.vector import FloatArray
from tests.drift.populations import people, reference


def normal(n: int, seed: int) -> FloatArray:
    return np.random.default_rng(seed).standard_normal(n)


def test_the_smallest_p_of_clean_windows_is_as_the_null_says() -> None:
    """A new reference and window each time: p of the run below 10 % in about 10 % of runs."""
    n, runs, below = 150, 60, 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "domain_null", lambda *_: DomainNull(0.0, 1.0, 40))
        patch.setattr(module, "DRAWS", 250)
        for seed in range(runs):
            known = reference(800, 1000 + seed)
            seen = observe(known, people(n, 5000 + seed), n, None)
            sums = known.layout.sums(seen.histograms)
            found = known.layout.compare(sums, n, known.layout.reference, 800)
            below += Nulls().of(known, n).corrected(found.p).min() <= 0.1
    assert 1 <= below <= 14


def test_corrected_p_is_never_zero_and_never_smaller_than_the_plain_one() -> None:
    null = module.Null(rows=100, smallest=(0.001, 0.01, 0.2), psi=(), domain={})
    found = null.corrected(np.array([0.0, 0.001, 0.05, 1.0]))
    assert found.tolist() == [0.25, 0.5, 0.75, 1.0]


def test_numbers_of_rows_share_a_calibration_on_a_grid() -> None:
    assert on_grid(1000, 10_000) == on_grid(1040, 10_000)
    assert on_grid(1000, 10_000) != on_grid(1300, 10_000)
    assert on_grid(1_000_000, 5000) == 2500


def test_calibrations_are_kept_in_files_and_read_back(tmp_path: Path) -> None:
    known = reference(300)
    made = Nulls(tmp_path).of(known, 100)
    (file,) = tmp_path.iterdir()
    assert known.fingerprint[:32] in file.name
    file.write_text(made.model_copy(update={"psi": (9.0,) * len(made.psi)}).model_dump_json())
    assert Nulls(tmp_path).of(known, 100).psi[0] == 9.0
    assert len(list(tmp_path.iterdir())) == 1


def test_another_reference_has_another_key() -> None:
    assert reference(300, 1).fingerprint != reference(300, 2).fingerprint
    assert reference(300, 1).fingerprint == reference(300, 1).fingerprint


def test_an_area_is_judged_by_students_t_of_one_more_draw() -> None:
    null, at = DomainNull(0.0, 1.0, 40), Sizes(300, 900)
    assert null.p(0.5, at) == pytest.approx(0.5)
    critical = null.critical(0.001, at)
    assert null.p(critical, at) == pytest.approx(0.001)
    assert critical > 0.5 + 3.09 * at.spread


def test_the_classifier_sees_an_interaction_that_no_feature_shows() -> None:
    rng = np.random.default_rng(0)
    window, own = (rng.standard_normal((600, 3)).astype(np.float32) for _ in range(2))
    window[:, 1] = np.abs(window[:, 1]) * np.sign(window[:, 0])
    assert separation(window, own).area > 0.65
    assert abs(separation(own[:300], own[300:]).area - 0.5) < 0.1


def test_the_canonical_order_forgets_the_order_of_rows() -> None:
    codes = [np.random.default_rng(i).integers(0, 100, 500).astype(np.int16) for i in range(4)]
    mixed = np.random.default_rng(9).permutation(500)
    there, back = canonical_order(codes), canonical_order([c[mixed] for c in codes])
    for column in codes:
        np.testing.assert_array_equal(column[there], column[mixed][back])
    assert evenly(500, 5).tolist() == [0, 124, 249, 374, 499]


def test_tails_are_as_new_rows_make_them_and_not_as_parts_of_the_reference_do() -> None:
    """Share of p below 2 % in the far tails of new windows, of the null, and of splits."""
    n, m, runs = 200, 1000, 400
    new, null, parts = [], [], []
    for seed in range(runs // 20):
        known = Reference.of_columns({"x": normal(m, seed)}, {})
        layout, rng = known.layout, np.random.default_rng(seed)
        tails = module._Tails(layout, n, m)
        null.append(tails.p(20, rng))
        design, whole = layout.design(known.all_codes()), layout.reference
        part = (module._splits(20, n, m, rng) @ design).astype(np.float64)
        parts.append(layout.compare(part, n, whole - part, m - n).p[:, tails.at])
        for i in range(20):
            seen = observe(known, {"x": normal(n, 10_000 + 20 * seed + i)}, n, None)
            found = layout.compare(layout.sums(seen.histograms), n, whole, m)
            new.append(found.p[tails.at][None])
    shares = [float((np.concatenate(p) <= 0.02).mean()) for p in (new, null, parts)]
    assert shares[0] == pytest.approx(shares[1], abs=0.006)
    assert shares[2] < shares[0] < 0.02
