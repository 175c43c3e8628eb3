"""Versions of the model, and the aliases that say which one serves.

Bundles live in ``HOME/models/<version>/``; what is known of them, and every change of an alias,
stands in the store.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from data.errors import RegistryError
from data.sentences import Sentence, Words
from data.store import RowRefusedError, Store
from data.store.models import (
    AliasEvent,
    ModelVersion,
    add_version,
    alias_version,
    all_aliases,
    all_versions,
    events_of,
    find_version,
    lock_alias,
    move_alias,
)
from scoring.bundle import Bundle
from scoring.gates import CHAMPION_NEEDS, NOT_PASSED, GateResult, unmet
from scoring.loading import load_scorer
from scoring.scorer import Scorer
from scoring.sealing import MANIFEST, SealedBundle, copy_bundle, open_bundle
from scoring.signing import TrustedKeys

CHAMPION = "champion"
ALIASES = (CHAMPION, "challenger")
_SHORTEST_PREFIX = 4
NONE_BEFORE = Sentence(
    "no-version-before",
    Words(
        "no version was {alias} before",
        "aucune version n'était {alias} auparavant",
        "hakuna toleo lililokuwa {alias} hapo awali",
    ),
)
CHANGED_MEANWHILE = Sentence(
    "changed-meanwhile",
    Words(
        "{alias} was changed by someone else meanwhile; look again",
        "quelqu'un d'autre a changé {alias} entre-temps ; regardez de nouveau",
        "mtu mwingine amebadilisha {alias} wakati huo; angalia tena",
    ),
)


class Registry:
    """The registry of one home folder and its store.

    A *ref* is a version, a prefix of exactly one version, an alias or a bundle's folder. Every
    method may raise StoreError.
    """

    def __init__(self, store: Store, home: Path, trusted: TrustedKeys) -> None:
        self.home = home
        self.models_folder = home / "models"
        self.store = store
        self._trusted = trusted

    @property
    def keys_folder(self) -> Path:
        """Folder of the keys that bundles are trusted by."""
        return self._trusted.folder

    def register(
        self, sealed: SealedBundle, actor: str, note: str = "", at: datetime | None = None
    ) -> ModelVersion:
        """Enter a bundle of the models folder; a version that is known already stays as it is.

        ``at``: when (None: now).
        Raises BundleError when it cannot be verified, RegistryError when it lies elsewhere.
        """
        bundle, version = open_bundle(sealed.path, self._trusted)
        if sealed.path.resolve() != (self.models_folder / version).resolve():
            raise RegistryError(f"a bundle must lie in {self.models_folder / version}")
        manifest = (sealed.path / MANIFEST).read_bytes()
        entry = ModelVersion(
            version=version,
            contract=bundle.contract.contract,
            path=f"models/{version}",
            sha256=hashlib.sha256(manifest).hexdigest(),
            created_at=at or datetime.now(UTC),
            metrics=bundle.metrics,
            created_by=actor,
            note=note,
        )
        try:
            add_version(self.store, entry)
        except RowRefusedError:
            return self._registered(version)
        return entry

    def take_in(self, ref: str, actor: str) -> str:
        """The version of a ref; a bundle that lies elsewhere is copied here and registered first.

        Raises RegistryError, BundleError when it is not signed by a trusted key.
        """
        version, folder = self.resolve(ref)
        if find_version(self.store, version) is None:
            self.register(copy_bundle(SealedBundle(version, folder), self.models_folder), actor)
        return version

    def versions(self) -> list[ModelVersion]:
        """All registered versions, newest first."""
        return all_versions(self.store)

    def aliases(self) -> dict[str, str]:
        """Alias to version."""
        return all_aliases(self.store)

    def champion(self) -> str | None:
        """The version that serves, if there is one; one cheap query."""
        return alias_version(self.store, CHAMPION)

    def resolve(self, ref: str) -> tuple[str, Path]:
        """Version and folder of a ref.

        Raises RegistryError when it names none or several, BundleError for a bad folder.
        """
        if ref in ALIASES:
            version = alias_version(self.store, ref)
            if version is None:
                raise RegistryError(f"no version is {ref} yet; promote one")
            return version, self._folder(self._registered(version))
        if (Path(ref) / MANIFEST).is_file():
            return open_bundle(Path(ref), self._trusted)[1], Path(ref)
        found = find_version(self.store, ref) or self._by_prefix(ref)
        return found.version, self._folder(found)

    def open(self, ref: str) -> tuple[str, Bundle]:
        """Version and verified content of a ref. Raises RegistryError, BundleError."""
        bundle, version = open_bundle(self.resolve(ref)[1], self._trusted)
        return version, bundle

    def load(self, ref: str, threads: int = 1) -> Scorer:
        """A scorer of a ref, proved in a child process. Raises RegistryError, BundleError."""
        return load_scorer(self.resolve(ref)[1], self._trusted, threads)

    def promote(
        self,
        version: str,
        gates: Sequence[GateResult],
        actor: str,
        alias: str = CHAMPION,
        reason: str = "",
        at: datetime | None = None,
    ) -> None:
        """Let ``alias`` point to a registered version; change and event are one transaction.

        ``at``: when (None: now).
        A champion needs the ``gates`` of ``CHAMPION_NEEDS``. Raises RegistryError for a gate that
        failed or is missing or an unknown version or alias, BundleError when the bundle cannot
        be proved.
        """
        _known_alias(alias)
        against = unmet(gates, CHAMPION_NEEDS if alias == CHAMPION else ())
        if against:
            raise RegistryError(NOT_PASSED.of(version=version, against=against))
        self._prove(version)
        with self.store.write() as connection:
            event = AliasEvent(
                alias=alias,
                action="promote",
                from_version=lock_alias(connection, alias),
                to_version=version,
                actor=actor,
                reason=reason,
                gates=[gate.plain() for gate in gates],
                at=at or datetime.now(UTC),
            )
            move_alias(connection, event)

    def rollback(self, alias: str, actor: str, reason: str = "") -> str:
        """Point ``alias`` to the version before; return it. Twice goes back two versions.

        Raises RegistryError when there is none before, BundleError when it cannot be proved.
        """
        _known_alias(alias)
        with self.store.read() as connection:
            before = _version_before(events_of(connection, alias))
        if before is None:
            raise RegistryError(NONE_BEFORE.of(alias=alias))
        self._prove(before)
        with self.store.write() as connection:
            current = lock_alias(connection, alias)
            if _version_before(events_of(connection, alias)) != before:
                raise RegistryError(CHANGED_MEANWHILE.of(alias=alias))
            event = AliasEvent(
                alias=alias,
                action="rollback",
                from_version=current,
                to_version=before,
                actor=actor,
                reason=reason,
                gates=[],
                at=datetime.now(UTC),
            )
            move_alias(connection, event)
        return before

    def events(self, alias: str) -> list[AliasEvent]:
        """All changes of ``alias``, oldest first."""
        with self.store.read() as connection:
            return events_of(connection, alias)

    def _prove(self, version: str) -> None:
        scorer = load_scorer(self._folder(self._registered(version)), self._trusted)
        if scorer.version != version:
            raise RegistryError(f"the folder of {version} holds {scorer.version}")

    def _registered(self, version: str) -> ModelVersion:
        found = find_version(self.store, version)
        if found is None:
            raise RegistryError(_unknown(version))
        return found

    def _by_prefix(self, ref: str) -> ModelVersion:
        found = [v for v in all_versions(self.store) if v.version.startswith(ref)]
        if not found or len(ref) < _SHORTEST_PREFIX:
            raise RegistryError(_unknown(ref))
        if len(found) > 1:
            names = ", ".join(v.version for v in found[:5])
            raise RegistryError(f"'{ref}' names several versions: {names}")
        return found[0]

    def _folder(self, version: ModelVersion) -> Path:
        return self.home / version.path


def _unknown(ref: str) -> str:
    return f"no version is called '{ref}'; see microscore models list"


def _known_alias(alias: str) -> None:
    if alias not in ALIASES:
        raise RegistryError(f"an alias is one of {', '.join(ALIASES)}")


def _version_before(events: Sequence[AliasEvent]) -> str | None:
    """Undo the last promotion that no rollback has undone yet."""
    history: list[str] = []
    for event in events:
        if event.action == "rollback":
            history.pop()
        elif event.action == "promote" and (not history or history[-1] != event.to_version):
            history.append(event.to_version)
    return history[-2] if len(history) > 1 else None
