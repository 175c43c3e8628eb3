"""Two models on the same people: coverage, an oracle, the verdicts."""

import numpy as np
import pytest
from scipy.stats import binom

from fairness import paired
from fairness.groups import Grouping
from fairness.paired import GAINED, LOST, Change, Pairs, changes, mcnemar
from scoring.states import State


def grouping(*sizes: int) -> Grouping:
    names = ("reference", *(f"group {i}" for i in range(1, len(sizes))))
    return Grouping(("sex",), names, 0, np.repeat(np.arange(len(sizes)), sizes))


def drawn(
    rng: np.random.Generator,
    groups: Grouping,
    rates: list[tuple[float, float, float]],
    each: int = 1,
) -> Pairs:
    """``rates`` of a group: approved by the champion; of those lost; of the others gained.

    Every applicant applies ``each`` times, mostly with the same luck.
    """
    n = len(groups.codes)
    person = np.arange(n) // each
    own = rng.random((2, n))
    shared = rng.random((2, n))[:, person * each]
    luck = np.where(rng.random(n) < (0.7 if each > 1 else 0.0), shared, own)
    approve, lose, gain = np.array(rates).T[:, groups.codes]
    champion = luck[0] < approve
    challenger = np.where(champion, luck[1] >= lose, luck[1] < gain)
    return Pairs(champion, challenger, person)


def truth(own: tuple[float, float, float], base: tuple[float, float, float]) -> tuple[float, float]:
    """The true change of the impact ratio and of the difference of approval rates."""
    (p1, l1, g1), (p0, l0, g0) = own, base
    q1, q0 = p1 * (1 - l1) + (1 - p1) * g1, p0 * (1 - l0) + (1 - p0) * g0
    return q1 / q0 - p1 / p0, (q1 - q0) - (p1 - p0)


@pytest.mark.parametrize(
    ("size", "own", "base", "each"),
    [
        (100, (0.5, 0.1, 0.05), (0.6, 0.05, 0.05), 1),
        (400, (0.8, 0.02, 0.02), (0.85, 0.05, 0.05), 1),
        (400, (0.3, 0.01, 0.0), (0.5, 0.05, 0.02), 1),
        (300, (0.5, 0.1, 0.05), (0.6, 0.05, 0.05), 3),
    ],
)
def test_intervals_cover_the_truth(
    size: int,
    own: tuple[float, float, float],
    base: tuple[float, float, float],
    each: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paired, "DRAWS", 1000)
    groups, rng = grouping(size, size), np.random.default_rng(77)
    hits = np.zeros(2)
    for i in range(600):
        ((found,),) = changes(drawn(rng, groups, [base, own], each), [groups], seed=i)
        for k, (estimate, true) in enumerate(
            zip((found.air, found.difference), truth(own, base), strict=True)
        ):
            assert estimate.low is not None
            assert estimate.high is not None
            hits[k] += estimate.low <= true <= estimate.high
    assert (hits / 600 >= 0.92).all(), hits
    assert (hits / 600 <= 0.985).all(), hits


def test_it_agrees_with_resampling_applicants() -> None:
    """The oracle: the plain bootstrap that draws applicants with all that is theirs."""
    groups, rng = grouping(600, 450), np.random.default_rng(4)
    pairs = drawn(rng, groups, [(0.6, 0.1, 0.1), (0.5, 0.05, 0.2)], each=3)
    ((found,),) = changes(pairs, [groups])
    values = []
    for _ in range(2000):
        rates = []
        for code in (0, 1):
            people = np.unique(pairs.applicants[groups.codes == code])
            picked = rng.choice(people, len(people))
            rows = (picked[:, None] * 3 + np.arange(3)).ravel()
            rates.append((pairs.champion[rows].mean(), pairs.challenger[rows].mean()))
        (p0, q0), (p1, q1) = rates
        values.append((q1 / q0 - p1 / p0, (q1 - q0) - (p1 - p0)))
    low, high = np.quantile(values, [0.025, 0.975], axis=0)
    for k, estimate in enumerate((found.air, found.difference)):
        assert estimate.low == pytest.approx(low[k], abs=0.01)
        assert estimate.high == pytest.approx(high[k], abs=0.01)


def state(own: tuple[float, float, float], size: int = 4000) -> Change:
    groups = grouping(size, size)
    rng = np.random.default_rng(1)
    ((found,),) = changes(drawn(rng, groups, [(0.6, 0.05, 0.05), own], 1), [groups])
    return found


@pytest.mark.parametrize(
    ("own", "size", "expected"),
    [
        ((0.45, 0.02, 0.2), 4000, State.BETTER),
        ((0.5, 0.05, 0.05), 4000, State.NOT_WORSE),
        ((0.5, 0.25, 0.02), 4000, State.WORSE),
        ((0.5, 0.14, 0.08), 150, State.KEEP_WATCHING),
        ((0.9, 0.15, 0.05), 4000, State.NOT_WORSE),
    ],
    ids=["better", "the same", "worse", "open", "favoured before and after"],
)
def test_states(own: tuple[float, float, float], size: int, expected: State) -> None:
    found = state(own, size)
    assert found.state == expected
    assert (found.applications_needed is not None) == (expected == State.KEEP_WATCHING)
    if found.applications_needed is not None:
        assert found.applications_needed > 2 * size


def test_a_group_too_small_to_be_published_has_no_estimate() -> None:
    groups = grouping(500, 25)
    rng = np.random.default_rng(1)
    ((found,),) = changes(drawn(rng, groups, [(0.6, 0, 0), (0.5, 0, 0)]), [groups])
    assert found.state == State.KEEP_WATCHING
    assert found.air.value is found.p is None
    assert found.applications_needed is not None


def test_no_change_is_rarely_called_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paired, "DRAWS", 4000)
    groups, rng = grouping(*([300] * 6)), np.random.default_rng(2)
    false = 0
    for i in range(150):
        pairs = drawn(rng, groups, [(0.6, 0.1, 0.15)] * 6)
        (found,) = changes(pairs, [groups], seed=i)
        false += any(c.state in {State.BETTER, State.WORSE} for c in found)
    assert false <= 8


def test_mcnemar_is_the_exact_test_of_those_who_moved() -> None:
    groups = grouping(100, 100)
    pairs = drawn(np.random.default_rng(3), groups, [(0.5, 0.3, 0.1), (0.5, 0.1, 0.1)])
    members = groups.members(0)
    counts = pairs.counts(groups)[0]
    gained, lost = int(counts[GAINED]), int(counts[LOST])
    least = min(gained, lost)
    expected = min(1.0, 2 * binom.cdf(least, gained + lost, 0.5))
    assert mcnemar(pairs, members) == pytest.approx(expected, rel=1e-9)
    doubled = [np.repeat(v, 2) for v in (pairs.champion, pairs.challenger)]
    twice = Pairs(doubled[0], doubled[1], np.repeat(pairs.applicants, 2))
    assert mcnemar(twice, np.repeat(members, 2)) == pytest.approx(expected, rel=1e-9)
    assert mcnemar(Pairs(pairs.champion, pairs.champion, pairs.applicants), members) == 1.0
