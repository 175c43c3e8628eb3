"""People who sign in at the pages, and their sessions, as the store holds them."""

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, select, update

from data.store.engine import Store
from data.store.ledger import Ledger
from data.store.tables_people import people, sessions

EVENT = "person"
"""Kind of the events on the audit chain that say who was given which rights."""


@dataclass(frozen=True, slots=True)
class Person:
    """One account. ``password``: argon2id, encoded; ``link``: digest of the one-time link.

    ``branch`` limits an officer to one branch; ``ended_at``: from when it opens nothing.
    """

    person_id: str
    login: str
    role: str
    branch: str | None
    language: str | None
    password: str | None
    link: str | None
    link_until: datetime | None
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in: ``digest`` of its secret id, whose it is and when it was last used."""

    digest: str
    person_id: str
    created_at: datetime
    seen_at: datetime


_PERSON = tuple(people.c[field.name] for field in fields(Person))
_SESSION = tuple(sessions.c[field.name] for field in fields(Session))


def add_person(store: Store, ledger: Ledger, person: Person, actor: str) -> None:
    """Store a new account and put its rights on the audit chain.

    Raises RowRefusedError when the login is taken, StoreError.
    """
    with store.write() as connection:
        connection.execute(insert(people), asdict(person))
        entry = {"actor": actor, "did": "added", "role": person.role, "branch": person.branch}
        ledger.record(connection, EVENT, person.person_id, entry)


def admit(store: Store, ledger: Ledger, person: Person, actor: str) -> Person | None:
    """The account of who signs in elsewhere, with the rights that ``person`` has now.

    Made at the first time; when rights change, all earlier sessions end and the chain tells of it.
    A login that somebody else has gets a part of the id. None when the account has ended. Raises
    StoreError.
    """
    with store.write() as connection:
        ledger.lock(connection)
        mine = people.c.person_id == person.person_id
        row = connection.execute(select(*_PERSON).where(mine)).one_or_none()
        rights = {"role": person.role, "branch": person.branch}
        if row is None:
            taken = select(people.c.person_id).where(people.c.login == person.login)
            if connection.execute(taken).first() is not None:
                login = f"{person.login[:56]}.{person.person_id[:7]}"
                person = replace(person, login=login)
            connection.execute(insert(people), asdict(person))
            told = {"actor": actor, "did": "added", **rights}
            ledger.record(connection, EVENT, person.person_id, told)
            return person
        known = Person(*row)
        if known.ended_at is not None:
            return None
        if (known.role, known.branch) != (person.role, person.branch):
            connection.execute(update(people).where(mine).values(**rights))
            connection.execute(delete(sessions).where(sessions.c.person_id == person.person_id))
            told = {"actor": actor, "did": "changed", **rights}
            ledger.record(connection, EVENT, person.person_id, told)
        return replace(known, role=person.role, branch=person.branch)


def find_person(store: Store, login: str) -> Person | None:
    """The account of this login, in force or not. Raises StoreError."""
    return _find(store, people.c.login == login)


def person_of_link(store: Store, link: str, now: datetime) -> Person | None:
    """The account in force that the digest ``link`` lets in at ``now``. Raises StoreError."""
    valid = (people.c.link_until > now) & people.c.ended_at.is_(None)
    return _find(store, (people.c.link == link) & valid)


def _find(store: Store, which: ColumnElement[bool]) -> Person | None:
    with store.read() as connection:
        row = connection.execute(select(*_PERSON).where(which)).one_or_none()
    return Person(*row) if row else None


def all_people(store: Store) -> list[Person]:
    """All accounts by login. Raises StoreError."""
    with store.read() as connection:
        query = select(*_PERSON).order_by(people.c.login)
        return [Person(*row) for row in connection.execute(query)]


def set_password(store: Store, ledger: Ledger, person_id: str, password: str, actor: str) -> None:
    """Keep a new password, use up the link and end all sessions. Raises StoreError."""
    with store.write() as connection:
        change = update(people).where(people.c.person_id == person_id)
        connection.execute(change.values(password=password, link=None, link_until=None))
        connection.execute(delete(sessions).where(sessions.c.person_id == person_id))
        ledger.record(connection, EVENT, person_id, {"actor": actor, "did": "set the password"})


def renew_hash(store: Store, person_id: str, before: str, password: str) -> None:
    """Put the same password, hashed with today's cost, in the place of ``before``."""
    same = (people.c.person_id == person_id) & (people.c.password == before)
    with store.write() as connection:
        connection.execute(update(people).where(same).values(password=password))


def set_link(
    store: Store, ledger: Ledger, person_id: str, link: str, until: datetime, actor: str
) -> None:
    """Let the digest ``link`` choose a new password until then. Raises StoreError."""
    with store.write() as connection:
        change = update(people).where(people.c.person_id == person_id)
        connection.execute(change.values(link=link, link_until=until))
        ledger.record(connection, EVENT, person_id, {"actor": actor, "did": "made a link"})


def set_language(store: Store, person_id: str, language: str) -> None:
    """Keep the language that the person chose. Raises StoreError."""
    with store.write() as connection:
        change = update(people).where(people.c.person_id == person_id)
        connection.execute(change.values(language=language))


def end_person(store: Store, ledger: Ledger, person_id: str, at: datetime, actor: str) -> None:
    """Close the account and all its sessions; the row stays. Raises StoreError."""
    with store.write() as connection:
        change = update(people).where(people.c.person_id == person_id)
        connection.execute(change.values(ended_at=at, link=None, link_until=None))
        connection.execute(delete(sessions).where(sessions.c.person_id == person_id))
        ledger.record(connection, EVENT, person_id, {"actor": actor, "did": "ended"})


def begin_session(store: Store, session: Session, before: str | None, oldest: datetime) -> None:
    """Store a session in the place of ``before`` (a digest); drop all not seen since ``oldest``.

    Raises StoreError.
    """
    gone = sessions.c.seen_at < oldest
    if before is not None:
        gone |= sessions.c.digest == before
    with store.write() as connection:
        connection.execute(delete(sessions).where(gone))
        connection.execute(insert(sessions), asdict(session))


def find_session(
    store: Store, digest: str, now: datetime, idle: timedelta, longest: timedelta
) -> tuple[Person, Session] | None:
    """Whose session this is at ``now``, unless it or its account has ended. Raises StoreError."""
    query = (
        select(*_PERSON, *_SESSION)
        .join(sessions, sessions.c.person_id == people.c.person_id)
        .where(
            sessions.c.digest == digest,
            sessions.c.seen_at > now - idle,
            sessions.c.created_at > now - longest,
            people.c.ended_at.is_(None),
        )
    )
    with store.read() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Person(*row[: len(_PERSON)]), Session(*row[len(_PERSON) :])


def touch_session(store: Store, digest: str, at: datetime) -> None:
    """Note that a session was used. Raises StoreError."""
    with store.write() as connection:
        here = sessions.c.digest == digest
        connection.execute(update(sessions).where(here).values(seen_at=at))


def end_session(store: Store, digest: str) -> None:
    """End one session. Raises StoreError."""
    with store.write() as connection:
        connection.execute(delete(sessions).where(sessions.c.digest == digest))


def end_sessions(store: Store, person_id: str) -> int:
    """End all sessions of a person; return how many there were. Raises StoreError."""
    with store.write() as connection:
        gone = delete(sessions).where(sessions.c.person_id == person_id)
        return connection.execute(gone).rowcount
