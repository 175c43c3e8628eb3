"""Consents that people withdrew: no score uses such a source, whatever its request says.

The stored word is a veto and nothing more: where it says yes, the request still has to.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, NotRequired

import orjson
from pydantic import ConfigDict, Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from api.problem_rules import NO_SCORE
from api.problems import BrokenRule, Problem
from api.request_schema import strict_record
from api.shared_looks import SharedLooks
from api.store_reader import StoreReader
from data.contract import Contract
from data.errors import StoreError
from data.store import Store
from data.store.consents import Purpose, QuickConsents, withdrawn
from data.vault import Vault
from scoring.service import Application, MaskStatus


@with_config(ConfigDict(extra="forbid"))
class Word(TypedDict):
    """Whether the person agrees to one purpose."""

    scoring: Annotated[bool, Field(strict=True, description="Use in a score.")]


def consent_adapter(contract: Contract) -> TypeAdapter[dict[str, dict[Purpose, bool]]]:
    """The strict checker of ``{source: {purpose: granted}}``; any source may be left out."""
    return TypeAdapter(
        strict_record(
            "StatedConsents",
            {
                name: NotRequired[
                    Annotated[Word, Field(title=source.title.en, description=source.purpose.en)]
                ]
                for name, source in contract.sources.items()
                if name in contract.on_consent
            },
        )
    )


class Consents:
    """Masks what people have withdrawn; call it from the event loop only.

    Every look begins after the request came, so a withdrawal that was answered before, by
    whichever process, is heeded. With ``quick`` it is made at once, on the event loop, and serves
    all that run in the same turn of the loop: they came before it.
    """

    def __init__(
        self, vault: Vault, reader: StoreReader, quick: QuickConsents | None = None
    ) -> None:
        self._vault, self._reader, self._quick = vault, reader, quick
        self._looks = SharedLooks(self._ask)
        self._looked = False

    async def heed_one(self, contract: Contract, application: Application) -> Application:
        """``application`` without what the person has withdrawn.

        Raises Problem 422 when the contract gives no score without it, StoreError.
        """
        if not _may_change(contract, application):
            return application
        said_no = await self._withdrawn(self._person(application))
        return _without(contract, application, said_no, "") if said_no else application

    async def heed(
        self, contract: Contract, applications: Sequence[Application]
    ) -> list[Application]:
        """All of ``applications`` without what is withdrawn, by one look. Raises as above."""
        people = [self._person(a) if _may_change(contract, a) else None for a in applications]
        said_no = await self._ask(tuple({person for person in people if person is not None}))
        return [
            _without(contract, application, said_no[person], f"applications.{i}.")
            if person is not None and said_no[person]
            else application
            for i, (application, person) in enumerate(zip(applications, people, strict=True))
        ]

    def close(self) -> None:
        """Let the connection of the quick look go."""
        if self._quick is not None:
            self._quick.close()

    def _person(self, application: Application) -> str:
        return self._vault.pseudonym("applicant", application.applicant_id)

    async def _withdrawn(self, person: str) -> frozenset[str]:
        if self._quick is not None:
            try:
                self._look(self._quick)
                return self._quick.withdrawn(person)
            except StoreError:  # it does not wait for a lock; a thread does
                pass
        return await self._looks.find(person)

    def _look(self, quick: QuickConsents) -> None:
        if not self._looked:
            quick.look()
            self._looked = True
            asyncio.get_running_loop().call_soon(self._turn_is_over)

    def _turn_is_over(self) -> None:
        self._looked = False

    async def _ask(self, people: tuple[str, ...]) -> dict[str, frozenset[str]]:
        if not people:
            return {}
        return await self._reader.ask(partial(_look, people=people))


def _look(store: Store, people: tuple[str, ...]) -> dict[str, frozenset[str]]:
    return withdrawn(store, people)


def _may_change(contract: Contract, application: Application) -> bool:
    """Whether a source that needs consent is not masked for the want of it already."""
    masked = application.masked
    return any(masked.get(source) != "no_consent" for source in contract.on_consent)


def _without(
    contract: Contract, application: Application, said_no: frozenset[str], at: str
) -> Application:
    """``application`` with the sources ``said_no`` masked, and out of the stored request."""
    refused = said_no & contract.on_consent
    if needed := sorted(source for source in refused if contract.sources[source].required):
        errors = [BrokenRule(f"{at}consents.{s}", NO_SCORE.of()) for s in needed]
        raise Problem("invalid-application", errors=errors)
    gone = {name for source in refused for name in contract.inputs_by_source[source]}
    masked: dict[str, MaskStatus] = {}
    for source, names in contract.inputs_by_source.items():
        if names and source in refused:
            masked[source] = "no_consent"
        elif source in application.masked:
            masked[source] = application.masked[source]
    return replace(
        application,
        values={n: v for n, v in application.values.items() if n not in gone},
        masked=masked,
        request=_asked(application.request, refused),
    )


def _asked(request: bytes, refused: frozenset[str]) -> bytes:
    """The stored request as the person allows it: read in again, it gives the same."""
    asked: dict[str, Any] = orjson.loads(request)
    asked["sources"] = {s: v for s, v in asked["sources"].items() if s not in refused}
    asked["consents"] |= dict.fromkeys(sorted(refused), False)
    return orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)
