"""What is done to the champion besides replacing it: proposing a successor, suspending, resuming.

All of it stands with promotions and rollbacks in one history, and on the audit chain.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from data.errors import RegistryError
from data.sentences import Sentence, Words
from data.store import Store
from data.store.models import Action, AliasEvent, add_event, lock_alias, newest_event
from scoring.gates import GateResult
from scoring.registry import CHAMPION

PROPOSAL_LASTS = timedelta(days=7)
"""After this long a second person can no longer agree; the first has to propose again."""
SUSPENDED = Sentence(
    "suspended-already",
    Words(
        "the model is suspended already",
        "le modèle est déjà suspendu",
        "modeli imeshasimamishwa",
    ),
)
NOT_SUSPENDED = Sentence(
    "not-suspended",
    Words(
        "the model is not suspended",
        "le modèle n'est pas suspendu",
        "modeli haijasimamishwa",
    ),
)
NO_CHAMPION = Sentence(
    "no-champion-to-suspend",
    Words(
        "no version is champion yet, so none can be suspended",
        "aucune version n'est encore champion : il n'y a rien à suspendre",
        "hakuna toleo lililo bingwa bado, hivyo hakuna la kusimamisha",
    ),
)


def propose(
    store: Store,
    version: str,
    gates: Sequence[GateResult],
    actor: str,
    reason: str,
    now: datetime,
) -> None:
    """Keep that ``actor`` wants ``version`` (registered) to be champion. Raises StoreError."""
    plain = [gate.plain() for gate in gates]
    with store.write() as connection:
        before = lock_alias(connection, CHAMPION)
        event = AliasEvent(CHAMPION, "propose", before, version, actor, reason, plain, now)
        add_event(connection, event)


def proposal(store: Store, now: datetime) -> AliasEvent | None:
    """Who proposed which version, unless it is done, too old or another was proposed since.

    Raises StoreError.
    """
    newest = newest_event(store, CHAMPION, ("propose", "promote", "rollback"))
    if newest is None or newest.action != "propose" or newest.at < now - PROPOSAL_LASTS:
        return None
    return newest


def suspension(store: Store) -> AliasEvent | None:
    """Who suspended the model and why; None while it decides. One cheap query.

    Raises StoreError.
    """
    newest = newest_event(store, CHAMPION, ("suspend", "resume"))
    return newest if newest is not None and newest.action == "suspend" else None


def suspend(store: Store, actor: str, reason: str, now: datetime) -> str:
    """Let no model decide from now on, whichever is champion; return the champion.

    Running servers follow within two seconds: people decide (see ``scoring.service``). Raises
    RegistryError when there is no champion or it is suspended already, StoreError.
    """
    if suspension(store) is not None:
        raise RegistryError(SUSPENDED.of())
    return _note(store, "suspend", actor, reason, now)


def resume(store: Store, actor: str, reason: str, now: datetime) -> str:
    """Let the champion decide again; return it. Raises RegistryError when it does, StoreError."""
    if suspension(store) is None:
        raise RegistryError(NOT_SUSPENDED.of())
    return _note(store, "resume", actor, reason, now)


def _note(store: Store, action: Action, actor: str, reason: str, now: datetime) -> str:
    with store.write() as connection:
        version = lock_alias(connection, CHAMPION)
        if version is None:
            raise RegistryError(NO_CHAMPION.of())
        event = AliasEvent(CHAMPION, action, version, version, actor, reason, [], now)
        add_event(connection, event)
    return version
