"""The points table of a scorecard, to print for a branch without connection."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from api.reports.document import Document, Grid, Section
from api.reports.writing import DASH, TO, Writing
from data.contract import Contract, Language
from scoring.calibration import probability
from scoring.scorecard import Bin, Characteristic, Scorecard

_STEPS = 12

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Points table",
        "how": "How to use it",
        "how_1": "Start with the base points. For each line find the answer, and add its points.",
        "how_2": "Look up the total below. More points mean less risk. A person decides; this "
        "table advises.",
        "base": "Base points",
        "answer": "Answer",
        "points": "Points",
        "loans": "Loans",
        "bad": "Repaid late",
        "total": "Total points",
        "of_100": "Of 100 people, about so many repay late",
        "missing": "not known",
        "below": "below {}",
        "from": "{} and over",
        "between": "{} to below {}",
        "price": "What it costs to use it instead of the model",
        "auc": "Ranking (AUC) of this table",
        "model": "Ranking (AUC) of the model",
        "difference": "Difference, paired",
        "foot": "Learned from the same loans as the model, and judged on the same later ones.",
    },
    "fr": {
        "title": "Table de points",
        "how": "Comment s'en servir",
        "how_1": "Partez des points de base. Pour chaque ligne, cherchez la réponse et ajoutez ses "
        "points.",
        "how_2": "Cherchez le total plus bas. Plus il y a de points, moins il y a de risque. "
        "C'est une personne qui décide ; cette table conseille.",
        "base": "Points de base",
        "answer": "Réponse",
        "points": "Points",
        "loans": "Prêts",
        "bad": "Remboursés en retard",
        "total": "Total des points",
        "of_100": "Sur 100 personnes, environ tant remboursent en retard",
        "missing": "inconnu",
        "below": "moins de {}",
        "from": "{} et plus",
        "between": "de {} à moins de {}",
        "price": "Ce que coûte son emploi à la place du modèle",
        "auc": "Classement (AUC) de cette table",
        "model": "Classement (AUC) du modèle",
        "difference": "Différence, appariée",
        "foot": "Apprise des mêmes prêts que le modèle, et jugée sur les mêmes prêts postérieurs.",
    },
    "sw": {
        "title": "Jedwali la alama",
        "how": "Jinsi ya kulitumia",
        "how_1": "Anza na alama za msingi. Kwa kila mstari tafuta jibu, kisha ongeza alama zake.",
        "how_2": "Tafuta jumla hapa chini. Alama nyingi ni hatari ndogo. Mtu ndiye anayeamua; "
        "jedwali hili hushauri tu.",
        "base": "Alama za msingi",
        "answer": "Jibu",
        "points": "Alama",
        "loans": "Mikopo",
        "bad": "Iliyochelewa",
        "total": "Jumla ya alama",
        "of_100": "Kati ya watu 100, takriban wangapi huchelewa kulipa",
        "missing": "haijulikani",
        "below": "chini ya {}",
        "from": "{} na zaidi",
        "between": "{} hadi chini ya {}",
        "price": "Gharama ya kulitumia badala ya modeli",
        "auc": "Upangaji (AUC) wa jedwali hili",
        "model": "Upangaji (AUC) wa modeli",
        "difference": "Tofauti, kwa jozi",
        "foot": "Limejifunza kutoka mikopo ileile na modeli, na kupimwa kwa mikopo ileile ya "
        "baadaye.",
    },
}


class Judged(NamedTuple):
    """Test metrics of the card, of the model beside it and their paired difference."""

    card: dict[str, Any]
    model: dict[str, Any] | None
    difference: dict[str, Any] | None


def document(contract: Contract, card: Scorecard, judged: Judged, language: Language) -> Document:
    """The table in one language: how to use it, the points, what a total means, its price."""
    w, writing = WORDS[language], _writing(language)
    grids = tuple(_grid(contract, one, language) for one in card.characteristics)
    sections = [
        Section(w["how"], (w["how_1"], w["how_2"]), ((w["base"], writing.number(card.base, 0)),)),
        Section(w["points"], grids=grids),
        Section(w["total"], grids=(_totals(card, w, writing),)),
        Section(w["price"], facts=_price(judged, w, writing)),
    ]
    title = contract.title.in_language(language)
    return Document(language, w["title"], title, sections, w["foot"])


def _grid(contract: Contract, one: Characteristic, language: Language) -> Grid:
    w, feature, writing = WORDS[language], contract.features[one.feature], _writing(language)
    names = [_name(contract, one, i, w, writing) for i in range(len(one.bins))]
    rows = tuple(
        (name, f"{b.points:+d}", writing.number(b.rows, 0), _share(b, writing))
        for name, b in zip(names, one.bins, strict=True)
    )
    unit = f" ({feature.unit})" if feature.unit else ""
    heads = (w["answer"], w["points"], w["loans"], w["bad"])
    return Grid(heads, rows, feature.title.in_language(language) + unit)


def _writing(language: Language) -> Writing:
    writing = Writing()
    writing.language = language
    return writing


def _share(one: Bin, writing: Writing) -> str:
    return writing.percent(one.bads / one.rows if one.rows else None)


def _name(
    contract: Contract, one: Characteristic, i: int, w: dict[str, str], writing: Writing
) -> str:
    this = one.bins[i]
    if this.missing:
        return w["missing"]
    if this.categories:
        known = contract.spec(one.feature).categories or ()
        return ", ".join(known[code] for code in this.categories)
    below = one.bins[i - 1].upper if i else None
    if below is None:
        return w["below"].format(_limit(this.upper, writing)) if this.upper is not None else DASH
    if this.upper is None:
        return w["from"].format(_limit(below, writing))
    return w["between"].format(_limit(below, writing), _limit(this.upper, writing))


def _limit(value: float, writing: Writing) -> str:
    """All digits of a limit, and no more."""
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    return writing.number(value, max(0, -int(exponent)))


def _totals(card: Scorecard, w: dict[str, str], writing: Writing) -> Grid:
    """What totals across the reachable range mean."""
    lowest = card.base + sum(min(b.points for b in c.bins) for c in card.characteristics)
    highest = card.base + sum(max(b.points for b in c.bins) for c in card.characteristics)
    totals = np.unique(np.linspace(lowest, highest, _STEPS).round(-1))
    pd = probability(card.calibration.log_odds(-totals))
    rows = tuple(
        (writing.number(t, 0), writing.number(100 * p, 0)) for t, p in zip(totals, pd, strict=True)
    )
    return Grid((w["total"], w["of_100"]), rows)


def _price(judged: Judged, w: dict[str, str], writing: Writing) -> tuple[tuple[str, str], ...]:
    told = [(w["auc"], _interval(judged.card["auc"], writing))]
    if judged.model is not None and judged.difference is not None:
        told += [(w["model"], _interval(judged.model["auc"], writing))]
        told += [(w["difference"], _interval(judged.difference, writing))]
    return tuple(told)


def _interval(estimate: dict[str, Any], writing: Writing) -> str:
    value, low, high = (writing.number(estimate[name], 3) for name in ("value", "low", "high"))
    return f"{value} ({low} {TO[writing.language]} {high})"
