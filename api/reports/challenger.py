"""The parts of the report about a challenger against the champion; empty without one."""

from __future__ import annotations

from api.reports.charts import Entry, intervals
from api.reports.page import Page
from api.reports.parts import Part, Table
from api.reports.words import ReportLanguage
from fairness.records import AuditRecord, Comparison
from scoring.states import State

WORDS: dict[ReportLanguage, dict[str, str]] = {
    "en": {
        "changed": "Against the champion",
        "changed_lead": "This model and the champion {champion} on the same applicants: {verdict}. "
        "The bars are the adverse impact ratio of this model less that of the champion, with 95 % "
        "intervals that count a person once; right of 0 the group gains. The verdict counts a "
        "ratio to 1 at most, so that a group which both models favour loses nothing on the way to "
        "parity. Not worse: the whole interval takes less than {margin} from the ratio.",
        "moved": "Whose decision changes",
        "moved_lead": "Applicants whom only one of the two models approves, and the exact test of "
        "McNemar that as many gain as lose. A dash stands for fewer than ten people, or for a "
        "count that would betray one.",
        "recalibrated": "Calibration against the champion",
        "recalibrated_lead": "Observed over predicted defaults of this model less that of the "
        "champion, on the loans that were given.",
        "group": "group",
        "air": "change of the impact ratio",
        "difference": "change of the rate difference",
        "gained": "approved by this model alone",
        "lost": "approved by the champion alone",
        "net": "net",
        "change": "change",
        "settle": "applications that would settle it",
        "verdict": "verdict",
        State.BETTER: "better",
        State.NOT_WORSE: "not worse",
        State.WORSE: "worse",
        State.KEEP_WATCHING: "keep watching",
    },
    "fr": {
        "changed": "Face au champion",
        "changed_lead": "Ce modèle et le champion {champion} sur les mêmes demandeurs : {verdict}. "
        "Les barres sont le ratio d'impact de ce modèle moins celui du champion, avec des "
        "intervalles à 95 % qui comptent chaque personne une fois ; à droite de 0, le groupe y "
        "gagne. Le verdict compte un ratio jusqu'à 1 au plus, pour qu'un groupe favorisé par les "
        "deux modèles ne perde rien en allant vers la parité. Pas pire : tout l'intervalle retire "
        "moins de {margin} au ratio.",
        "moved": "Pour qui la décision change",
        "moved_lead": "Demandeurs qu'un seul des deux modèles accepte, et le test exact de McNemar "
        "selon lequel autant y gagnent qu'y perdent. Un tiret remplace moins de dix personnes, ou "
        "un nombre qui en trahirait un.",
        "recalibrated": "Calibration face au champion",
        "recalibrated_lead": "Défauts observés rapportés aux défauts prévus par ce modèle, moins "
        "le même rapport pour le champion, sur les prêts accordés.",
        "group": "groupe",
        "air": "écart du ratio d'impact",
        "difference": "écart de la différence de taux",
        "gained": "acceptés par ce modèle seul",
        "lost": "acceptés par le champion seul",
        "net": "solde",
        "change": "écart",
        "settle": "demandes qui trancheraient",
        "verdict": "verdict",
        State.BETTER: "meilleur",
        State.NOT_WORSE: "pas pire",
        State.WORSE: "pire",
        State.KEEP_WATCHING: "à suivre",
    },
}


def changed(page: Page) -> Part:
    """The change of the impact ratio of every group, with its verdict."""
    w, made = WORDS[page.language], _comparison(page)
    if made is None:
        return Part(w["changed"], "")
    entries = [Entry(page.label(g), g.air, None, page.span(g.air)) for g in made.groups]
    heads = tuple(w[k] for k in ("group", "air", "difference", "settle", "verdict"))
    rows = tuple(
        (
            page.label(g),
            page.span(g.air),
            page.span(g.difference),
            page.count(g.applications_needed),
            w[g.verdict],
        )
        for g in made.groups
    )
    lead = w["changed_lead"].format(
        champion=made.champion, verdict=w[made.verdict], margin=page.number(made.margin)
    )
    picture = intervals(entries, 0.0, (-made.margin, None), ratio=False)
    return Part(w["changed"], lead, picture=picture, tables=(Table(heads, rows),))


def moved(page: Page) -> Part:
    """The decisions that differ, by group."""
    w, made = WORDS[page.language], _comparison(page)
    rows = tuple(
        (
            page.label(m),
            page.count(m.gained),
            page.count(m.lost),
            page.count(m.net),
            page.probability(m.p),
        )
        for m in (made.moved if made else ())
    )
    heads = (*(w[k] for k in ("group", "gained", "lost", "net")), "p")
    return Part(w["moved"], w["moved_lead"], tables=(Table(heads, rows),))


def recalibrated(page: Page) -> Part:
    """The change of observed over predicted defaults, by group."""
    w, made = WORDS[page.language], _comparison(page)
    found = made.calibration if made else ()
    entries = [Entry(page.label(c), c.ratio, None, page.span(c.ratio)) for c in found]
    rows = tuple((page.label(c), page.span(c.ratio)) for c in found)
    return Part(
        w["recalibrated"],
        w["recalibrated_lead"],
        picture=intervals(entries, 0.0, (None, None), ratio=False),
        tables=(Table((w["group"], w["change"]), rows),),
    )


def _comparison(page: Page) -> Comparison | None:
    return page.audit.comparison if isinstance(page.audit, AuditRecord) else None
