"""How drift checks are printed for people, in their language."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.output import out, table
from data.contract import Contract, Language

if TYPE_CHECKING:
    from drift.harm import HarmMeasure
    from drift.record import DriftCheck

LanguageOption = Annotated[
    Language | None, typer.Option(help="Language of the text; default: MICROSCORE_LANGUAGE.")
]
MOST_SHOWN = 15


def asked_language(language: Language | None) -> Language:
    """The language that was asked for, or that of the settings."""
    from api.settings import Settings

    return language or Settings().language


def titles(contract: Contract, language: Language) -> Mapping[str, str]:
    """Feature to its title."""
    return {name: f.title.in_language(language) for name, f in contract.features.items()}


def show_check(check: "DriftCheck", contract: Contract, asked: Language | None) -> None:
    """Print verdicts, what was found, estimated harm and the shift between populations."""
    from api.drifting_words import BLIND, LAYER_NAMES, told

    language = asked_language(asked)
    known = titles(contract, language)
    window, season = check.window, check.season
    head = f"{check.model}, {window.start}..{window.end}, {check.report.rows} applications"
    out.print(f"[bold]{check.level}[/] {head}", highlight=False, soft_wrap=True)
    same = f"same season {season.start}..{season.end}" if season else "no season"
    few = "" if season is None or season.rows else " (too few decisions then)"
    rows = [[n, getattr(LAYER_NAMES[n], language), v] for n, v in check.layers.items()]
    out.print(table(f"Layers; reference: the model's own, {same}{few}", ["", "", ""], rows))
    found = [
        [f.level, f"{f.layer}", told(f, language, known), f"{f.severity:.3f}"]
        for f in check.findings[:MOST_SHOWN]
    ]
    if found:
        out.print(table("Found", ["level", "layer", "what", "severity"], found))
    if check.harm is not None:
        columns = ["measure", "estimate", "reference", "worse by", "tolerance"]
        out.print(table("Estimated harm", columns, [_harm(m) for m in check.harm.measures]))
        out.print(getattr(BLIND, language), highlight=False, soft_wrap=True)
    shifts = [
        [s.first, s.second, f"{s.second_rows} of {s.first_rows}",
         "" if s.score is None else f"{s.score:.3f}",
         ", ".join(f"{known.get(f.name, f.name)} {f.psi:.2f}" for f in s.features[:3])]
        for s in check.populations
    ]  # fmt: skip
    if shifts:
        heads = ["from", "to", "rows", "PSI of the score", "PSI of features"]
        out.print(table("Populations", heads, shifts))


def _harm(m: "HarmMeasure") -> list[str]:
    mark = " (beyond)" if m.passed else ""
    return [
        m.measure.replace("_", " "),
        f"{m.value:.3f} ({m.low:.3f} to {m.high:.3f})",
        f"{m.reference:.3f}",
        f"{m.worse:.3f} ({m.worse_low:.3f} to {m.worse_high:.3f}){mark}",
        f"{m.tolerance:.3g}",
    ]
