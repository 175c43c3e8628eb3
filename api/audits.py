"""What the audit commands work with, and the server never: settings, and the protected store."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field

from api.drifting_settings import DriftSettings
from api.settings import Settings
from data.inbox import Inbox
from data.protected import ProtectedStore
from data.protected.records import TakenIn


class AuditSettings(Settings):
    """The settings of the audit's process; give ``protected_url`` to no server."""

    protected_url: str | None = Field(
        None,
        description="SQLAlchemy URL of the protected attributes, with the audit's own role; "
        "default: a SQLite file in the protected folder.",
    )
    audit_weeks: int = Field(
        13, ge=1, description="Weeks of decisions in each audit of the worker."
    )
    retrain_days: int | None = Field(
        None, ge=7, description="Age at which a champion is retrained; default: no calendar."
    )
    retrain_history: Path | None = Field(
        None, description="Labelled files that retraining learns from besides its own decisions."
    )
    probe_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/]+$",
        description="The server that the worker asks every five minutes whether it is ready, such "
        "as http://127.0.0.1:8000; default: availability is not measured.",
    )
    drift: DriftSettings = Field(default_factory=DriftSettings)

    @property
    def protected_folder(self) -> Path:
        """Where the keys of protected attributes are, and their SQLite file."""
        return self.home / "protected"

    @property
    def protected_database_url(self) -> str:
        """The URL of the store of protected attributes."""
        return self.protected_url or f"sqlite:///{self.protected_folder / 'protected.db'}"


@contextmanager
def open_protected(
    settings: AuditSettings | None = None,
) -> Iterator[tuple[ProtectedStore, TakenIn]]:
    """The store of protected attributes, with all that waited in the inbox; closed at the end.

    Raises StoreError, ProtectedError.
    """
    settings = settings or AuditSettings()
    store = ProtectedStore.open(settings.protected_database_url, settings.protected_folder)
    try:
        yield store, store.take_in(Inbox(settings.inbox_folder))
    finally:
        store.close()
