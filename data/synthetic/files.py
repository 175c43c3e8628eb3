"""All tables of a chunk, named as in the contract ``microloan``, and its truth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from data.synthetic import lending, records
from data.synthetic.chunks import Chunk
from data.synthetic.people import LANGUAGE_GROUPS, RESIDENCES, SEXES, People
from data.synthetic.records import Names
from data.synthetic.tables import DAY_SECONDS, numbered, timestamps, words
from data.synthetic.turns import Turn
from data.synthetic.wallet import mobile_money
from data.synthetic.world import in_drought

SOURCES = {
    "mobile_money": mobile_money,
    "phone_usage": records.phone_usage,
    "psychometrics": records.psychometrics,
    "observations": records.observations,
    "geography": records.geography,
}


def tables(chunk: Chunk) -> Iterator[tuple[str, pa.Table]]:
    """Name and rows of every table of ``chunk``, one after the other."""
    people, names = chunk.people, _names(chunk)
    persons = names[0].persons
    first = chunk.turns[0].streams
    yield "consents", records.consents(first, people, persons)
    yield "protected", records.protected(people, persons)
    yield "previous_loans", lending.previous_loans(first, chunk.closed, persons)
    named = list(zip(chunk.turns, names, strict=True))
    for name, rows_of in SOURCES.items():
        yield name, _together([rows_of(turn, people, own) for turn, own in named])
    requests = [lending.applications(turn, people, own) for turn, own in named]
    yield "applications", _together(requests).sort_by("application_id")
    yield "instalments", _together([lending.instalments(turn, own) for turn, own in named])
    yield "repayments", _together([lending.repayments(turn, own) for turn, own in named])


def truth_rows(chunk: Chunk) -> pa.Table:
    """What only the generator knows about each application."""
    named = zip(chunk.turns, _names(chunk), strict=True)
    rows = [_truth(turn, chunk.people, own) for turn, own in named]
    return _together(rows).sort_by("application_id")


def _truth(turn: Turn, people: People, names: Names) -> pa.Table:
    person, day = turn.requests.person, turn.requests.day
    return pa.table(
        {
            "application_id": names.applications,
            "applicant_id": names.persons.take(pa.array(person)),
            "applied_at": timestamps(day * DAY_SECONDS + turn.requests.second),
            "true_pd": turn.true_pd,
            "attainable_pd": turn.attainable_pd,
            "approval_probability": turn.approval_probability,
            "approved": turn.approved,
            "lent": turn.lent,
            "matured": turn.matured,
            "bad": turn.bad,
            "drought": in_drought(day, people.region[person]),
            "sex": words(SEXES, people.sex[person]),
            "language_group": words(LANGUAGE_GROUPS, people.language[person]),
            "residence": words(RESIDENCES, people.rural[person].astype(np.int64)),
        }
    )


def _names(chunk: Chunk) -> list[Names]:
    """Identifiers of persons and applications; applications are numbered by time."""
    persons = numbered("C", chunk.first + np.arange(len(chunk.people.region)))
    times = [t.requests.day * DAY_SECONDS + t.requests.second for t in chunk.turns]
    rank = np.argsort(np.argsort(np.concatenate(times), kind="stable"), kind="stable")
    ends = np.cumsum([len(t) for t in times])[:-1]
    return [Names(persons, numbered("A", chunk.first + own)) for own in np.split(rank, ends)]


def _together(parts: list[pa.Table]) -> pa.Table:
    """One table of the rows of all turns."""
    return pa.concat_tables(parts).combine_chunks()
