"""The server's settings, read from the environment once, here and nowhere else."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.addresses import trustworthy
from api.exploring_settings import QuotaSettings
from data.contract import Language
from data.errors import AccessError
from scoring.gates import MARGIN

Algorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
]
"""Signatures that a token may have: asymmetric ones alone."""


class OidcSettings(BaseSettings):
    """The identity provider whose tokens are accepted; ``MICROSCORE_OIDC_<FIELD>``."""

    model_config = SettingsConfigDict(env_prefix="MICROSCORE_OIDC_", frozen=True, extra="ignore")

    issuer: str | None = Field(
        None, description="The issuer, as its tokens name it; default: no token is accepted."
    )
    audience: str | None = Field(None, description="The audience that tokens for us name, alone.")
    algorithms: Annotated[tuple[Algorithm, ...], NoDecode] = Field(
        ("RS256", "ES256"), min_length=1, description="Signatures accepted, with commas."
    )
    jwks_url: str | None = Field(
        None, description="Where the keys are; default: where the discovery document says."
    )
    role_claim: str = Field("role", description="Claim with the role, or a dotted path to it.")
    branch_claim: str = Field("branch", description="Claim with the branch of an officer.")
    leeway_seconds: int = Field(30, ge=0, le=300, description="How far clocks may differ.")
    max_age_minutes: int = Field(120, ge=1, description="Oldest token accepted, by its iat.")
    client_id: str | None = Field(
        None, description="Our name at the issuer for signing in to the pages; default: no such."
    )
    client_secret: SecretStr | None = Field(
        None, description="The client's secret, where it has one; PKCE is used in any case."
    )
    redirect_url: str | None = Field(
        None, description="The address of /sign-in/oidc/callback as browsers reach it."
    )

    @field_validator("algorithms", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """Take a text with commas apart."""
        return tuple(v.strip() for v in value.split(",")) if isinstance(value, str) else value

    @field_validator("issuer", "jwks_url", "redirect_url")
    @classmethod
    def _safe(cls, value: str | None) -> str | None:
        if value is not None and not trustworthy(value):
            raise ValueError("must begin with https://")
        return value

    @model_validator(mode="after")
    def _together(self) -> "OidcSettings":
        if (self.issuer is None) != (self.audience is None):
            raise ValueError("issuer and audience must be set together")
        if (self.client_id is None) != (self.redirect_url is None):
            raise ValueError("client_id and redirect_url must be set together")
        if self.client_id is not None and self.issuer is None:
            raise ValueError("client_id needs an issuer")
        return self


class Settings(BaseSettings):
    """Each field is set by the environment variable ``MICROSCORE_<FIELD>``."""

    model_config = SettingsConfigDict(env_prefix="MICROSCORE_", frozen=True, extra="ignore")

    home: Path = Field(Path(".microscore"), description="Folder of database, models and keys.")
    store_url: str | None = Field(
        None, description="SQLAlchemy URL of the database; default: a SQLite file in the home."
    )
    language: Language = Field("en", description="Language of replies when none is asked for.")
    disk_floor_mb: int = Field(200, ge=0, description="Not ready with less free disk than this.")
    request_log: Literal["all", "problems"] = Field(
        "all",
        description="Requests with a line in the log: all, or those answered with 400 or more; "
        "/metrics counts all.",
    )
    drain_seconds: float = Field(
        5.0,
        ge=0,
        le=300,
        description="After SIGTERM, seconds of not being ready before the socket closes.",
    )
    vault_command: str | None = Field(
        None,
        description="Command that prints the vault key named by its last argument, 32 bytes in "
        "base64 (a KMS); default: files in the home.",
    )
    batch_threads: int = Field(1, ge=1, le=64, description="Batch requests scored at a time.")
    requests_per_minute: int = Field(
        60_000, ge=1, le=2 * 10**9, description="Requests of a key that sets no limit of its own."
    )
    scores_per_day: int = Field(
        1_000_000,
        ge=1,
        le=2 * 10**9,
        description="Scores a day (UTC) of a key that sets no budget of its own.",
    )
    failures_per_minute: int = Field(
        120, ge=1, description="Wrong keys and tokens from one address before it has to wait."
    )
    probing_variants: int = Field(
        10, ge=2, description="Different values of one applicant in 24 h that raise the alarm."
    )
    probing_stop: bool = Field(False, description="Refuse further variants after the alarm.")
    appeal_days: int = Field(
        30, ge=1, le=365, description="Days within which an appeal is answered (GDPR art. 12(3))."
    )
    oidc: OidcSettings = Field(default_factory=OidcSettings)
    quota: QuotaSettings = Field(default_factory=QuotaSettings)
    audit_profiles: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Jurisdiction profiles, with commas: a champion needs an audit under each, "
        "and the worker audits its decisions under each.",
    )
    audit_days: int = Field(30, ge=1, description="Oldest audit that lets a version be promoted.")
    promotion_margin: float = Field(
        MARGIN,
        ge=0,
        le=0.2,
        description="AUC that a challenger may lose on held-out loans and still be promoted.",
    )

    @field_validator("audit_profiles", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """Take a text with commas apart."""
        if not isinstance(value, str):
            return value
        return tuple(v.strip() for v in value.split(",") if v.strip())

    @property
    def audit_age(self) -> timedelta:
        """How old an audit may be that lets a version be promoted."""
        return timedelta(days=self.audit_days)

    @property
    def database_url(self) -> str:
        """The store's URL."""
        return self.store_url or f"sqlite:///{self.home / 'microscore.db'}"

    @property
    def keys_folder(self) -> Path:
        """Where the server's secrets are."""
        return self.home / "keys"

    @property
    def vault_folder(self) -> Path:
        """Where the keys are that what is personal is sealed with."""
        return self.keys_folder / "vault"

    @property
    def heads_folder(self) -> Path:
        """Where the signed heads of the audit chain are."""
        return self.home / "audit" / "heads"

    @property
    def inbox_folder(self) -> Path:
        """Where statements of protected attributes wait, sealed, for the audit's store."""
        return self.home / "protected_inbox"


def settings_error(error: ValidationError) -> AccessError | None:
    """The variable that is wrong and the rule, without its value; None for another error."""
    from api.drifting_settings import DriftSettings

    kinds = (Settings, OidcSettings, QuotaSettings, DriftSettings)
    prefixes = {kind.__name__: kind.model_config["env_prefix"] for kind in kinds}
    if error.title not in prefixes:
        return None
    first = error.errors(include_url=False, include_input=False)[0]
    name = str(first["loc"][0]).upper() if first["loc"] else "*"
    return AccessError(
        f"{prefixes[error.title]}{name}: {first['msg'].removeprefix('Value error, ')}"
    )
