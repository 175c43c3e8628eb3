"""The groups that an audit compares: fixed, with a named reference, "not stated" among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.errors import NotEnoughDataError

FEWEST_PEOPLE = 30
FEWEST_EACH = 10
"""People of each outcome (approved, declined) below which a group is not judged."""


class Minimum(NamedTuple):
    """The fewest people that a group is judged from, in all and of each outcome."""

    people: int = FEWEST_PEOPLE
    each: int = FEWEST_EACH


MINIMUM = Minimum()

BoolArray = NDArray[np.bool_]
CountArray = NDArray[np.int64]


@dataclass(frozen=True)
class Grouping:
    """Applicants parted by one attribute, or by two.

    ``codes`` (n): index into ``names`` of each applicant's group; ``reference``: index of the
    group that the others are compared with; ``attributes``: one name, or two for intersections.
    """

    attributes: tuple[str, ...]
    names: tuple[str, ...]
    reference: int
    codes: NDArray[np.intp]

    @property
    def title(self) -> str:
        """The attributes, joined as the names of intersections are."""
        return " & ".join(self.attributes)

    @cached_property
    def people(self) -> CountArray:
        """Applicants of each group (G)."""
        return self.count(np.ones(len(self.codes), dtype=np.bool_))

    @property
    def others(self) -> tuple[int, ...]:
        """Indices of the groups that are compared with the reference: all that have people."""
        return tuple(
            i for i in range(len(self.names)) if i != self.reference and self.people[i] > 0
        )

    def count(self, chosen: BoolArray) -> CountArray:
        """How many of each group (G) are among ``chosen`` (n)."""
        return np.bincount(self.codes[chosen], minlength=len(self.names)).astype(np.int64)

    def at(self, rows: NDArray[np.intp]) -> Grouping:
        """The same groups of the applicants at ``rows`` alone."""
        return replace(self, codes=self.codes[rows])

    def members(self, group: int) -> BoolArray:
        """Which applicants (n) belong to ``group``."""
        return np.equal(self.codes, group)


def grouping(attribute: str, names: NDArray[np.object_], reference: str) -> Grouping:
    """Part applicants by the group name of each (``names``, n; "not stated" is one like others).

    Every name that occurs is a group, in alphabetical order, the reference among them. Raises
    NotEnoughDataError when nobody belongs to the reference.
    """
    found, codes = np.unique(names.astype(str), return_inverse=True)
    if reference not in found:
        raise NotEnoughDataError(
            f"nobody belongs to '{reference}', the group that the others of '{attribute}' are "
            "compared with: choose a longer period or another reference group in the contract"
        )
    at = int(np.searchsorted(found, reference))
    return Grouping((attribute,), tuple(str(n) for n in found), at, codes.astype(np.intp))


def intersection(first: Grouping, second: Grouping) -> Grouping:
    """All pairs of groups, "female & under 25"; the reference is the pair of references."""
    width = len(second.names)
    names = tuple(f"{a} & {b}" for a in first.names for b in second.names)
    return Grouping(
        (*first.attributes, *second.attributes),
        names,
        first.reference * width + second.reference,
        first.codes * width + second.codes,
    )


def intersections(groupings: Sequence[Grouping]) -> list[Grouping]:
    """The two-way intersections of all attributes, in their order."""
    return [intersection(a, b) for a, b in combinations(groupings, 2)]


def sufficient(people: CountArray, chosen: CountArray, minimum: Minimum = MINIMUM) -> BoolArray:
    """Which groups have the ``minimum`` of people and of each outcome."""
    rarer = np.minimum(chosen, people - chosen)
    return np.asarray((people >= minimum.people) & (rarer >= minimum.each), dtype=np.bool_)


def factor_to_publish(
    people: CountArray, chosen: CountArray, minimum: Minimum = MINIMUM
) -> NDArray[np.float64]:
    """Times the applications that would give each group its minimum sizes at today's rates.

    An outcome that nobody has is taken to be as rare as one person; inf for no people.
    """
    rarer = np.maximum(np.minimum(chosen, people - chosen), 1)
    factor = np.maximum(minimum.people / np.maximum(people, 1), minimum.each / rarer)
    return np.where(people > 0, np.maximum(factor, 1.0), np.inf)
