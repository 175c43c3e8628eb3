"""The words of the report of a search."""

from api.reports.search_words_sw import SEARCH_SW
from data.contract import Language

SEARCH_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "language": "English",
        "title": "Search for a less discriminatory model",
        "searched_on": "searched on",
        "by": "by",
        "seed": "seed",
        "FOUND": "Found",
        "NOT_FOUND": "Not found",
        "REFUTED": "Refuted",
        "FOUND_means": "A model was found that ranks and lends as well as today's within the "
        "margins fixed beforehand, and treats the named group more alike by more than noise, on "
        "applicants whom nobody had looked at before.",
        "NOT_FOUND_means": "Within this budget, no candidate was both as good as today's model "
        "and fairer by more than noise on the validation part. Nothing was held against the later "
        "data. This says nothing about models that were not tried.",
        "REFUTED_means": "At least one candidate looked as good and fairer on the validation "
        "part, but the later data did not confirm it. Nothing is claimed; today's model stays.",
        "tried": "candidates tried",
        "loans_seen": "loans they competed on",
        "later_people": "later applicants for the one test",
        "named": "named group",
        "against": "against",
        "ended_time": "The time given ran out before all candidates were tried.",
        "ended_interrupted": "The search was interrupted before all candidates were tried.",
        "answer": "What the later data say",
        "answer_lead": "Each finalist is a complete model, held against today's on the same "
        "applicants. A finalist must meet every condition.",
        "behind": "Under today's model the named group ({group}) is approved less often than its "
        "reference ({reference}): impact ratio {air}.",
        "ahead": "Under today's model the named group ({group}) is approved more often than its "
        "reference ({reference}), so that the reference is behind: impact ratio {air}.",
        "no_finalists": "No candidate became a finalist, so the later data were not looked at.",
        "finalist": "finalist",
        "today": "today's model",
        "what": "what changes",
        "auc_change": "ranking (AUC) change",
        "auc_limit": "proven to be above",
        "loss_ratio": "bad rate of approved loans, ratio",
        "approved_share": "approved",
        "air_pair": "impact ratio, today \u2192 finalist",
        "p": "p, corrected",
        "conditions": "Conditions",
        "fairer": "fairer by more than noise",
        "others": "no group worse off",
        "auc": "ranking held",
        "loss": "losses held",
        "approvals": "as many approved",
        "met": "met",
        "failed": "not met",
        "picture": "Ranking against fairness",
        "picture_lead": "Left: all candidates on the validation part. Higher is fairer (the lower "
        "approval rate over the higher one, for the worst-off group), further right ranks better. "
        "In the green area a candidate keeps the ranking and is fairer than today's recipe, which "
        "is the diamond; the line joins the best trades. Right: the finalists on the later data "
        "as changes from today's model, with 95 % intervals. A change counts only when its bars "
        "lie inside the green area.",
        "on_validation": "Candidates, validation part",
        "on_later": "Finalists, later data",
        "x_auc": "AUC",
        "x_change": "change of AUC",
        "y_worst": "worst group's ratio",
        "y_gain": "nearer to parity, %",
        "outside": "candidates lie further left or lower and are drawn on the edge",
        "groups": "Every group on the later data",
        "groups_lead": "Adverse impact ratio at the policy in force; the intervals hold for all "
        "groups and models together. 1 is equal treatment.",
        "proxies": "Features that carry the gap",
        "proxies_lead": "Under today's recipe these features add most to the gap between the "
        "named group and its reference, the largest first. They were left out and coarsened before "
        "anything else was tried.",
        "no_proxies": "No feature's share of the gap could be told from the validation part.",
        "candidates": "Every candidate",
        "candidates_lead": "All that was tried, in order, on the validation part. Number 0 is "
        "today's recipe, fitted like the others, because today's model has seen these loans.",
        "number": "no.",
        "kind": "way",
        "incumbent": "today's recipe",
        "proxy": "proxy",
        "tuned": "settings",
        "penalised": "penalty",
        "reduced": "reduction",
        "without": "without",
        "coarse": "coarser",
        "penalty_of": "penalty",
        "reduction_of": "reduction, tolerance",
        "settings": "leaves / rows a leaf / rounds",
        "log_loss": "log-loss",
        "loss_rate": "bad rate",
        "agreement": "stability",
        "worst": "worst ratio",
        "front": "front",
        "within": "in margins",
        "yes": "yes",
        "group": "group",
        "reference": "reference",
        "air": "impact ratio",
        "method": "Method",
        "method_text": "The model's own split of its data is kept. Candidates learn from the first "
        "part and compete on the validation part, each fitted twice with other random draws; "
        "stability is the share of applicants whom both fits decide alike. First the features that "
        "carry most of the gap are left out and coarsened; then Optuna proposes settings, "
        "sources, features and a penalty on scores that follow a protected group (log-loss + "
        "strength \u00b7 covariance\u00b2); fairlearn's reductions only where they were asked "
        "for, and "
        "always as one fixed model. Protected attributes are used while fitting and never to "
        "score. Of the candidates on the front, within the margins and with a gain above one "
        "standard error, the surest of each way becomes a finalist: at most four. Finalists are "
        "fitted on all training loans, calibrated, given the policy's cut-offs, and looked at "
        "once on the test period.",
        "margins": "Margins, fixed beforehand",
        "margin_auc": "The AUC may be lower by at most {auc}, and that must be proven: the "
        "one-sided 95 % limit of the paired difference (DeLong) must lie above it.",
        "margin_loss": "The bad rate of approved loans may be higher by at most {loss}, by its "
        "value; its interval is too wide on any realistic number of loans to be proven.",
        "margin_approvals": "As many are approved as by today's model, because approving more "
        "moves ratio and losses by itself; where many scores are equal, the share may differ by at "
        "most {approvals} points.",
        "margin_air": "The named group must be nearer to parity with p at most {error}, paired on "
        "the same applicants and corrected for the finalists (Holm). No other group may be proven "
        "worse off, nor may the worst ratio fall.",
        "limits": "Limits",
        "limits_text": "A search can only speak of what it tried. Only loans that were made have "
        "an outcome, so ranking and losses are those among past borrowers. Groups with fewer than "
        "100 people in a part are not optimised or shown; no count of a group is published. The "
        "incumbent was trained on the validation loans, the finalists as well: only the test "
        "period is new to all.",
        "earlier": "earlier searches of this model have judged finalists on the same test period; "
        "each further look makes a chance finding more likely.",
        "inputs": "Computed from",
        "none": "Nothing to show.",
    },
    "fr": {
        "language": "Français",
        "title": "Recherche d'un modèle moins discriminatoire",
        "searched_on": "recherche du",
        "by": "selon",
        "seed": "graine",
        "FOUND": "Trouvé",
        "NOT_FOUND": "Pas trouvé",
        "REFUTED": "Réfuté",
        "FOUND_means": "Un modèle a été trouvé qui classe et prête aussi bien que celui "
        "d'aujourd'hui, dans les marges fixées d'avance, et qui traite le groupe désigné de façon "
        "plus égale, au-delà du hasard, sur des demandes que personne n'avait regardées.",
        "NOT_FOUND_means": "Dans ce budget, aucun candidat n'a été à la fois aussi bon que le "
        "modèle d'aujourd'hui et plus équitable, au-delà du hasard, sur la partie de validation. "
        "Rien n'a été confronté aux données ultérieures. Cela ne dit rien des modèles non essayés.",
        "REFUTED_means": "Au moins un candidat semblait aussi bon et plus équitable sur la partie "
        "de validation, mais les données ultérieures ne l'ont pas confirmé. Rien n'est affirmé ; "
        "le modèle d'aujourd'hui reste.",
        "tried": "candidats essayés",
        "loans_seen": "prêts qui les ont départagés",
        "later_people": "demandes ultérieures pour l'unique épreuve",
        "named": "groupe désigné",
        "against": "par rapport à",
        "ended_time": "Le temps donné s'est écoulé avant que tous les candidats soient essayés.",
        "ended_interrupted": "La recherche a été interrompue avant la fin des essais.",
        "answer": "Ce que disent les données ultérieures",
        "answer_lead": "Chaque finaliste est un modèle complet, comparé à celui d'aujourd'hui sur "
        "les mêmes demandes. Il doit remplir toutes les conditions.",
        "behind": "Avec le modèle d'aujourd'hui, le groupe désigné ({group}) obtient moins souvent "
        "un accord que sa référence ({reference}) : rapport d'impact {air}.",
        "ahead": "Avec le modèle d'aujourd'hui, le groupe désigné ({group}) obtient plus souvent "
        "un accord que sa référence ({reference}), qui est donc en retrait : rapport d'impact "
        "{air}.",
        "no_finalists": "Aucun candidat n'est devenu finaliste : les données ultérieures n'ont "
        "pas été regardées.",
        "finalist": "finaliste",
        "today": "modèle d'aujourd'hui",
        "what": "ce qui change",
        "auc_change": "classement (AUC), écart",
        "auc_limit": "prouvé supérieur à",
        "loss_ratio": "taux de défaut des prêts accordés, rapport",
        "approved_share": "accordés",
        "air_pair": "rapport d'impact, aujourd'hui \u2192 finaliste",
        "p": "p corrigé",
        "conditions": "Conditions",
        "fairer": "plus équitable, au-delà du hasard",
        "others": "aucun groupe lésé",
        "auc": "classement tenu",
        "loss": "pertes tenues",
        "approvals": "autant d'accords",
        "met": "remplie",
        "failed": "non remplie",
        "picture": "Classement et équité",
        "picture_lead": "À gauche : tous les candidats sur la partie de validation. Plus haut est "
        "plus équitable (le plus bas taux d'acceptation sur le plus haut, pour le "
        "groupe le plus mal placé), plus à droite classe mieux. Dans la zone verte,"
        " un candidat garde le classement et est plus équitable que la recette "
        "d'aujourd'hui, le losange ; la ligne joint les meilleurs compromis. À "
        "droite : les finalistes sur les données ultérieures, en écarts au modèle "
        "d'aujourd'hui, avec intervalles à 95 %. Un écart ne compte que si ses "
        "barres sont dans la zone verte.",
        "on_validation": "Candidats, partie de validation",
        "on_later": "Finalistes, données ultérieures",
        "x_auc": "AUC",
        "x_change": "écart d'AUC",
        "y_worst": "rapport du groupe le plus mal placé",
        "y_gain": "plus près de l'égalité, %",
        "outside": "candidats sont plus à gauche ou plus bas et figurent sur le bord",
        "groups": "Tous les groupes sur les données ultérieures",
        "groups_lead": "Rapport d'impact à la politique en vigueur ; les intervalles valent pour "
        "tous les groupes et modèles ensemble. 1 est l'égalité de traitement.",
        "proxies": "Variables qui portent l'écart",
        "proxies_lead": "Avec la recette d'aujourd'hui, ces variables contribuent le plus à "
        "l'écart entre le groupe désigné et sa référence, la plus forte d'abord. Elles ont été "
        "retirées et simplifiées avant tout autre essai.",
        "no_proxies": "La partie de validation ne permet de nommer aucune variable.",
        "candidates": "Tous les candidats",
        "candidates_lead": "Tout ce qui a été essayé, dans l'ordre, sur la partie de validation. "
        "Le numéro 0 est la recette d'aujourd'hui, ajustée comme les autres, car le modèle "
        "d'aujourd'hui a vu ces prêts.",
        "number": "n\u00b0",
        "kind": "voie",
        "incumbent": "recette d'aujourd'hui",
        "proxy": "substitut",
        "tuned": "réglages",
        "penalised": "pénalité",
        "reduced": "réduction",
        "without": "sans",
        "coarse": "simplifié",
        "penalty_of": "pénalité",
        "reduction_of": "réduction, tolérance",
        "settings": "feuilles / lignes par feuille / arbres",
        "log_loss": "log-perte",
        "loss_rate": "taux de défaut",
        "agreement": "stabilité",
        "worst": "pire rapport",
        "front": "front",
        "within": "dans les marges",
        "yes": "oui",
        "group": "groupe",
        "reference": "référence",
        "air": "rapport d'impact",
        "method": "Méthode",
        "method_text": "Le découpage des données du modèle est conservé. Les candidats apprennent "
        "sur la première partie et sont départagés sur la validation, chacun ajusté deux fois avec "
        "d'autres tirages ; la stabilité est la part des demandes que les deux ajustements "
        "tranchent de même. D'abord, les variables qui portent l'essentiel de l'écart sont "
        "retirées et simplifiées ; puis Optuna propose réglages, sources, variables et une "
        "pénalité sur les scores qui suivent un groupe protégé (log-perte + force \u00b7 "
        "covariance\u00b2) ; les réductions de fairlearn seulement sur demande, et toujours comme "
        "un modèle fixe. Les attributs protégés servent à l'ajustement, jamais au score. Parmi les "
        "candidats du front, dans les marges et avec un gain de plus d'une erreur type, le plus "
        "sûr de chaque voie devient finaliste : quatre au plus. Les finalistes sont ajustés sur "
        "tous les prêts d'apprentissage, calibrés, dotés des seuils de la politique, et regardés "
        "une seule fois sur la période de test.",
        "margins": "Marges fixées d'avance",
        "margin_auc": "L'AUC peut baisser de {auc} au plus, et cela doit être prouvé : la limite "
        "unilatérale à 95 % de l'écart apparié (DeLong) doit être au-dessus.",
        "margin_loss": "Le taux de défaut des prêts accordés peut monter de {loss} au plus, en "
        "valeur ; son intervalle est trop large pour une preuve sur un nombre réaliste de prêts.",
        "margin_approvals": "Autant d'accords qu'avec le modèle d'aujourd'hui, car accorder "
        "davantage déplace à soi seul rapport et pertes ; là où beaucoup de scores sont égaux, la "
        "part peut différer de {approvals} points au plus.",
        "margin_air": "Le groupe désigné doit être plus près de l'égalité avec p de {error} au "
        "plus, apparié sur les mêmes demandes et corrigé pour les finalistes (Holm). Aucun autre "
        "groupe ne doit être prouvé lésé, ni le pire rapport baisser.",
        "limits": "Limites",
        "limits_text": "Une recherche ne parle que de ce qu'elle a essayé. Seuls les prêts "
        "accordés ont une issue : classement et pertes sont ceux des emprunteurs passés. Les "
        "groupes de moins de 100 personnes dans une partie ne sont ni optimisés ni montrés ; aucun "
        "effectif de groupe n'est publié. Le modèle d'aujourd'hui a appris des prêts de "
        "validation, les finalistes aussi : seule la période de test est nouvelle pour tous.",
        "earlier": "recherches antérieures sur ce modèle ont jugé des finalistes sur la même "
        "période de test ; chaque regard de plus rend une trouvaille fortuite plus probable.",
        "inputs": "Calculé à partir de",
        "none": "Rien à montrer.",
    },
    "sw": SEARCH_SW,
}
