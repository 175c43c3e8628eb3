"""The settings of the random-approval quota; off unless a share is set."""

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class QuotaSettings(BaseSettings):
    """Each field is set by the environment variable ``MICROSCORE_QUOTA_<FIELD>``."""

    model_config = SettingsConfigDict(env_prefix="MICROSCORE_QUOTA_", frozen=True, extra="ignore")

    share: float = Field(
        0.0,
        ge=0,
        le=0.05,
        description="Share of those declined next to the cut-off whom chance recommends for a "
        "loan, 0.01 to 0.05; 0: nobody.",
    )
    width: float = Field(
        0.5, gt=0, le=2, description="Log-odds above the cut-off that count as next to it."
    )
    loans: int = Field(20, ge=0, description="Loans a month that chance recommends at most.")
    money: float = Field(
        0.0, ge=0, description="Money a month, in the contract's currency, at most; must be set."
    )

    @model_validator(mode="after")
    def _whole(self) -> "QuotaSettings":
        if self.share and self.share < 0.01:
            raise ValueError("share must be 0, or 0.01 to 0.05")
        if self.share and not self.money:
            raise ValueError("money must be set together with share")
        return self
