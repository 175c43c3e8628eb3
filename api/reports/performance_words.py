"""The words of the report of realised performance, in its three languages."""

from data.contract import Language

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "language": "English",
        "title": "How the loans turned out",
        "known": "as known at the end of {day}; repayments are seen until {seen}",
        "bad": "Bad: {days} days past due within {window} days of the disbursement, as the "
        "contract defines it.",
        "stored": "loans known",
        "decided": "decided by this model",
        "matured": "matured",
        "whole": "of whole vintages",
        "no_loans": "No loan of this model has matured yet.",
        "quiet": "No alarm: the loans that matured since {since} do not contradict the "
        "probabilities.",
        "risk_too_low": "Alarm on {day}: more loans go bad than the model says, from {since} on. "
        "The odds are {odds} times those of the model.",
        "risk_too_high": "Alarm on {day}: fewer loans go bad than the model says, from {since} on. "
        "The odds are {odds} times those of the model.",
        "evidence": "Evidence that the probabilities are wrong",
        "evidence_lead": "One unit is bet against the model's probabilities, loan after loan in "
        "the order in which they mature. Were every probability right, the bettor would reach "
        "20 in at most one year of twenty, however often one looks. Each year begins again at 1. "
        "A second loan that a person took while the first was open is left out.",
        "by_vintage": "Observed over expected, by month of disbursement",
        "by_vintage_lead": "Only months of which every loan has matured, all at the same age. The "
        "bars are 95 % intervals; at 1 as many loans went bad as the model said.",
        "by_band": "Expected and observed, by band",
        "by_band_lead": "The line is the observed share with its 95 % interval, the ring what "
        "the model expected.",
        "ranking": "Ranking and calibration",
        "ranking_lead": "On the same loans. A slope of 1 and an intercept of 0 are right; a dash "
        "stands where fewer than ten loans are bad or good.",
        "early": "Early labels",
        "early_lead": "These are not the contract's label and are counted apart from it: whether "
        "the first instalment was still open after 30 days, and whether any was 30 days past due "
        "by the end of the third month. All loans of the contract.",
        "vintages": "Vintage curves",
        "vintages_lead": "Share of the loans of a month that were bad after so many months on "
        "book, for all loans of the contract. A curve ends where not all of its loans are seen.",
        "at_risk": "Portfolio at risk",
        "at_risk_lead": "Balance of loans with an instalment 30 (90) days past due or more, over "
        "the balance of all open loans: what is still to be paid of their schedules. Written-off "
        "loans are in neither.",
        "rolls": "Roll rates",
        "rolls_lead": "Of the loans in a bucket of days past due at a month's end, the share that "
        "is in another a month later, over the last twelve months.",
        "year": "year from",
        "until": "until",
        "loans": "loans",
        "observed": "bad",
        "expected": "expected",
        "ratio": "observed / expected",
        "e_value": "evidence",
        "largest": "largest",
        "alarm": "alarm",
        "left_out": "left out",
        "yes": "yes",
        "no": "no",
        "month": "month",
        "band": "band",
        "share": "share",
        "measure": "measure",
        "value": "value (95 %)",
        "auc": "AUC",
        "ks": "KS",
        "slope": "slope of calibration",
        "intercept": "intercept of calibration",
        "first_payment": "first instalment open after 30 days",
        "third_month": "30 days past due by month 3",
        "age": "months on book",
        "balance": "balance",
        "rescheduled": "rescheduled",
        "written_off": "written off so far",
        "from_to": "from \\ to",
        "to": "to",
        "closed": "repaid",
        "current": "current",
    },
    "fr": {
        "language": "Français",
        "title": "Ce que les prêts sont devenus",
        "known": "tel que connu à la fin du {day} ; remboursements vus jusqu'au {seen}",
        "bad": "Mauvais : {days} jours de retard dans les {window} jours suivant le décaissement, "
        "selon la définition du contrat.",
        "stored": "prêts connus",
        "decided": "décidés par ce modèle",
        "matured": "arrivés à maturité",
        "whole": "de générations complètes",
        "no_loans": "Aucun prêt de ce modèle n'est encore arrivé à maturité.",
        "quiet": "Pas d'alarme : les prêts arrivés à maturité depuis le {since} ne contredisent "
        "pas les probabilités.",
        "risk_too_low": "Alarme le {day} : plus de mauvais prêts que le modèle ne le dit, à partir "
        "du {since}. Les cotes valent {odds} fois celles du modèle.",
        "risk_too_high": "Alarme le {day} : moins de mauvais prêts que le modèle ne le dit, à "
        "partir du {since}. Les cotes valent {odds} fois celles du modèle.",
        "evidence": "Preuves que les probabilités sont fausses",
        "evidence_lead": "On parie une unité contre les probabilités du modèle, prêt après prêt, "
        "dans l'ordre de leur maturité. Si chaque probabilité était juste, le parieur "
        "atteindrait 20 au plus une année sur vingt, aussi souvent qu'on regarde. Chaque année "
        "repart de 1. Un second prêt pris pendant que le premier était ouvert n'est pas compté.",
        "by_vintage": "Observés sur attendus, par mois de décaissement",
        "by_vintage_lead": "Seulement les mois dont tous les prêts sont arrivés à maturité, tous "
        "au même âge. Les barres sont des intervalles à 95 % ; à 1, il y a autant de mauvais "
        "prêts que prévu.",
        "by_band": "Attendus et observés, par classe",
        "by_band_lead": "La barre est la part observée avec son intervalle à 95 %, l'anneau ce "
        "que le modèle attendait.",
        "ranking": "Classement et calibration",
        "ranking_lead": "Sur les mêmes prêts. Une pente de 1 et une constante de 0 sont justes ; "
        "un tiret remplace moins de dix bons ou mauvais prêts.",
        "early": "Signes précoces",
        "early_lead": "Ce ne sont pas les résultats définis par le contrat, et ils sont comptés à "
        "part : première échéance encore impayée après 30 jours, et 30 jours de retard avant la "
        "fin du troisième mois. Tous les prêts du contrat.",
        "vintages": "Courbes par génération",
        "vintages_lead": "Part des prêts d'un mois devenus mauvais après tant de mois, pour tous "
        "les prêts du contrat. Une courbe s'arrête là où tous ses prêts ne sont pas vus.",
        "at_risk": "Portefeuille à risque",
        "at_risk_lead": "Encours des prêts dont une échéance a 30 (90) jours de retard ou plus, "
        "rapporté à l'encours de tous les prêts ouverts : ce qui reste à payer des échéanciers. "
        "Les prêts passés en perte n'y sont pas.",
        "rolls": "Taux de passage",
        "rolls_lead": "Des prêts d'une tranche de retard à la fin d'un mois, la part qui se trouve "
        "dans une autre un mois plus tard, sur les douze derniers mois.",
        "year": "année à partir du",
        "until": "jusqu'au",
        "loans": "prêts",
        "observed": "mauvais",
        "expected": "attendus",
        "ratio": "observés / attendus",
        "e_value": "preuve",
        "largest": "maximum",
        "alarm": "alarme",
        "left_out": "non comptés",
        "yes": "oui",
        "no": "non",
        "month": "mois",
        "band": "classe",
        "share": "part",
        "measure": "mesure",
        "value": "valeur (95 %)",
        "auc": "AUC",
        "ks": "KS",
        "slope": "pente de calibration",
        "intercept": "constante de calibration",
        "first_payment": "première échéance impayée après 30 jours",
        "third_month": "30 jours de retard avant le mois 3",
        "age": "mois écoulés",
        "balance": "encours",
        "rescheduled": "rééchelonnés",
        "written_off": "passés en perte à ce jour",
        "from_to": "de \\ à",
        "to": "à",
        "closed": "remboursé",
        "current": "à jour",
    },
    "sw": {
        "language": "Kiswahili",
        "title": "Mikopo iliishaje",
        "known": "kama ilivyojulikana mwisho wa {day}; marejesho yanaonekana hadi {seen}",
        "bad": "Mbaya: kuchelewa siku {days} ndani ya siku {window} tangu mkopo kutolewa, kama "
        "mkataba unavyoeleza.",
        "stored": "mikopo inayojulikana",
        "decided": "iliyoamuliwa na modeli hii",
        "matured": "iliyokomaa",
        "whole": "ya miezi iliyokamilika",
        "no_loans": "Hakuna mkopo wa modeli hii uliokomaa bado.",
        "quiet": "Hakuna tahadhari: mikopo iliyokomaa tangu {since} haipingani na uwezekano "
        "uliotabiriwa.",
        "risk_too_low": "Tahadhari tarehe {day}: mikopo mibaya ni mingi kuliko modeli inavyosema, "
        "tangu {since}. Uwiano wa hatari ni mara {odds} ya ule wa modeli.",
        "risk_too_high": "Tahadhari tarehe {day}: mikopo mibaya ni michache kuliko modeli "
        "inavyosema, tangu {since}. Uwiano wa hatari ni mara {odds} ya ule wa modeli.",
        "evidence": "Ushahidi kwamba uwezekano uliotabiriwa si sahihi",
        "evidence_lead": "Kitengo kimoja kinawekwa dau dhidi ya uwezekano wa modeli, mkopo baada "
        "ya mkopo kwa mpangilio wa kukomaa. Kama kila uwezekano ungekuwa sahihi, dau lingefika "
        "20 katika mwaka mmoja tu kati ya ishirini, hata ukiangalia mara ngapi. Kila mwaka huanza "
        "upya kwa 1. Mkopo wa pili wa mtu ambaye wa kwanza bado uko wazi hauhesabiwi.",
        "by_vintage": "Iliyoonekana kwa iliyotarajiwa, kwa mwezi wa kutolewa",
        "by_vintage_lead": "Miezi ambayo mikopo yake yote imekomaa tu, yote ikiwa na umri sawa. "
        "Mistari ni wigo wa 95 %; kwenye 1 mikopo mibaya ni mingi kama modeli ilivyosema.",
        "by_band": "Iliyotarajiwa na iliyoonekana, kwa daraja",
        "by_band_lead": "Mstari ni sehemu iliyoonekana na wigo wake wa 95 %, duara ni kile "
        "modeli ilichotarajia.",
        "ranking": "Mpangilio na usahihi wa uwezekano",
        "ranking_lead": "Kwa mikopo ileile. Mteremko wa 1 na kianzio cha 0 ni sahihi; mstari "
        "mfupi unaonyesha mikopo mibaya au mizuri chini ya kumi.",
        "early": "Dalili za mapema",
        "early_lead": "Haya si matokeo yanayoelezwa na mkataba na yanahesabiwa kando: kama "
        "rejesho la kwanza halijalipwa baada ya siku 30, na kama lolote limechelewa siku 30 "
        "kabla ya mwisho wa mwezi wa tatu. Mikopo yote ya mkataba.",
        "vintages": "Mikondo ya miezi ya kutolewa",
        "vintages_lead": "Sehemu ya mikopo ya mwezi iliyokuwa mibaya baada ya miezi kadhaa, kwa "
        "mikopo yote ya mkataba. Mkondo unaishia pale ambapo si mikopo yake yote inaonekana.",
        "at_risk": "Mikopo iliyo hatarini (PAR)",
        "at_risk_lead": "Salio la mikopo yenye rejesho lililochelewa siku 30 (90) au zaidi, kwa "
        "salio la mikopo yote iliyo wazi: kile ambacho bado hakijalipwa. Mikopo iliyofutwa haimo.",
        "rolls": "Viwango vya kuhama",
        "rolls_lead": "Kati ya mikopo ya kundi la siku za kuchelewa mwishoni mwa mwezi, sehemu "
        "iliyo katika kundi jingine mwezi mmoja baadaye, kwa miezi kumi na miwili ya mwisho.",
        "year": "mwaka kuanzia",
        "until": "hadi",
        "loans": "mikopo",
        "observed": "mibaya",
        "expected": "iliyotarajiwa",
        "ratio": "iliyoonekana / iliyotarajiwa",
        "e_value": "ushahidi",
        "largest": "kikubwa zaidi",
        "alarm": "tahadhari",
        "left_out": "haikuhesabiwa",
        "yes": "ndiyo",
        "no": "hapana",
        "month": "mwezi",
        "band": "daraja",
        "share": "sehemu",
        "measure": "kipimo",
        "value": "thamani (95 %)",
        "auc": "AUC",
        "ks": "KS",
        "slope": "mteremko wa usahihi",
        "intercept": "kianzio cha usahihi",
        "first_payment": "rejesho la kwanza wazi baada ya siku 30",
        "third_month": "kuchelewa siku 30 kabla ya mwezi 3",
        "age": "miezi tangu kutolewa",
        "balance": "salio",
        "rescheduled": "iliyopangwa upya",
        "written_off": "iliyofutwa hadi sasa",
        "from_to": "kutoka \\ hadi",
        "to": "hadi",
        "closed": "imelipwa",
        "current": "haijachelewa",
    },
}
