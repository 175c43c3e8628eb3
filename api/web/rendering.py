"""From a template to a reply: everything escaped, nothing undefined, no script or style inline."""

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.web import assets
from api.web.translations import words_of
from data.contract import Language

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
}
"""Of every page. Forms need the referrer policy: under a stricter one they say no Origin."""
LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "fr": "Français", "sw": "Kiswahili"}


@cache
def _sources() -> dict[str, str]:
    folder = files("api.web") / "templates"
    found = {}
    for entry in folder.iterdir():
        inside = entry.iterdir() if entry.is_dir() else [entry]
        for file in inside:
            name = f"{entry.name}/{file.name}" if entry.is_dir() else file.name
            found[name] = file.read_text("utf-8")
    return found


@cache
def environment(language: Language) -> Environment:
    """The templates in ``language``."""
    made = Environment(
        loader=DictLoader(_sources()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.do", "jinja2.ext.i18n"],
    )
    words = words_of(language)
    made.policies["ext.i18n.trimmed"] = True
    install: Any = made.globals  # set what the extension's installer would, with contexts
    made.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext, words.ngettext, newstyle=True, pgettext=words.pgettext
    )
    install.update(
        asset=assets.address,
        language=language,
        language_names=LANGUAGE_NAMES,
        named=words.named,
        said=lambda text: text.in_language(language),
    )
    return made


def rendered(
    request: Request, language: Language, template: str, status: int, context: dict[str, Any]
) -> Response:
    """The page that ``template`` makes of ``context``."""
    html = environment(language).get_template(template).render(context)
    response = HTMLResponse(html, status, HEADERS | {"content-language": language})
    return assets.packed(request, response)
