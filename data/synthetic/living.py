"""A world to be lived through: a lender's past, then two years in which others decide.

Every month as many new people apply as in any other, drawn alike: nothing about them changes but
the season, which comes back each year, and what ``Course`` plants. It rains everywhere as usual
until the drought. Of the past there are the lender's own decisions and what was known of them
when the service opened (``history``); of the two years everybody's loan as it would go
(``everybody``), so that whoever decides finds out about those that were lent to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.errors import DataFileError
from data.synthetic.bias import NO_BIAS
from data.synthetic.chunks import Chunk
from data.synthetic.due import write_due
from data.synthetic.files import tables
from data.synthetic.history import draw_past_loans
from data.synthetic.people import draw_people, with_equal_groups
from data.synthetic.tables import PortfolioWriter
from data.synthetic.turns import take_turn
from data.synthetic.world import (
    REGIONS,
    Streams,
    World,
    build_world,
    day_number,
    month_index,
)

USUAL_RAIN, DRY = 0.2, -3.6
"""Rainfall anomaly of usual months, and what the drought adds to it, in standard deviations.

The drought is everywhere: were some regions spared, the rain would from then on tell where
somebody lives, and all that goes by region would hang together otherwise than before.
"""


@dataclass(frozen=True)
class Course:
    """What happens when: the service opens on the first day of a month for ``months`` months.

    ``past``: months before it; ``product_on``: a ``product_share`` of applicants asks for the new
    product from this day on; ``drought_from``: the rains fail from this day on.
    """

    opens: date = date(2023, 5, 1)
    months: int = 24
    past: int = 16
    product_on: date = date(2023, 10, 1)
    product_share: float = 0.25
    drought_from: date = date(2023, 7, 1)

    def month(self, number: int) -> date:
        """First day of a month; 0 is the one in which the service opens."""
        years, month = divmod(self.opens.month - 1 + number, 12)
        return date(self.opens.year + years, month + 1, 1)

    def after(self, month: date) -> date:
        """First day of the month after ``month``."""
        number = 12 * (month.year - self.opens.year) + month.month - self.opens.month
        return self.month(number + 1)


@dataclass(frozen=True)
class Size:
    """Applications a month, before the service opens and after."""

    past: int
    now: int


USUAL = Course(), Size(past=900, now=900)
FAST = Course(months=20), Size(past=600, now=800)
"""What is lived through by default, and what shows the same in less time."""


@dataclass(frozen=True)
class LivingWorld:
    """Where the files are: labelled ``history``, ``everybody`` of the two years, and the truth."""

    history: Path
    everybody: Path
    truth: Path


def generate_life(
    course: Course,
    size: Size,
    seed: int,
    out: Path,
    progress: Callable[[float], None] = lambda _: None,
) -> LivingWorld:
    """Write the world of ``seed`` under ``out``; the same arguments give the same bytes.

    Raises DataFileError where ``out`` cannot be written to.
    """
    world = _world(course, seed)
    made = LivingWorld(out / "history", out / "everybody", out / "truth" / "truth.json")
    total = course.past + course.months
    try:
        for folder in (made.history, made.everybody, made.truth.parent):
            folder.mkdir(parents=True, exist_ok=True)
        with PortfolioWriter(made.history) as past, PortfolioWriter(made.everybody) as now:
            for number, chunk in enumerate(_chunks(course, size, world)):
                writer = past if number < course.past else now
                until = course.opens if writer is past else course.month(course.months)
                for name, table in tables(chunk):
                    writer.append(name, _as_known(name, table, until))
                progress((number + 1) / total)
        write_due(made.truth, course, size, seed)
    except OSError as error:
        raise DataFileError(f"{out}: cannot be written to ({error.strerror})") from error
    return made


def _world(course: Course, seed: int) -> World:
    usual = build_world(seed, NO_BIAS)
    last = month_index(day_number(course.month(course.months)))
    rain = np.full((len(REGIONS), last + 1), USUAL_RAIN)
    rain[:, month_index(day_number(course.drought_from)) :] += DRY
    return replace(
        usual,
        rain=rain,
        product_from=day_number(course.product_on),
        product_share=course.product_share,
    )


def _chunks(course: Course, size: Size, world: World) -> Iterator[Chunk]:
    first = 0
    for number, month in enumerate(range(-course.past, course.months)):
        n = size.past if month < 0 else size.now
        days = day_number(course.month(month)), day_number(course.month(month + 1))
        yield _month(world, number, first, n, days, everybody=month >= 0)
        first += n


def _month(
    world: World, number: int, first: int, n: int, days: tuple[int, int], *, everybody: bool
) -> Chunk:
    """``n`` new people who apply once, on ``days`` (the second one not included)."""
    streams = Streams(world.seed, number)
    people = with_equal_groups(streams, draw_people(streams, n))
    people = replace(people, first_day=streams.of("days").integers(*days, n))
    closed = draw_past_loans(streams, people)
    applying = np.arange(n), people.first_day
    turn = take_turn(streams, world, people, applying, closed, everybody=everybody)
    return Chunk(number, first, people, closed, (turn,))


def _as_known(name: str, table: pa.Table, day: date) -> pa.Table:
    """What the lender knew of ``table`` before ``day``: later rows are not there yet."""
    times = {"instalments": "scheduled_on", "repayments": "posted_at"}
    if name in times:
        table = table.filter(pc.less(table[times[name]].cast(pa.date32()), pa.scalar(day)))
    later = ("disbursed_on", "rescheduled_on", "written_off_on", "reversed_on")
    for column in (c for c in later if c in table.column_names and name != "previous_loans"):
        known = pc.less(table[column], pa.scalar(day))
        empty = pa.scalar(None, pa.date32())
        at = table.column_names.index(column)
        table = table.set_column(at, column, pc.if_else(known, table[column], empty))
    return table
