"""The words of the fairness report in its two languages."""

from api.reports.words_method import METHOD
from api.reports.words_sections import LANGUAGES, SECTIONS, ReportLanguage

__all__ = ["GROUPS_FR", "LANGUAGES", "WORDS", "ReportLanguage"]

_FRAME: dict[ReportLanguage, dict[str, str]] = {
    "en": {
        "language": "English",
        "title": "Fairness audit",
        "under": "Judged under",
        "profile_of": "profile of",
        "audited_on": "audited on",
        "PASS": "Pass",
        "FAIL": "Fail",
        "INCONCLUSIVE": "Open",
        "INSUFFICIENT": "Too few",
        "PASS_means": "No comparison that counts failed, and every comparison of approvals that "
        "could be judged lies inside the tolerance with its whole interval.",
        "FAIL_means": "At least one comparison that counts shows a difference which is proven and "
        "beyond the tolerance. Look at the red cells first.",
        "INCONCLUSIVE_means": "Nothing failed, but the data are too few to show that every group "
        "is treated alike. The number of applications that would settle it is given below.",
        "INSUFFICIENT_means": "No group that this profile protects is large enough to be judged.",
        "applications": "applications",
        "with_outcome": "with an outcome",
        "approved_share": "approved by the policy in force",
        "referred_share": "too little known: a person decides, so not approved",
        "capacity_share": "approved by the score, stopped by the capacity rule",
        "part": "who they are",
        "part_test": "applicants of the model's test period",
        "part_all": "all applicants in the files",
        "part_decisions": "applicants on whom this model decided",
        "part_replayed": "applicants on whom another model decided",
        "verdicts": "Verdicts",
        "group": "group",
        "reference": "reference",
        "policy": "policy",
        "adverse_impact_ratio": "approval",
        "approval_rate_difference": "over time",
        "standardised_mean_difference": "distribution",
        "outcome_test_difference": "bad rate at the cut-off",
        "explanation_difference": "reasons",
        "flip_test": "flip test",
        "everyone": "everyone",
        "no_duty_here": "good practice; does not fail the audit",
        "calibration_ratio": "calibration",
        "tpr_difference": "good payers approved",
        "fpr_difference": "defaulters approved",
        "auc_difference": "ranking",
        "proxy_auc": "proxies",
        "flips": "Flip test",
        "flips_lead": "Everyone was given other values of the protected attributes in the raw "
        "files, and everything was computed again. No score may move.",
        "column": "column",
        "change": "change",
        "scores_changed": "scores changed",
        "duty": "Legal duties on this day",
        "no_duty": "The profile names no test as a legal duty on this day; all are good practice.",
        "settle": "What would settle the open ones",
        "impact": "Approval against the reference group",
        "impact_lead": "Adverse impact ratio at the policy in force: the group's approval rate "
        "divided by that of its reference. The green area is the tolerance, the line at 1 is "
        "equal treatment, the bars are 95 % intervals.",
        "curves": "Along the cut-off",
        "curves_lead": "The same ratio for every approval rate. The shaded band holds for the "
        "whole curve with 95 % probability; the dashed line is the tolerance.",
        "calibration": "Does a predicted risk mean the same for everyone?",
        "calibration_lead": "Defaults observed, divided by those that the model predicted. Above "
        "1 the group's risk is underestimated, below 1 it is overestimated.",
        "shortfall": "Shortfall in people",
        "shortfall_lead": "How many more people of the group would be approved at the rate of the "
        "reference group. Below 0: that many fewer.",
        "rates_table": "Approvals by group and rule",
        "rule": "rule",
        "people": "people",
        "approved": "approved",
        "rate": "rate",
        "reference_rate": "reference's rate",
        "air": "impact ratio",
        "difference": "difference",
        "p": "p, corrected",
        "verdict": "verdict",
        "loans": "loans",
        "defaults": "defaults",
        "ratio": "observed / predicted",
        "slope": "slope",
        "brier": "Brier",
        "method": "Method",
        "limits": "Limits",
        "inputs": "Computed from",
        "withheld": "counts withheld",
        "none": "Nothing to show: no group has enough people.",
        "table_of": "The same numbers",
    },
    "fr": {
        "language": "Français",
        "title": "Audit d'équité",
        "under": "Jugé selon",
        "profile_of": "profil du",
        "audited_on": "audité le",
        "PASS": "Conforme",
        "FAIL": "Échec",
        "INCONCLUSIVE": "Ouvert",
        "INSUFFICIENT": "Trop peu",
        "PASS_means": "Aucune comparaison qui compte n'échoue, et chaque comparaison des "
        "acceptations qui a pu être jugée se trouve dans la tolérance avec tout son intervalle.",
        "FAIL_means": "Au moins une comparaison qui compte montre une différence prouvée et "
        "au-delà de la tolérance. Regardez d'abord les cases rouges.",
        "INCONCLUSIVE_means": "Rien n'échoue, mais les données sont trop peu nombreuses pour "
        "montrer que chaque groupe est traité de même. Le nombre de demandes qui trancherait est "
        "donné plus bas.",
        "INSUFFICIENT_means": "Aucun groupe que protège ce profil n'est assez grand pour être "
        "jugé.",
        "applications": "demandes",
        "with_outcome": "dont l'issue est connue",
        "approved_share": "acceptées par la règle en vigueur",
        "referred_share": "trop peu d'informations : une personne décide, donc pas acceptées",
        "capacity_share": "acceptées par le score, arrêtées par la règle de capacité",
        "part": "de qui il s'agit",
        "part_test": "demandeurs de la période de test du modèle",
        "part_all": "tous les demandeurs des fichiers",
        "part_decisions": "demandeurs sur qui ce modèle a décidé",
        "part_replayed": "demandeurs sur qui un autre modèle a décidé",
        "verdicts": "Verdicts",
        "group": "groupe",
        "reference": "référence",
        "policy": "règle",
        "adverse_impact_ratio": "acceptation",
        "approval_rate_difference": "dans le temps",
        "standardised_mean_difference": "distribution",
        "outcome_test_difference": "défauts au seuil",
        "explanation_difference": "raisons",
        "flip_test": "test d'inversion",
        "everyone": "tous",
        "no_duty_here": "bonne pratique ; n'entraîne pas l'échec",
        "calibration_ratio": "calibration",
        "tpr_difference": "bons payeurs acceptés",
        "fpr_difference": "défaillants acceptés",
        "auc_difference": "classement",
        "proxy_auc": "substituts",
        "flips": "Test d'inversion",
        "flips_lead": "Chacun a reçu d'autres valeurs des attributs protégés dans les fichiers "
        "bruts, et tout a été recalculé. Aucun score ne doit bouger.",
        "column": "colonne",
        "change": "changement",
        "scores_changed": "scores changés",
        "duty": "Obligations légales à ce jour",
        "no_duty": "Le profil ne fait d'aucun test une obligation légale à ce jour ; tous relèvent "
        "de la bonne pratique.",
        "settle": "Ce qui trancherait les verdicts ouverts",
        "impact": "L'acceptation comparée au groupe de référence",
        "impact_lead": "Rapport d'impact avec la règle en vigueur : le taux d'acceptation du "
        "groupe divisé par celui de sa référence. La zone verte est la tolérance, la ligne à 1 "
        "l'égalité, les barres des intervalles à 95 %.",
        "curves": "Le long du seuil",
        "curves_lead": "Le même rapport pour chaque taux d'acceptation. La bande vaut pour toute "
        "la courbe avec une probabilité de 95 % ; le tireté est la tolérance.",
        "calibration": "Un risque prédit vaut-il la même chose pour tous ?",
        "calibration_lead": "Défauts observés, divisés par ceux que le modèle prédit. Au-dessus "
        "de 1, le risque du groupe est sous-estimé ; en dessous, il est surestimé.",
        "shortfall": "Manque en personnes",
        "shortfall_lead": "Combien de personnes du groupe seraient acceptées en plus au taux du "
        "groupe de référence. Sous 0 : autant de moins.",
        "rates_table": "Acceptations par groupe et règle",
        "rule": "règle",
        "people": "personnes",
        "approved": "acceptées",
        "rate": "taux",
        "reference_rate": "taux de la référence",
        "air": "rapport d'impact",
        "difference": "différence",
        "p": "p, corrigé",
        "verdict": "verdict",
        "loans": "prêts",
        "defaults": "défauts",
        "ratio": "observés / prédits",
        "slope": "pente",
        "brier": "Brier",
        "method": "Méthode",
        "limits": "Limites",
        "inputs": "Calculé à partir de",
        "withheld": "effectifs retenus",
        "none": "Rien à montrer : aucun groupe n'a assez de personnes.",
        "table_of": "Les mêmes chiffres",
    },
}

WORDS: dict[ReportLanguage, dict[str, str]] = {
    language: {**_FRAME[language], **SECTIONS[language], **METHOD[language]}
    for language in LANGUAGES
}
"""All fixed words of the report."""

GROUPS_FR = {
    "not stated": "non déclaré",
    "other": "autre",
    "others": "autres",
    "female": "femmes",
    "male": "hommes",
    "yes": "oui",
    "no": "non",
    "urban": "ville",
    "rural": "campagne",
    "pooled small segments": "petits segments réunis",
    "Q1": "T1",
    "Q2": "T2",
    "Q3": "T3",
    "Q4": "T4",
}
"""Group names that contracts commonly use; others are shown as the contract has them."""
