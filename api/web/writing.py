"""How pages write numbers, money, shares and times: as the language's readers expect."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import (
    NumberFormatError,
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_symbol,
    parse_decimal,
)

from data.contract import Language

LOCALES: dict[Language, str] = {"en": "en_GB", "fr": "fr_FR", "sw": "sw_KE"}
_WHOLE = "#,##0"
_MONEY: dict[Language, str] = {
    "en": f"¤\u00a0{_WHOLE}",
    "fr": f"{_WHOLE}\u00a0¤",
    "sw": f"¤\u00a0{_WHOLE}",
}
_MINUS = str.maketrans("\u2212", "-")


@dataclass(frozen=True)
class Writing:
    """Writes for readers of ``language`` in ``timezone``; money is in ``currency`` (ISO 4217)."""

    language: Language
    currency: str
    timezone: str

    @property
    def locale(self) -> str:
        """Babel's name of the locale."""
        return LOCALES[self.language]

    def number(self, value: float, digits: int = 2) -> str:
        """A number with at most ``digits`` decimals."""
        return format_decimal(round(value, digits), format="#,##0.######", locale=self.locale)

    def signed(self, value: float, digits: int = 0) -> str:
        """A number that always shows its sign, whole without ``digits``."""
        sign = "+" if value > 0 else "\u2212" if value < 0 else ""
        return sign + self.number(abs(value), digits)

    def money(self, value: float) -> str:
        """An amount in the portfolio's currency, without cents where it is whole."""
        return format_currency(
            value,
            self.currency,
            locale=self.locale,
            format=_MONEY[self.language],
            currency_digits=not float(value).is_integer(),
        )

    def brief_money(self, value: float) -> str:
        """A large amount in few signs, such as KES 66.8M."""
        form = _MONEY[self.language].replace(_WHOLE, self.compact(value))
        return form.replace("¤", self.symbol)

    @property
    def symbol(self) -> str:
        """The currency, as it stands beside amounts."""
        return get_currency_symbol(self.currency, locale=self.locale)

    def compact(self, value: float) -> str:
        """A large number in few signs, such as 66.8M."""
        return format_compact_decimal(value, locale=self.locale, fraction_digits=1)

    def percent(self, share: float, digits: int = 0) -> str:
        """A share of one."""
        pattern = "#,##0." + "0" * digits if digits else "#,##0"
        suffix = "\u202f%" if self.language == "fr" else "%"
        return format_percent(share, format=pattern + suffix, locale=self.locale)

    def change(self, share: float, digits: int = 0) -> str:
        """A change as a share of one, which always shows its sign."""
        sign = "+" if share > 0 else "\u2212" if share < 0 else ""
        return sign + self.percent(abs(share), digits)

    def amount(self, value: float, unit: str | None) -> str:
        """A value in its unit: money if the unit is the currency."""
        return self.money(value) if unit == self.currency else self.number(value)

    def day(self, at: datetime) -> str:
        """The date, by the portfolio's clock."""
        return format_date(at.astimezone(ZoneInfo(self.timezone)), "long", locale=self.locale)

    def date_of(self, day: date | str) -> str:
        """A day of the calendar, short; a text is read as YYYY-MM-DD."""
        known = date.fromisoformat(day) if isinstance(day, str) else day
        return format_date(known, "medium", locale=self.locale)

    def day_of_year(self, day: date | str) -> str:
        """A day without its year, for axes; a text is read as YYYY-MM-DD."""
        known = date.fromisoformat(day) if isinstance(day, str) else day
        return format_date(known, "d MMM", locale=self.locale)

    def month(self, day: date) -> str:
        """A month of the calendar, short."""
        return format_date(day, "MMM y", locale=self.locale)

    def moment(self, at: datetime) -> str:
        """Date and time, by the portfolio's clock."""
        local = at.astimezone(ZoneInfo(self.timezone))
        day = format_date(local, "medium", locale=self.locale)
        return f"{day}, {format_time(local, 'short', tzinfo=local.tzinfo, locale=self.locale)}"

    def read_number(self, text: str) -> float | None:
        """The number that a person typed, with the language's or with plain signs; None if none."""
        bare = "".join(text.split()).translate(_MINUS)
        try:
            value = float(parse_decimal(bare, locale=self.locale, strict=True))
        except (NumberFormatError, InvalidOperation):
            try:
                value = float(Decimal(bare))
            except InvalidOperation:
                return None
        return value if abs(value) < float("inf") else None
