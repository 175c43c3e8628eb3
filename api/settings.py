"""The server's settings, read from the environment once, here and nowhere else."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from data.contract import Language


class Settings(BaseSettings):
    """Each field is set by the environment variable ``MICROSCORE_<FIELD>``."""

    model_config = SettingsConfigDict(env_prefix="MICROSCORE_", frozen=True, extra="ignore")

    home: Path = Field(Path(".microscore"), description="Folder of database, models and keys.")
    store_url: str | None = Field(
        None, description="SQLAlchemy URL of the database; default: a SQLite file in the home."
    )
    language: Language = Field("en", description="Language of replies when none is asked for.")
    disk_floor_mb: int = Field(200, ge=0, description="Not ready with less free disk than this.")
    batch_threads: int = Field(1, ge=1, le=64, description="Batch requests scored at a time.")

    @property
    def database_url(self) -> str:
        """The store's URL."""
        return self.store_url or f"sqlite:///{self.home / 'microscore.db'}"

    @property
    def keys_folder(self) -> Path:
        """Where the server's secrets are."""
        return self.home / "keys"

    @property
    def inbox_folder(self) -> Path:
        """Where statements of protected attributes wait, sealed, for the audit's store."""
        return self.home / "protected_inbox"
