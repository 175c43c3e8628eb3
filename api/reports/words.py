"""The words of the fairness report in its two languages."""

from typing import Literal

ReportLanguage = Literal["en", "fr"]
LANGUAGES: tuple[ReportLanguage, ...] = ("en", "fr")

WORDS: dict[ReportLanguage, dict[str, str]] = {
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
        "part": "who they are",
        "part_test": "applicants of the model's test period",
        "part_all": "all applicants in the files",
        "verdicts": "Verdicts",
        "verdicts_lead": "Each row is a group against the reference group of its attribute. The "
        "first six columns are the adverse impact ratio: at the policy in force and at fixed "
        "approval rates. A fail in the other columns fails the audit only where the law of the day "
        "asks for that test.",
        "group": "group",
        "reference": "reference",
        "policy": "policy",
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
        "settle_row": "applications in all, at today's rates",
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
        "details": "All numbers",
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
        "crossings": "Intersections",
        "crossings_lead": "Rates of small cells are drawn towards what their two attributes "
        "explain; the pull is the share of a rate that comes from other cells.",
        "pull": "pull",
        "shrunk_rate": "rate (drawn together)",
        "segments": "Within segments",
        "stratum": "by",
        "pooled_air": "ratio within segments",
        "p_equal": "p, equal",
        "p_heterogeneous": "p, same in all",
        "distribution": "Distribution of the score",
        "smd": "standardised difference of means",
        "wasserstein": "mean distance in points",
        "loans": "loans",
        "defaults": "defaults",
        "ratio": "observed / predicted",
        "slope": "slope",
        "brier": "Brier",
        "outcomes": "Outcomes",
        "outcomes_lead": "Only approved applicants have an outcome, so the numbers from loans "
        "alone are biased and decide nothing. The bounds hold whatever the others would have done.",
        "metric": "metric",
        "approved_only": "from loans alone (biased)",
        "bounds": "bounds",
        "sign": "sign",
        "higher": "higher",
        "lower": "lower",
        "undetermined": "undetermined",
        "proxies": "Proxies",
        "proxies_lead": "How well the features together tell the group from its reference (0.5: "
        "not at all), and the features that carry most of the gap in the score, in log-odds.",
        "auc": "area under the curve",
        "gap": "score gap",
        "features": "largest shares",
        "method": "Method",
        "method_text": "Ratios and differences have score intervals (MOVER-Wilson). Exact tests; "
        "Holm's correction over all groups and rules of the family, Benjamini and Hochberg's over "
        "intersections. Fail: the difference is proven after correction and the estimate lies at "
        "or beyond the tolerance. Pass: the whole 95 % interval lies inside it. Open: neither. "
        "Too few: under 30 people, or under 10 approved or declined. Calibration has exact "
        "Poisson-binomial intervals; proxies a permutation test.",
        "limits": "Limits",
        "limits_text": "An audit shows differences, not their causes. Counts under 10 people, and "
        "those from which such a count could be had by subtraction, are withheld (\u2013) and "
        "their estimates rounded; counts of intersections, segments and loans are rounded to tens. "
        "Groups that nobody stated are shown and never dropped. The tolerances are choices of the "
        "profile, not laws of nature; the summaries of laws are ours and no legal advice.",
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
        "part": "de qui il s'agit",
        "part_test": "demandeurs de la période de test du modèle",
        "part_all": "tous les demandeurs des fichiers",
        "verdicts": "Verdicts",
        "verdicts_lead": "Chaque ligne compare un groupe au groupe de référence de son attribut. "
        "Les six premières colonnes donnent le rapport d'impact : avec la règle en vigueur et à "
        "des taux d'acceptation fixes. Un échec dans les autres colonnes ne fait échouer l'audit "
        "que si le droit en vigueur exige ce test.",
        "group": "groupe",
        "reference": "référence",
        "policy": "règle",
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
        "settle_row": "demandes en tout, aux taux d'aujourd'hui",
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
        "details": "Tous les chiffres",
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
        "crossings": "Croisements",
        "crossings_lead": "Les taux des petites cellules sont rapprochés de ce que leurs deux "
        "attributs expliquent ; l'attraction est la part d'un taux qui vient d'autres cellules.",
        "pull": "attraction",
        "shrunk_rate": "taux (rapproché)",
        "segments": "Au sein des segments",
        "stratum": "par",
        "pooled_air": "rapport au sein des segments",
        "p_equal": "p, égalité",
        "p_heterogeneous": "p, même partout",
        "distribution": "Distribution du score",
        "smd": "différence standardisée des moyennes",
        "wasserstein": "distance moyenne en points",
        "loans": "prêts",
        "defaults": "défauts",
        "ratio": "observés / prédits",
        "slope": "pente",
        "brier": "Brier",
        "outcomes": "Issues",
        "outcomes_lead": "Seuls les demandeurs acceptés ont une issue : les chiffres tirés des "
        "seuls prêts sont biaisés et ne décident de rien. Les bornes valent quoi que les autres "
        "eussent fait.",
        "metric": "mesure",
        "approved_only": "des seuls prêts (biaisé)",
        "bounds": "bornes",
        "sign": "signe",
        "higher": "plus haut",
        "lower": "plus bas",
        "undetermined": "indéterminé",
        "proxies": "Substituts",
        "proxies_lead": "À quel point les variables ensemble distinguent le groupe de sa référence "
        "(0,5 : pas du tout), et celles qui portent le plus de l'écart de score, en log-cotes.",
        "auc": "aire sous la courbe",
        "gap": "écart de score",
        "features": "plus grandes parts",
        "method": "Méthode",
        "method_text": "Rapports et différences ont des intervalles de score (MOVER-Wilson). Tests "
        "exacts ; correction de Holm sur tous les groupes et règles de la famille, de Benjamini et "
        "Hochberg sur les croisements. Échec : la différence est prouvée après correction et "
        "l'estimation atteint ou dépasse la tolérance. Conforme : tout l'intervalle à 95 % s'y "
        "trouve. Ouvert : ni l'un ni l'autre. Trop peu : moins de 30 personnes, ou moins de 10 "
        "acceptées ou refusées. La calibration a des intervalles exacts (Poisson-binomiale), les "
        "substituts un test par permutation.",
        "limits": "Limites",
        "limits_text": "Un audit montre des différences, non leurs causes. Les effectifs de moins "
        "de 10 personnes, et ceux dont on les tirerait par soustraction, sont retenus (\u2013) et "
        "leurs estimations arrondies ; ceux des croisements, segments et prêts sont arrondis à la "
        "dizaine. Qui n'a rien déclaré forme un groupe, jamais écarté. Les tolérances sont des "
        "choix du profil, non des lois de la nature ; les résumés des lois sont les nôtres et non "
        "un avis juridique.",
        "inputs": "Calculé à partir de",
        "withheld": "effectifs retenus",
        "none": "Rien à montrer : aucun groupe n'a assez de personnes.",
        "table_of": "Les mêmes chiffres",
    },
}

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
}
"""Group names that contracts commonly use; others are shown as the contract has them."""
