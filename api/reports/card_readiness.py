"""Whether there was enough to learn from, in the words of a card's language."""

from collections.abc import Mapping
from typing import Any

from babel.numbers import format_decimal, format_percent

from api.reports.card_words import CardLanguage

NAMES: dict[CardLanguage, dict[str, str]] = {
    "en": {
        "matured": "Loans with an outcome",
        "outcomes": "Rarer outcome",
        "definition": "Definition",
        "people": "People",
        "time": "Time",
    },
    "fr": {
        "matured": "Prêts dont l'issue est connue",
        "outcomes": "Issue la plus rare",
        "definition": "Définition",
        "people": "Personnes",
        "time": "Durée",
    },
}
FINDINGS: dict[CardLanguage, dict[str, str]] = {
    "en": {
        "matured": "{count} of {rows} applications have an outcome ({needed} needed).",
        "outcomes_bad": "{count} bad loans ({needed} needed).",
        "outcomes_good": "{count} good loans ({needed} needed).",
        "definition": "{share} of the outcomes are bad.",
        "people": "{count} applicants ({needed} needed).",
        "time": "Applications span {days} days; a year shows every season.",
    },
    "fr": {
        "matured": "{count} demandes sur {rows} ont une issue connue (il en faut {needed}).",
        "outcomes_bad": "{count} prêts en défaut (il en faut {needed}).",
        "outcomes_good": "{count} prêts sans défaut (il en faut {needed}).",
        "definition": "{share} des issues sont des défauts.",
        "people": "{count} demandeurs (il en faut {needed}).",
        "time": "Les demandes couvrent {days} jours ; une année montre chaque saison.",
    },
}


def title(check: Mapping[str, Any], language: CardLanguage) -> str:
    """What a check of ``scoring.readiness`` is about."""
    name = str(check["name"])
    return NAMES[language].get(name, name)


def finding(check: Mapping[str, Any], language: CardLanguage) -> str:
    """What it found; as it was written down where the figures are not kept."""
    values = check.get("values") or {}
    kind = f"_{values['kind']}" if "kind" in values else ""
    text: str | None = FINDINGS[language].get(f"{check['name']}{kind}")
    if text is None or not values:
        return str(check["finding"])
    said: str = text.format(**{n: _written(n, v, language) for n, v in values.items()})
    return said


def _written(name: str, value: float | str, language: CardLanguage) -> str:
    if isinstance(value, str):
        return value
    if name == "share":
        return str(format_percent(value, format="#,##0.0 %", locale=language))
    return str(format_decimal(value, format="#,##0", locale=language))
