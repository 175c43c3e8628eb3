"""How drift checks are printed for people: as their page tells them, in their language."""

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.output import out, table
from data.contract import Contract, Language

if TYPE_CHECKING:
    from api.reports.drift import DriftPage
    from drift.record import DriftCheck, Season, Seen

LanguageOption = Annotated[
    Language | None, typer.Option(help="Language of the text; default: MICROSCORE_LANGUAGE.")
]
MOST_SHOWN = 15


def asked_language(language: Language | None) -> Language:
    """The language that was asked for, or that of the settings."""
    from api.settings import Settings

    return language or Settings().language


def show_check(check: "DriftCheck", contract: Contract, asked: Language | None) -> None:
    """Print verdicts, what was found, estimated harm and the shift between populations."""
    from api.reports.drift import DriftPage

    page = DriftPage(check, contract, {}, asked_language(asked))
    _show_verdicts(page)
    _show_harm(page)
    _show_populations(page)


def _show_verdicts(page: "DriftPage") -> None:
    check, w = page.check, page.words
    days = _days(page, check.window)
    _say(page, f"[bold]{w[check.level]}[/] {check.model}, {days}, ", check.report.rows)
    season = check.season
    if season is None or not season.rows:
        out.print(w["no_season"], highlight=False, soft_wrap=True)
    else:
        _say(page, f"{w['season']}: {_days(page, season)}, ", season.rows)
    rows = [[number, name, w[verdict]] for number, name, verdict, _ in page.layers]
    out.print(table(w["layers"], ["", "", ""], rows))
    found = [
        [w[f.level], f"{f.layer}", page.told(f), page.number(f.severity)]
        for f in check.findings[:MOST_SHOWN]
    ]
    if found:
        heads = [w[name] for name in ("level", "layer", "what", "severity")]
        out.print(table(w["findings"], heads, found))


def _show_harm(page: "DriftPage") -> None:
    harm, w = page.check.harm, page.words
    if harm is None:
        return
    rows = [
        [
            w[m.measure],
            page.estimate(m),
            page.number(m.reference),
            page.worse(m) + (f" ({w['beyond']})" if m.passed else ""),
            page.number(m.tolerance),
        ]
        for m in harm.measures
    ]
    heads = [w[name] for name in ("measure", "estimate", "reference", "worse", "tolerance")]
    out.print(table(w["harm"], heads, rows))
    out.print(page.blind, highlight=False, soft_wrap=True)


def _show_populations(page: "DriftPage") -> None:
    w = page.words
    rows = [
        [
            w[s.first],
            w[s.second],
            f"{page.number(s.second_rows, 0)} / {page.number(s.first_rows, 0)}",
            page.number(s.score),
            ", ".join(f"{page.title(f.name)} {page.number(f.psi, 2)}" for f in s.features[:3]),
        ]
        for s in page.check.populations
    ]
    if rows:
        heads = [w["from"], w["to"], w["rows"], f"PSI: {w['score']}", f"PSI: {w['feature']}"]
        out.print(table(w["populations"], heads, rows))


def _days(page: "DriftPage", span: "Seen | Season") -> str:
    return f"{page.day(span.start)} \u2013 {page.day(span.end)}"


def _say(page: "DriftPage", text: str, applications: int) -> None:
    told = f"{text}{page.number(applications, 0)} {page.words['applications']}"
    out.print(told, highlight=False, soft_wrap=True)
