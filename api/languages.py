"""Which language a reply speaks."""

from typing import Annotated

from fastapi import Depends, Query
from starlette.requests import Request

from api.headers import header
from data.contract import LANGUAGES, Language


def preferred(accept_language: str, default: Language) -> Language:
    """The language of ours that an Accept-Language header (RFC 9110) likes best."""
    if not accept_language:
        return default
    ranked: list[tuple[float, int, Language]] = []
    for position, part in enumerate(accept_language.split(",")[:20]):
        tag, _, weight = part.strip().partition(";q=")
        primary = tag.partition("-")[0].lower()
        if primary in LANGUAGES and (quality := _quality(weight)) > 0:
            ranked.append((-quality, position, primary))
    return min(ranked)[2] if ranked else default


def _quality(weight: str) -> float:
    try:
        return float(weight) if weight else 1.0
    except ValueError:
        return 0.0


async def _asked(
    request: Request,
    lang: Annotated[Language | None, Query(description="Stronger than Accept-Language.")] = None,
) -> Language:
    default: Language = request.app.state.service.settings.language
    return lang or preferred(header(request.scope, b"accept-language"), default)


AskedLanguage = Annotated[Language, Depends(_asked)]
"""The language of ``?lang=``, else of Accept-Language, else of the settings."""
