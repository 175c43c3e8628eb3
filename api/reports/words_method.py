"""How the figures of the fairness report were made and what they cannot say."""

from api.reports.words_sw import METHOD_SW
from data.contract import Language

METHOD: dict[Language, dict[str, str]] = {
    "en": {
        "how_verdicts": "Fail: the difference is proven after correction and the estimate lies at "
        "or beyond the tolerance. Pass: the whole 95 % interval lies inside it. Open: neither; "
        "the number of applications that would settle it is an estimate at today's rates. Too "
        "few: fewer people than the profile's minimum, in all or of one outcome.",
        "how_impact": "Ratios and differences of approval rates have score intervals "
        "(MOVER-Wilson). Exact tests; Holm's correction over all groups and rules of the family.",
        "how_curves": "Steps of fewer than ten people of either group are merged, from the middle "
        "outwards. The band is simultaneous (largest deviation over 2,000 resamples).",
        "how_calibration": "Exact Poisson-binomial intervals; a fail must hold after Bonferroni's "
        "correction over all groups. At least ten defaults and ten loans repaid.",
        "how_scorecard": "Normal intervals of the means; at least the profile's minimum of values.",
        "how_trends": "An asymptotic confidence sequence (normal mixture): its 95 % holds at all "
        "months together, so it may be looked at as often as one likes.",
        "how_segments": "Mantel-Haenszel ratio; Cochran-Mantel-Haenszel test that it is 1, "
        "Breslow-Day test that it is the same in all. Segments with fewer than ten people of "
        "either group are pooled. Reported, not judged.",
        "how_crossings": "Empirical Bayes: a beta-binomial model of both attributes, with the "
        "uncertainty of its parameters. Intersections whose counts are withheld lend it nothing "
        "and get what their two attributes say. Benjamini and Hochberg's correction.",
        "how_subgroups": "A tree of depth three on one half of the applicants, leaves of at least "
        "50; each leaf is tested exactly on the other half within its product, with Holm's "
        "correction. Reported, not judged.",
        "how_outcomes": "Three answers, corrected with Bonferroni's method: from loans alone; "
        "weighted by the inverse of the logged probability of a loan; and worst-case bounds. A "
        "fail or a pass rests on the weights or on every bound, never on loans alone. Equalized "
        "odds is the larger of the two gaps, without a verdict.",
        "how_outcome_tests": "Score interval of the difference of two bad rates; at least 50 "
        "loans a side. It reads the model's own standard, not why the groups differ elsewhere.",
        "how_explanations": "Normal intervals of the means, at least 30 declined on each side.",
        "how_recourse": "For up to 100 declined people of each group, drawn at random, changes are "
        "searched for and scored by the model itself. Wilson's intervals of shares, normal ones "
        "of means, differences by MOVER; nothing below 30 people. Reported, not judged: a search "
        "may miss a way that there is.",
        "how_proxies": "A model of the group from all features, fitted on one half and measured "
        "on the other, with a permutation test. Contributions are exact TreeSHAP values.",
        "how_distribution": "Bootstrap intervals of 95 %. The distance is the mean distance "
        "between equal ranks (Wasserstein), in points or in the unit of the contract.",
        "how_publishing": "No count under ten people is published, and none that could be had by "
        "adding and subtracting anything in this report and in earlier ones of the same "
        "applicants: counts that would betray one are rounded or withheld (\u2013). What is said "
        "of those groups is computed from the rounded counts, so it cannot be solved for the "
        "true ones. Counts of intersections, segments, loans and declines are to the nearest ten.",
        "publishing": "What is withheld",
        "limits_text": "An audit shows differences, not their causes. Groups that nobody stated "
        "are shown and never dropped. The tolerances are choices of the profile, not laws of "
        "nature; the summaries of laws are ours and no legal advice.",
    },
    "fr": {
        "how_verdicts": "Échec : la différence est prouvée après correction et l'estimation "
        "atteint ou dépasse la tolérance. Conforme : tout l'intervalle à 95 % s'y trouve. Ouvert "
        ": ni l'un ni l'autre ; le nombre de demandes qui trancherait est une estimation aux "
        "taux d'aujourd'hui. Trop peu : moins de personnes que le minimum du profil, en tout ou "
        "d'une des décisions.",
        "how_impact": "Rapports et différences de taux d'acceptation ont des intervalles de score "
        "(MOVER-Wilson). Tests exacts ; correction de Holm sur tous les groupes et règles de la "
        "famille.",
        "how_curves": "Les pas de moins de dix personnes d'un des groupes sont réunis, du milieu "
        "vers l'extérieur. La bande est simultanée (plus grand écart sur 2 000 tirages).",
        "how_calibration": "Intervalles exacts (Poisson-binomiale) ; un échec doit tenir après la "
        "correction de Bonferroni sur tous les groupes. Au moins dix défauts et dix prêts "
        "remboursés.",
        "how_scorecard": "Intervalles normaux des moyennes ; au moins le minimum de valeurs du "
        "profil.",
        "how_trends": "Une suite de confiance asymptotique (mélange normal) : ses 95 % valent "
        "pour tous les mois ensemble, on peut donc la regarder aussi souvent qu'on veut.",
        "how_segments": "Rapport de Mantel-Haenszel ; test de Cochran-Mantel-Haenszel qu'il vaut "
        "1, de Breslow-Day qu'il est le même partout. Les segments de moins de dix personnes "
        "d'un des groupes sont réunis. Rapporté, non jugé.",
        "how_crossings": "Bayes empirique : un modèle bêta-binomial des deux attributs, avec "
        "l'incertitude de ses paramètres. Les croisements dont les effectifs sont retenus ne lui "
        "prêtent rien et reçoivent ce que disent leurs deux attributs. Correction de Benjamini "
        "et Hochberg.",
        "how_subgroups": "Un arbre de profondeur trois sur une moitié des demandeurs, feuilles "
        "d'au moins 50 ; chaque feuille est testée exactement sur l'autre moitié au sein de son "
        "produit, avec la correction de Holm. Rapporté, non jugé.",
        "how_outcomes": "Trois réponses, corrigées selon Bonferroni : des seuls prêts ; pondérée "
        "par l'inverse de la probabilité notée d'un prêt ; bornes dans le pire des cas. Un échec "
        "ou une conformité repose sur les poids ou sur toutes les bornes, jamais sur les seuls "
        "prêts. L'égalité des chances est le plus grand des deux écarts, sans verdict.",
        "how_outcome_tests": "Intervalle de score de la différence de deux taux de défaut ; au "
        "moins 50 prêts de chaque côté. Il dit la mesure que le modèle applique, non pourquoi "
        "les groupes diffèrent ailleurs.",
        "how_explanations": "Intervalles normaux des moyennes, au moins 30 refusés de chaque côté.",
        "how_recourse": "Pour 100 refusés au plus de chaque groupe, tirés au sort, des changements "
        "sont cherchés et notés par le modèle lui-même. Intervalles de Wilson pour les parts, "
        "normaux pour les moyennes, différences par MOVER ; rien au-dessous de 30 personnes. "
        "Rapporté, non jugé : la recherche peut manquer une voie qui existe.",
        "how_proxies": "Un modèle du groupe à partir de toutes les variables, ajusté sur une "
        "moitié et mesuré sur l'autre, avec un test par permutation. Les contributions sont des "
        "valeurs TreeSHAP exactes.",
        "how_distribution": "Intervalles à 95 % par rééchantillonnage. La distance est la "
        "distance moyenne entre rangs égaux (Wasserstein), en points ou dans l'unité du contrat.",
        "how_publishing": "Aucun effectif de moins de dix personnes n'est publié, ni aucun que "
        "l'on tirerait en ajoutant et soustrayant ce que disent ce rapport et les précédents sur "
        "les mêmes demandeurs : les effectifs qui le trahiraient sont arrondis ou retenus "
        "(\u2013). Ce qui est dit de ces groupes est calculé à partir des effectifs arrondis et "
        "ne permet pas de retrouver les vrais. Ceux des croisements, segments, prêts et refus "
        "sont à la dizaine.",
        "publishing": "Ce qui est retenu",
        "limits_text": "Un audit montre des différences, non leurs causes. Qui n'a rien déclaré "
        "forme un groupe, jamais écarté. Les tolérances sont des choix du profil, non des lois "
        "de la nature ; les résumés des lois sont les nôtres et non un avis juridique.",
    },
    "sw": METHOD_SW,
}
"""By language; ``how_`` stands before the name of a part."""
