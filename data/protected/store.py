"""The store of protected attributes: written by imports and the inbox, read by audits alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy import Connection, delete, insert, select

from data.contract import Contract
from data.errors import ProtectedError
from data.inbox import Inbox, unseal
from data.protected.database import Database
from data.protected.grants import secure
from data.protected.keys import ProtectedKeys
from data.protected.records import Access, TakenIn, access_row, upsert
from data.protected.tables import access_log, fingerprints, statements
from data.statements import Stated, Statement, stated_values, statement_adapter

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_GROUP = 5_000
"""People to write or ask for at a time."""


class ProtectedStore:
    """The protected attributes of people under pseudonyms, encrypted. Threads may share it."""

    def __init__(self, database: Database, keys: ProtectedKeys) -> None:
        self._database, self._keys = database, keys

    @classmethod
    def open(cls, url: str, keys_folder: Path) -> ProtectedStore:
        """Open ``sqlite:///PATH`` or ``postgresql://...``; tables and keys are made on first use.

        Raises StoreError when the database cannot answer, ProtectedError when the keys are
        readable for others or are not those that the stored values were written with.
        """
        store = cls(Database(url), ProtectedKeys.load_or_create(keys_folder))
        try:
            store._database.migrate()
            store._check_keys(keys_folder)
        except BaseException:
            store.close()
            raise
        return store

    def put(
        self,
        contract: Contract,
        applicant_id: str,
        values: Mapping[str, Any],
        actor: str,
        at: datetime,
    ) -> None:
        """Keep what a person states: attribute of ``contract`` to raw value, or None.

        Raises ProtectedError naming each attribute whose value the contract does not allow,
        StoreError.
        """
        try:
            checked = statement_adapter(contract).validate_python(dict(values))
        except ValidationError as error:
            known = [str(e["loc"][0]) for e in error.errors() if e["loc"][0] in contract.protected]
            names = ", ".join(dict.fromkeys(known)) or "an attribute"
            rule = "not as the contract's protected attributes say"
            raise ProtectedError(f"{names}: {rule}") from None
        stated = stated_values(contract, checked)
        self.keep(
            [
                Statement(
                    applicant_id=applicant_id,
                    stated=stated,
                    source="self_declared",
                    actor=actor,
                    at=at,
                )
            ]
        )

    def import_tables(
        self, contract: Contract, tables: Mapping[str, pa.Table], actor: str, at: datetime
    ) -> int:
        """Keep the protected columns of checked ``tables``; return the number of people.

        Raises DataFileError when a person cannot be told from the keys, StoreError.
        """
        from data.protected.files import imported_statements

        found = imported_statements(contract, tables, actor, at)
        self.keep(found)
        return len(found)

    def keep(self, given: Iterable[Statement]) -> None:
        """Keep all of ``given``, or none, in one transaction. Raises StoreError.

        The later statement stands, but an import never replaces what a person declared.
        """
        rows = (row for statement in given for row in self._rows(statement))
        with self._database.write() as connection:
            while group := list(islice(rows, _GROUP)):
                connection.execute(upsert(connection), group)

    def take_in(self, inbox: Inbox) -> TakenIn:
        """Move what the server has sealed into the store; give the inbox its key on first use.

        Each file is deleted after its statement is durable. Raises StoreError.
        """
        inbox.publish(self._keys.inbox_key.public_key())
        files = inbox.files()
        opened = {path: unseal(path.read_bytes(), self._keys.inbox_key) for path in files}
        now = datetime.now(UTC)
        self.keep(s.model_copy(update={"at": min(s.at, now)}) for s in opened.values() if s)
        taken = [path for path, statement in opened.items() if statement]
        for path in taken:
            path.unlink()
        return TakenIn(len(taken), len(files) - len(taken))

    def erase(self, applicant_id: str, actor: str, at: datetime) -> int:
        """Delete all that is kept of a person; return the number of attributes. Raises StoreError.

        What still waits in the inbox is not touched: take it in first.
        """
        person = statements.c.pseudonym == self._keys.pseudonym(applicant_id)
        with self._database.write() as connection:
            connection.execute(insert(access_log), access_row(at, actor, "erasure", 1))
            return connection.execute(delete(statements).where(person)).rowcount

    def read_groups(
        self,
        contract: Contract,
        applicant_ids: Sequence[str | None],
        as_of: pd.Series[pd.Timestamp] | None,
        *,
        purpose: str,
        actor: str,
    ) -> pd.DataFrame:
        """Group names (text) by protected attribute, a row for each of ``applicant_ids``.

        As ``data.features.protected.protected_groups`` names them: "not stated" where nothing is
        known, "other" for a code that the contract does not name. ``as_of`` has one time for each
        id. The access is logged, durably, before anything is read. Raises ProtectedError without
        a purpose and an actor, StoreError.
        """
        from data.protected.groups import group_frame

        stated = self.read_stated(applicant_ids, tuple(contract.protected), purpose, actor)
        return group_frame(contract, stated, as_of)

    def read_stated(
        self,
        applicant_ids: Sequence[str | None],
        attributes: Sequence[str] | None,
        purpose: str,
        actor: str,
    ) -> list[dict[str, Stated]]:
        """What is known of each of ``applicant_ids``, in their order; nothing else reads values.

        ``attributes`` None: all, also such as no contract names any more.
        Raises ProtectedError without a purpose and an actor, StoreError.
        """
        if not purpose.strip() or not actor.strip():
            raise ProtectedError("protected attributes are only read by somebody for a purpose")
        people = list(dict.fromkeys(a for a in applicant_ids if a is not None))
        with self._database.write() as connection:
            at = datetime.now(UTC)
            connection.execute(insert(access_log), access_row(at, actor, purpose, len(people)))
        known: dict[str, dict[str, Stated]] = {}
        with self._database.read() as connection:
            for start in range(0, len(people), _GROUP):
                group = people[start : start + _GROUP]
                known |= self._find(connection, group, attributes)
        return [known.get(a, {}) if a is not None else {} for a in applicant_ids]

    def accesses(self) -> list[Access]:
        """All accesses, oldest first. Raises StoreError."""
        columns = (access_log.c[name] for name in ("at", "actor", "purpose", "people"))
        with self._database.read() as connection:
            rows = connection.execute(select(*columns).order_by(access_log.c.id))
            return [Access(*row) for row in rows]

    def secure(self, scoring_role: str, audit_role: str) -> None:
        """Let ``audit_role`` in and shut ``scoring_role`` out, on PostgreSQL; see ``grants``."""
        with self._database.write() as connection:
            secure(connection, scoring_role, audit_role)

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def _check_keys(self, folder: Path) -> None:
        fingerprint = self._keys.fingerprint
        with self._database.read() as connection:
            found = connection.execute(select(fingerprints.c.fingerprint)).scalars().all()
        if not found:
            with self._database.write() as connection:
                connection.execute(insert(fingerprints), {"fingerprint": fingerprint})
        elif list(found) != [fingerprint]:
            raise ProtectedError(
                f"{folder}: pseudonym.key and data.key are not those of this store; "
                "restore them from a backup"
            )

    def _rows(self, statement: Statement) -> Iterator[dict[str, Any]]:
        pseudonym = self._keys.pseudonym(statement.applicant_id)
        for attribute, stated in statement.stated.items():
            yield {
                "pseudonym": pseudonym,
                "attribute": attribute,
                "value": self._keys.encrypt(stated, pseudonym, attribute),
                "recorded_at": statement.at,
                "source": statement.source,
                "actor": statement.actor,
            }

    def _find(
        self, connection: Connection, people: Sequence[str], attributes: Sequence[str] | None
    ) -> dict[str, dict[str, Stated]]:
        by_pseudonym = {self._keys.pseudonym(person): person for person in people}
        query = select(statements.c.pseudonym, statements.c.attribute, statements.c.value).where(
            statements.c.pseudonym.in_(by_pseudonym)
        )
        if attributes is not None:
            query = query.where(statements.c.attribute.in_(attributes))
        known: dict[str, dict[str, Stated]] = {}
        parse = cache(Stated.model_validate_json)  # many people state the same
        for pseudonym, attribute, value in connection.execute(query):
            stated = parse(self._keys.decrypt(value, pseudonym, attribute))
            known.setdefault(by_pseudonym[pseudonym], {})[attribute] = stated
        return known
