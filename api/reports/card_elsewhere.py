"""Where a model's probabilities hold: by product, month and branch, and in places never seen."""

from collections.abc import Mapping
from typing import Any, Protocol

from api.reports.card_words import CardLanguage
from api.reports.document import Grid, Section
from api.reports.writing import DASH

ELSEWHERE: dict[CardLanguage, dict[str, str]] = {
    "en": {
        "title": "Where it holds",
        "kind": "Calibration",
        "identity": "none was needed",
        "logistic": "a line (Platt)",
        "beta": "beta",
        "isotonic": "isotonic",
        "crossed": "The finished trees also learned from the loans they are calibrated on; the "
        "probabilities come from fits that had not seen the loan.",
        "product": "By product",
        "vintage": "By month of application",
        "branch": "By branch",
        "others": "others, too few each",
        "segment": "Loans judged",
        "rows": "Loans",
        "predicted": "Predicted",
        "observed": "Observed",
        "ratio": "Observed over predicted",
        "elsewhere": "On applications unlike those learned from (refits, before calibration)",
        "random": "Other applicants",
        "out_of_time": "Later applications",
        "out_of_branch": "Branches never seen",
        "auc": "AUC",
        "less_random": "AUC less that on other applicants",
        "slope": "Calibration slope",
    },
    "fr": {
        "title": "Où il tient",
        "kind": "Calibrage",
        "identity": "aucun n'a été nécessaire",
        "logistic": "une droite (Platt)",
        "beta": "bêta",
        "isotonic": "isotone",
        "crossed": "Les arbres finis ont aussi appris des prêts sur lesquels on les calibre ; les "
        "probabilités viennent d'ajustements qui n'avaient pas vu le prêt.",
        "product": "Par produit",
        "vintage": "Par mois de demande",
        "branch": "Par agence",
        "others": "autres, trop peu chacun",
        "segment": "Prêts jugés",
        "rows": "Prêts",
        "predicted": "Prévu",
        "observed": "Observé",
        "ratio": "Observé sur prévu",
        "elsewhere": "Sur des demandes différentes de celles apprises (réajusté, avant calibrage)",
        "random": "Autres demandeurs",
        "out_of_time": "Demandes postérieures",
        "out_of_branch": "Agences jamais vues",
        "auc": "AUC",
        "less_random": "AUC moins celle sur d'autres demandeurs",
        "slope": "Pente de calibrage",
    },
}
_ESTIMATE = Mapping[str, float | None]


class Writer(Protocol):
    """What writes numbers as a language does."""

    @property
    def language(self) -> CardLanguage:
        """The language of the card."""

    def number(self, value: float | None, digits: int = 3) -> str:
        """A number."""

    def share(self, value: float | None) -> str:
        """A share in percent."""

    def span(self, estimate: _ESTIMATE, *, share: bool = False) -> str:
        """A value and its interval."""


def section(writer: Writer, kind: str, crossed: bool, told: Mapping[str, Any]) -> Section:
    """The section: ``kind`` of calibration, and the metrics ``segments`` and ``elsewhere``.

    ``crossed``: the trees learned from the rows that they are calibrated on.
    """
    w = ELSEWHERE[writer.language]
    grids = [_segments(writer, name, each) for name, each in told.get("segments", {}).items()]
    if elsewhere := told.get("elsewhere"):
        grids.append(_elsewhere(writer, elsewhere))
    said = (w["crossed"],) if crossed else ()
    return Section(w["title"], said, ((w["kind"], w[kind]),), tuple(grids))


def _segments(writer: Writer, division: str, each: list[Mapping[str, Any]]) -> Grid:
    w = ELSEWHERE[writer.language]
    rows = tuple(
        (
            w["others"] if one["name"] == "others" else one["name"],
            writer.number(one["rows"], 0),
            writer.share(one["mean_pd"]),
            writer.span(one["rate"], share=True),
            writer.span(one["ratio"]),
        )
        for one in each
    )
    heads = tuple(w[h] for h in ("segment", "rows", "predicted", "observed", "ratio"))
    return Grid(heads, rows, w[division])


def _elsewhere(writer: Writer, each: Mapping[str, Mapping[str, Any]]) -> Grid:
    w = ELSEWHERE[writer.language]
    rows = tuple(
        (
            w[name],
            writer.number(one["rows"], 0),
            writer.span(one["auc"]),
            DASH if name == "random" else writer.span(one["less_random"]),
            writer.span(one["calibration_slope"]),
        )
        for name, one in each.items()
    )
    heads = tuple(w[h] for h in ("segment", "rows", "auc", "less_random", "slope"))
    return Grid(heads, rows, w["elsewhere"])
