"""The words of the parts of the fairness report."""

from api.reports.words_sections_sw import SECTIONS_SW
from data.contract import Language

SECTIONS: dict[Language, dict[str, str]] = {
    "en": {
        "verdicts_lead": "Each row is a group against the reference group of its attribute. The "
        "first columns are the adverse impact ratio: at the policy in force and at fixed "
        "approval rates. A fail in the other columns fails the audit only where the law of the "
        "day asks for that test.",
        "settle_row": "Applications in all, about, at today's rates.",
        "details": "All numbers",
        "details_lead": "Approvals of every group under every rule.",
        "attribute": "attribute",
        "reference_people": "people of the reference",
        "scorecard": "Who applies, who is approved, on what terms",
        "scorecard_lead": "The questions of the gender scorecard of Women's World Banking, for "
        "every group: ring, its share of the applicants; dot, its share of those rejected. A dot "
        "to the right of its ring: the group is rejected more often than others.",
        "applicants": "of applicants",
        "rejected": "of rejected",
        "approval": "approved",
        "mean_of": "mean",
        "score": "Score",
        "trends": "Over time",
        "trends_lead": "Approval rate less that of the reference group, by month of application. "
        "Dots: months, merged until both groups have enough people. Line and band: the mean so "
        "far, within limits that may be looked at after every month without a false alarm.",
        "running": "mean so far",
        "own_difference": "in the window alone",
        "since": "proven since",
        "windows": "windows",
        "window": "months",
        "waiting": "months waiting",
        "by_window": "By window",
        "segments": "Like with like",
        "segments_lead": "A group may be approved less only because it asks for what is approved "
        "less. Here the ratio is taken within each product, branch or season, and then pooled.",
        "within": "by",
        "by_product": "product",
        "by_branch": "branch",
        "by_season": "season",
        "pooled_air": "ratio within segments",
        "p_equal": "p, equal",
        "p_heterogeneous": "p, same in all",
        "pooled": "segments pooled",
        "each_segment": "Each segment",
        "crossings": "Intersections",
        "crossings_lead": "Approval rates of two attributes at once, the lowest first; the line "
        "is the rate of everyone. Rates of small intersections are drawn towards what their two "
        "attributes explain. The pull is the share of a rate that comes from other "
        "intersections; at 1.00 it says nothing about these people themselves.",
        "pull": "pull",
        "shrunk_rate": "rate (drawn together)",
        "subgroups": "The worst-served subgroup",
        "subgroups_lead": "Combinations of all groups with the fewest approvals, searched on one "
        "half of the applicants and tested on the other, the worst first.",
        "subgroup": "subgroup",
        "expected": "expected",
        "lacking": "approvals lacking",
        "finding": "finding",
        "proven": "proven",
        "not_proven": "not proven",
        "not_in": "not ",
        "distribution": "Distribution of scores and of what is asked for",
        "distribution_lead": "Difference of the means in standard deviations, of all applicants.",
        "smd": "standardised difference of means",
        "wasserstein": "mean distance",
        "measure": "measure",
        "among": "among",
        "of_all": "all",
        "of_approved": "approved",
        "outcomes": "Outcomes",
        "outcomes_lead": "Are good payers approved as often in every group, and defaulters? Only "
        "approved applicants have an outcome, so the numbers from loans alone are biased and "
        "decide nothing. The bounds hold whatever the others would have done.",
        "outcomes_weighted": "Loans given by chance were logged: weighted by their probability "
        "they stand for everyone. The picture shows good payers approved.",
        "outcomes_unlogged": "No loans given by chance were logged, so only the bounds can "
        "decide. The picture shows those of good payers approved.",
        "metric": "metric",
        "approved_only": "from loans alone (biased)",
        "weighted": "weighted by chance",
        "bounds": "bounds",
        "sign": "sign",
        "higher": "higher",
        "lower": "lower",
        "undetermined": "undetermined",
        "equalized_odds_difference": "equalized odds",
        "outcome_tests": "At the cut-off",
        "outcome_tests_lead": "Bad rate of loans within five points above the cut-off, less that "
        "of the reference group. Below 0 the group was held to a harder standard.",
        "reference_loans": "loans of the reference",
        "bad_rate": "bad rate",
        "reference_bad_rate": "reference's bad rate",
        "explanations": "Reasons given to those declined",
        "explanations_lead": "Are reasons as good in every group? Stability: how often the first "
        "reason stays the same when the numbers of an application change by one percent. "
        "Fidelity: how much of what raised the risk the told reasons cover.",
        "declines": "declined",
        "value": "group",
        "reference_value": "reference",
        "stability": "Stability",
        "fidelity": "Fidelity",
        "reasons": "Number of reasons",
        "recourse": "What it would take to be approved",
        "recourse_lead": "Is the way to a better answer as short in every group? Of those "
        "declined: the share for whom changes within their own reach would lead to one, and the "
        "effort of the easiest. Effort counts the facts that change, how far each moves, and one "
        "more for each that takes months. The picture shows the effort less the reference's.",
        "searched": "declined, looked at",
        "with_option": "with a way",
        "reference_with_option": "reference with a way",
        "effort": "effort",
        "reference_effort": "reference's effort",
        "proxies": "Proxies",
        "proxies_lead": "How well the features together tell the group from its reference (0.5: "
        "not at all), and the features that carry most of the gap in the score, in log-odds.",
        "auc": "area under the curve",
        "gap": "score gap",
        "features": "largest shares",
        "p_alone": "p",
        "vintage": "year",
        "by_vintage": "By year of application",
    },
    "fr": {
        "verdicts_lead": "Chaque ligne compare un groupe au groupe de référence de son attribut. "
        "Les premières colonnes donnent le rapport d'impact : avec la règle en vigueur et à des "
        "taux d'acceptation fixes. Un échec dans les autres colonnes ne fait échouer l'audit que "
        "si le droit en vigueur exige ce test.",
        "settle_row": "Demandes en tout, environ, aux taux d'aujourd'hui.",
        "details": "Tous les chiffres",
        "details_lead": "Les acceptations de chaque groupe selon chaque règle.",
        "attribute": "attribut",
        "reference_people": "personnes de la référence",
        "scorecard": "Qui demande, qui est accepté, à quelles conditions",
        "scorecard_lead": "Les questions de la grille de Women's World Banking sur le genre, pour "
        "chaque groupe : anneau, sa part des demandeurs ; point, sa part des refusés. Un point à "
        "droite de son anneau : le groupe est refusé plus souvent que d'autres.",
        "applicants": "des demandeurs",
        "rejected": "des refusés",
        "approval": "acceptées",
        "mean_of": "moyenne :",
        "score": "Score",
        "trends": "Dans le temps",
        "trends_lead": "Taux d'acceptation moins celui du groupe de référence, par mois de "
        "demande. Points : des mois, réunis jusqu'à ce que les deux groupes aient assez de "
        "personnes. Ligne et bande : la moyenne jusque-là, dans des limites que l'on peut "
        "regarder après chaque mois sans fausse alerte.",
        "running": "moyenne jusque-là",
        "own_difference": "dans la fenêtre seule",
        "since": "prouvé depuis",
        "windows": "fenêtres",
        "window": "mois",
        "waiting": "mois en attente",
        "by_window": "Par fenêtre",
        "segments": "À demande égale",
        "segments_lead": "Un groupe peut être moins accepté seulement parce qu'il demande ce qui "
        "est moins accepté. Ici le rapport est pris au sein de chaque produit, agence ou saison, "
        "puis réuni.",
        "within": "par",
        "by_product": "produit",
        "by_branch": "agence",
        "by_season": "saison",
        "pooled_air": "rapport au sein des segments",
        "p_equal": "p, égalité",
        "p_heterogeneous": "p, même partout",
        "pooled": "segments réunis",
        "each_segment": "Chaque segment",
        "crossings": "Croisements",
        "crossings_lead": "Taux d'acceptation de deux attributs à la fois, les plus bas d'abord ; "
        "la ligne est le taux de tous. Les taux des petits croisements sont rapprochés de ce que "
        "leurs deux attributs expliquent. L'attraction est la part d'un taux qui vient d'autres "
        "croisements ; à 1,00 il ne dit rien de ces personnes elles-mêmes.",
        "pull": "attraction",
        "shrunk_rate": "taux (rapproché)",
        "subgroups": "Le sous-groupe le moins bien servi",
        "subgroups_lead": "Les combinaisons de tous les groupes qui ont le moins d'acceptations, "
        "cherchées sur une moitié des demandeurs et testées sur l'autre, la pire d'abord.",
        "subgroup": "sous-groupe",
        "expected": "attendu",
        "lacking": "acceptations manquantes",
        "finding": "constat",
        "proven": "prouvé",
        "not_proven": "non prouvé",
        "not_in": "sauf ",
        "distribution": "Distribution des scores et de ce qui est demandé",
        "distribution_lead": "Différence des moyennes en écarts types, parmi tous les demandeurs.",
        "smd": "différence standardisée des moyennes",
        "wasserstein": "distance moyenne",
        "measure": "mesure",
        "among": "parmi",
        "of_all": "tous",
        "of_approved": "acceptés",
        "outcomes": "Issues",
        "outcomes_lead": "Les bons payeurs sont-ils acceptés aussi souvent dans chaque groupe, et "
        "les défaillants ? Seuls les demandeurs acceptés ont une issue : les chiffres tirés des "
        "seuls prêts sont biaisés et ne décident de rien. Les bornes valent quoi que les autres "
        "eussent fait.",
        "outcomes_weighted": "Des prêts accordés au hasard ont été notés : pondérés par leur "
        "probabilité, ils valent pour tous. L'image montre les bons payeurs acceptés.",
        "outcomes_unlogged": "Aucun prêt accordé au hasard n'a été noté : seules les bornes "
        "peuvent décider. L'image montre celles des bons payeurs acceptés.",
        "metric": "mesure",
        "approved_only": "des seuls prêts (biaisé)",
        "weighted": "pondéré par le hasard",
        "bounds": "bornes",
        "sign": "signe",
        "higher": "plus haut",
        "lower": "plus bas",
        "undetermined": "indéterminé",
        "equalized_odds_difference": "égalité des chances (equalized odds)",
        "outcome_tests": "Au seuil",
        "outcome_tests_lead": "Taux de défaut des prêts à cinq points au plus au-dessus du seuil, "
        "moins celui du groupe de référence. Sous 0, le groupe a été jugé plus durement.",
        "reference_loans": "prêts de la référence",
        "bad_rate": "taux de défaut",
        "reference_bad_rate": "taux de défaut de la référence",
        "explanations": "Raisons données aux refusés",
        "explanations_lead": "Les raisons sont-elles aussi bonnes dans chaque groupe ? Stabilité "
        ": combien de fois la première raison reste la même quand les chiffres d'une demande "
        "changent d'un pour cent. Fidélité : quelle part de ce qui a relevé le risque les "
        "raisons données couvrent.",
        "declines": "refusées",
        "value": "groupe",
        "reference_value": "référence",
        "stability": "Stabilité",
        "fidelity": "Fidélité",
        "reasons": "Nombre de raisons",
        "recourse": "Ce qu'il faudrait pour être accepté",
        "recourse_lead": "Le chemin vers une meilleure réponse est-il aussi court dans chaque "
        "groupe ? Parmi les refusés : la part de ceux à qui des changements à leur portée en "
        "donneraient une, et l'effort du plus facile. L'effort compte les faits qui changent, de "
        "combien, et un de plus pour chacun qui prend des mois. L'image montre l'effort moins "
        "celui de la référence.",
        "searched": "refusés examinés",
        "with_option": "avec une voie",
        "reference_with_option": "référence avec une voie",
        "effort": "effort",
        "reference_effort": "effort de la référence",
        "proxies": "Substituts",
        "proxies_lead": "À quel point les variables ensemble distinguent le groupe de sa "
        "référence (0,5 : pas du tout), et celles qui portent le plus de l'écart de score, en "
        "log-cotes.",
        "auc": "aire sous la courbe",
        "gap": "écart de score",
        "features": "plus grandes parts",
        "p_alone": "p",
        "vintage": "année",
        "by_vintage": "Par année de demande",
    },
    "sw": SECTIONS_SW,
}
"""Of every part of the report after the verdicts."""
