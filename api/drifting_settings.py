"""What the drift job is told: windows, tolerances fixed beforehand, and where alerts go."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.addresses import trustworthy
from drift.tolerances import Tolerances
from drift.window import Expected


class DriftSettings(BaseSettings):
    """Each field is set by the environment variable ``MICROSCORE_DRIFT_<FIELD>``."""

    model_config = SettingsConfigDict(env_prefix="MICROSCORE_DRIFT_", frozen=True, extra="ignore")

    days: int = Field(28, ge=1, le=366, description="Days of decisions in each daily check.")
    fresh_days: int = Field(
        7, ge=1, description="The newest application may be at most so many days old."
    )
    fewest_rows: int = Field(0, ge=0, description="Applications that a window must have at least.")
    most_rows: int = Field(
        2_000_000, ge=30, description="Applications that a window may have at most."
    )
    history: Path | None = Field(
        None,
        description="Files of applications from before decisions were made here, for the same "
        "season of the first year.",
    )
    most_auc_fall: float = Field(
        0.05, gt=0, lt=0.5, description="Fall of the expected AUC that pages when it is certain."
    )
    most_bad_rate: float = Field(
        1.25, gt=1, description="Ratio of the expected bad rate of the approved that pages."
    )
    most_applicants_bad_rate: float = Field(
        1.5, gt=1, description="Ratio of the expected bad rate of all applicants that pages."
    )
    most_loss: float = Field(
        1.25, gt=1, description="Ratio of the expected loss to the reference's that pages."
    )
    most_brier: float = Field(
        1.5, gt=1, description="Ratio of the expected Brier score to the reference's that pages."
    )
    most_outside: float = Field(
        0.1, gt=0, lt=1, description="Share outside the reference's support, above its own."
    )
    html: Literal["never", "alarms", "always"] = Field(
        "alarms", description="When the daily check also keeps Evidently's report for download."
    )
    webhook_url: str | None = Field(
        None, description="Where alerts are posted, https; default: nowhere."
    )
    webhook_secret: SecretStr | None = Field(
        None, description="Secret of 16 or more characters that alerts are signed with."
    )

    @field_validator("webhook_url")
    @classmethod
    def _safe(cls, value: str | None) -> str | None:
        if value is not None and not trustworthy(value):
            raise ValueError("must begin with https://")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 16:
            raise ValueError("must have 16 or more characters")
        return value

    @model_validator(mode="after")
    def _together(self) -> "DriftSettings":
        if (self.webhook_url is None) != (self.webhook_secret is None):
            raise ValueError("webhook_url and webhook_secret must be set together")
        return self

    @property
    def tolerances(self) -> Tolerances:
        """How much worse than the reference the estimated harm may be."""
        return Tolerances(
            auc=self.most_auc_fall,
            bad_rate=self.most_bad_rate,
            expected_loss=self.most_loss,
            brier=self.most_brier,
            applicants_bad_rate=self.most_applicants_bad_rate,
            outside_support=self.most_outside,
        )

    def expected(self, until: datetime) -> Expected:
        """What is expected of a window of stored decisions that ends at ``until``."""
        return Expected(
            rows=(self.fewest_rows, self.most_rows),
            until=until,
            fresh_within=timedelta(days=self.fresh_days),
        )
