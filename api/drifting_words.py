"""What drift checks say to people, in every language we speak."""

from typing import Any, Protocol

from data.contract import Language
from data.sentences import Words


class Told(Protocol):
    """Anything that names its subject and the key of its text: a finding, an episode, an alert."""

    @property
    def subject(self) -> str:
        """For example ``feature:income``."""

    @property
    def words(self) -> str:
        """Key of the text."""


BLIND = Words(
    "This estimate cannot see concept drift: if people with the same data now repay otherwise "
    "than before, it does not move. Only matured loans tell.",
    "Cette estimation ne voit pas la dérive conceptuelle : si des personnes aux mêmes données "
    "remboursent autrement qu'avant, elle ne bouge pas. Seuls les prêts échus le disent.",
    "Makadirio haya hayaoni mabadiliko ya uhusiano: ikiwa watu wenye taarifa zilezile sasa "
    "wanalipa tofauti na zamani, hayasogei. Mikopo iliyokomaa pekee ndiyo husema.",
)

TEXTS: dict[str, Words] = {
    "values-up": Words(
        "{name}: values are higher", "{name} : valeurs plus élevées", "{name}: thamani zimepanda"
    ),
    "values-down": Words(
        "{name}: values are lower", "{name} : valeurs plus basses", "{name}: thamani zimeshuka"
    ),
    "missing-more": Words(
        "{name}: more values are missing",
        "{name} : plus de valeurs manquantes",
        "{name}: thamani nyingi zaidi zinakosekana",
    ),
    "missing-fewer": Words(
        "{name}: fewer values are missing",
        "{name} : moins de valeurs manquantes",
        "{name}: thamani chache zaidi zinakosekana",
    ),
    "high-values-more": Words(
        "{name}: more extremely high values",
        "{name} : plus de valeurs extrêmement élevées",
        "{name}: thamani za juu kupita kiasi zimeongezeka",
    ),
    "high-values-fewer": Words(
        "{name}: fewer extremely high values",
        "{name} : moins de valeurs extrêmement élevées",
        "{name}: thamani za juu kupita kiasi zimepungua",
    ),
    "low-values-more": Words(
        "{name}: more extremely low values",
        "{name} : plus de valeurs extrêmement basses",
        "{name}: thamani za chini kupita kiasi zimeongezeka",
    ),
    "low-values-fewer": Words(
        "{name}: fewer extremely low values",
        "{name} : moins de valeurs extrêmement basses",
        "{name}: thamani za chini kupita kiasi zimepungua",
    ),
    "category-more": Words(
        "{name}: a rare category is more frequent",
        "{name} : une catégorie rare est plus fréquente",
        "{name}: aina adimu imeongezeka",
    ),
    "category-fewer": Words(
        "{name}: a rare category is less frequent",
        "{name} : une catégorie rare est moins fréquente",
        "{name}: aina adimu imepungua",
    ),
    "category-new": Words(
        "{name}: a category that the reference never had",
        "{name} : une catégorie que la référence n'avait jamais",
        "{name}: aina ambayo rejea haikuwa nayo kamwe",
    ),
    "distribution": Words(
        "{name}: the values are spread otherwise",
        "{name} : les valeurs sont réparties autrement",
        "{name}: thamani zimesambaa kwa namna nyingine",
    ),
    "relation": Words(
        "{name}: it no longer goes with the other features as before",
        "{name} : le lien avec les autres variables a changé",
        "{name}: uhusiano wake na vigezo vingine umebadilika",
    ),
    "score-distribution": Words(
        "The scores are spread otherwise",
        "Les scores sont répartis autrement",
        "Alama zimesambaa kwa namna nyingine",
    ),
    "recommendation-mix": Words(
        "The shares of approve, review and decline have changed",
        "Les parts d'accord, d'examen et de refus ont changé",
        "Uwiano wa kukubali, kupitia na kukataa umebadilika",
    ),
    "reason-mix": Words(
        "The first reasons are others than before",
        "Les premiers motifs ne sont plus les mêmes",
        "Sababu za kwanza si zilezile za awali",
    ),
    "risk-up": Words("The risk is higher", "Le risque est plus élevé", "Hatari imepanda"),
    "risk-down": Words("The risk is lower", "Le risque est plus faible", "Hatari imeshuka"),
    "overrides-more": Words(
        "Officers decide against the model more often",
        "Les agents décident plus souvent contre le modèle",
        "Maafisa huamua kinyume na modeli mara nyingi zaidi",
    ),
    "overrides-fewer": Words(
        "Officers decide against the model less often",
        "Les agents décident moins souvent contre le modèle",
        "Maafisa huamua kinyume na modeli mara chache zaidi",
    ),
    "together-inputs": Words(
        "The applications differ from the reference taken together",
        "Prises ensemble, les demandes diffèrent de la référence",
        "Maombi yakichukuliwa pamoja yanatofautiana na rejea",
    ),
    "together-contributions": Words(
        "What the model makes of the applications differs from the reference",
        "Ce que le modèle tire des demandes diffère de la référence",
        "Namna modeli inavyotathmini maombi inatofautiana na rejea",
    ),
    "rule-no-rows": Words(
        "There are no applications", "Il n'y a aucune demande", "Hakuna maombi yoyote"
    ),
    "rule-absent-column": Words(
        "{name}: the field is not there", "{name} : le champ est absent", "{name}: uga haupo"
    ),
    "rule-unknown-column": Words(
        "{name}: the contract does not know this field",
        "{name} : le contrat ne connaît pas ce champ",
        "{name}: mkataba haujui uga huu",
    ),
    "rule-type": Words(
        "{name}: values that are no numbers",
        "{name} : valeurs qui ne sont pas des nombres",
        "{name}: thamani ambazo si namba",
    ),
    "rule-range": Words(
        "{name}: values outside the contract's range",
        "{name} : valeurs hors de l'intervalle du contrat",
        "{name}: thamani nje ya mipaka ya mkataba",
    ),
    "rule-category": Words(
        "{name}: values that are not in the contract's list",
        "{name} : valeurs hors de la liste du contrat",
        "{name}: thamani ambazo hazimo katika orodha ya mkataba",
    ),
    "rule-required": Words(
        "{name}: required values are missing",
        "{name} : des valeurs obligatoires manquent",
        "{name}: thamani za lazima zinakosekana",
    ),
    "rule-unit-too-large": Words(
        "{name}: values many times too large, as in another unit",
        "{name} : valeurs bien trop grandes, comme dans une autre unité",
        "{name}: thamani kubwa mno, kana kwamba ni kipimo kingine",
    ),
    "rule-unit-too-small": Words(
        "{name}: values many times too small, as in another unit",
        "{name} : valeurs bien trop petites, comme dans une autre unité",
        "{name}: thamani ndogo mno, kana kwamba ni kipimo kingine",
    ),
    "rule-repeated-application": Words(
        "Applications stand there more than once",
        "Des demandes figurent plusieurs fois",
        "Maombi yamerudiwa",
    ),
    "rule-stale": Words(
        "The newest application is too old",
        "La demande la plus récente est trop ancienne",
        "Ombi la karibuni ni la zamani mno",
    ),
    "rule-too-few-rows": Words(
        "Fewer applications than expected",
        "Moins de demandes que prévu",
        "Maombi machache kuliko ilivyotarajiwa",
    ),
    "rule-too-many-rows": Words(
        "More applications than expected",
        "Plus de demandes que prévu",
        "Maombi mengi kuliko ilivyotarajiwa",
    ),
    "harm-auc": Words(
        "The model is expected to rank applicants worse than it may",
        "Le modèle classera sans doute les demandeurs moins bien que toléré",
        "Modeli inatarajiwa kupanga waombaji vibaya kuliko inavyoruhusiwa",
    ),
    "harm-bad-rate": Words(
        "More approved loans than tolerated are expected to go bad",
        "Plus de prêts accordés que toléré devraient mal finir",
        "Mikopo mingi iliyokubaliwa kuliko inavyovumiliwa inatarajiwa kuwa mibaya",
    ),
    "harm-applicants-bad-rate": Words(
        "The applicants are riskier than tolerated",
        "Les demandeurs présentent plus de risque que toléré",
        "Waombaji wana hatari kubwa kuliko inavyovumiliwa",
    ),
    "harm-expected-loss": Words(
        "A larger share of the money lent than tolerated is expected to be lost",
        "Une part plus grande que toléré de l'argent prêté serait perdue",
        "Sehemu kubwa ya fedha kuliko inavyovumiliwa inatarajiwa kupotea",
    ),
    "harm-brier": Words(
        "The probabilities are expected to miss by more than tolerated",
        "Les probabilités devraient s'écarter plus que toléré",
        "Uwezekano unatarajiwa kukosea kuliko inavyovumiliwa",
    ),
    "harm-outside-support": Words(
        "More applications than tolerated are like none the model has learned from",
        "Plus de demandes que toléré ne ressemblent à rien de connu du modèle",
        "Maombi mengi kuliko inavyovumiliwa hayafanani na yoyote modeli iliyojifunza",
    ),
    "realised-worse": Words(
        "Matured loans went bad more often than expected; retraining is recommended",
        "Les prêts échus ont mal fini plus souvent que prévu ; un réentraînement est conseillé",
        "Mikopo mibaya kati ya iliyokomaa ni mingi kuliko ilivyotarajiwa; kufundisha upya "
        "kunapendekezwa",
    ),
    "realised-better": Words(
        "Matured loans went bad less often than expected; retraining is recommended",
        "Les prêts échus ont mal fini moins souvent que prévu ; un réentraînement est conseillé",
        "Mikopo mibaya kati ya iliyokomaa ni michache kuliko ilivyotarajiwa; kufundisha upya "
        "kunapendekezwa",
    ),
}
"""Key of a text to the text; ``{name}``: title of the field."""

LAYER_NAMES: dict[str, Words] = {
    "0": Words("contract", "contrat", "mkataba"),
    "1": Words("each feature", "chaque variable", "kila kigezo"),
    "2": Words("features together", "variables ensemble", "vigezo pamoja"),
    "3": Words("score and decision", "score et décision", "alama na uamuzi"),
    "4": Words("estimated harm", "dommage estimé", "madhara yaliyokadiriwa"),
    "5": Words("matured loans", "prêts échus", "mikopo iliyokomaa"),
}


def told(finding: Told, language: Language, titles: Any = None) -> str:
    """The text of a finding, an episode or an alert; ``titles``: field to its title."""
    name = finding.subject.rpartition(":")[2]
    text: str = getattr(TEXTS[finding.words], language)
    return text.format(name=(titles or {}).get(name, name))
