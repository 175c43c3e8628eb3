"""One chunk of applications: applicants take up to three turns, newcomers fill the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from data.synthetic.arrays import Ints, stack
from data.synthetic.history import ClosedLoans, draw_past_loans
from data.synthetic.people import People, draw_people, with_equal_groups
from data.synthetic.turns import Turn, returning, take_turn
from data.synthetic.world import Streams, World

NEWCOMERS, AGAIN = 0.76, (0.16, 0.04)
"""Shares of a chunk's applications: first ones, and at most these for a second and third."""


@dataclass(frozen=True)
class Chunk:
    """A chunk's applicants, their closed loans and its turns.

    ``number`` is the chunk's, ``first`` that of its first application and applicant.
    """

    number: int
    first: int
    people: People
    closed: ClosedLoans
    turns: tuple[Turn, ...]

    @property
    def applications(self) -> int:
        """Number of applications."""
        return sum(len(turn.bad) for turn in self.turns)


def draw_chunk(world: World, number: int, n: int, first: int) -> Chunk:
    """Draw ``n`` applications; they depend on the seed, ``number`` and ``n`` alone."""
    streams = [Streams(world.seed, number, turn) for turn in range(4)]
    people, closed = _newcomers(streams[0], world, int(np.ceil(NEWCOMERS * n)), 0)
    turns = [take_turn(streams[0], world, people, _first_time(people, 0), closed)]
    left = n - len(people.region)
    for stream, share in zip(streams[1:3], AGAIN, strict=True):
        closed = stack([closed, turns[-1].closed_loans()])
        again = returning(turns[-1], stream, min(left, int(share * n)))
        turns.append(take_turn(stream, world, people, again, closed))
        left -= len(again[0])
    known = len(people.region)
    more, older = _newcomers(streams[3], world, left, known)
    people = stack([people, more])
    closed = stack([closed, turns[-1].closed_loans(), older])
    turns.append(take_turn(streams[3], world, people, _first_time(people, known), closed))
    closed = stack([closed, turns[-1].closed_loans()])
    return Chunk(number, first, people, closed, tuple(turns))


def _newcomers(streams: Streams, world: World, n: int, known: int) -> tuple[People, ClosedLoans]:
    """``n`` new people behind the ``known`` ones, and their earlier loans."""
    people = draw_people(streams, n)
    if world.bias.equal_groups:
        people = with_equal_groups(streams, people)
    loans = draw_past_loans(streams, people)
    return people, replace(loans, person=loans.person + known)


def _first_time(people: People, known: int) -> tuple[Ints, Ints]:
    """Positions and first days of all people but the ``known`` ones."""
    return np.arange(known, len(people.region)), people.first_day[known:]
