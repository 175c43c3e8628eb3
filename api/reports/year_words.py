"""The words of the chart of a lived-through world, in its three languages."""

from data.contract import Language

YEAR_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "language": "English",
        "title": "Two years of a made-up lender",
        "lead": "Nobody here is real. Each month people applied, were scored, lent to and repaid; "
        "the jobs of the worker ran on the first day of the next month.",
        "right": "All {due} alarms that were due came, and no others; the challenger that "
        "learned from it became champion.",
        "wrong": "The story did not go as the truth says: {missing} alarms did not come, {false} "
        "came that should not, {promoted} challengers became champion.",
        "applications": "applications",
        "lent": "loans",
        "alarms": "alarms, one cause shows in many places",
        "models": "models in service",
        "share": "Approved by the model, and lent to",
        "approved": "approved",
        "paid": "lent to",
        "rates": "Bad loans: expected, observed, estimated",
        "rates_lead": "Expected: mean probability of the loans of a month. Observed: the share "
        "that went bad, with its 95 % interval, once all of them have matured; half a year late, "
        "so the last months have none. Estimated: of those that the model would approve, before "
        "anybody had repaid; it cannot see that people now repay otherwise than before.",
        "expected": "expected",
        "observed": "observed",
        "estimated": "estimated",
        "episodes": "Alarms from their first to their last month",
        "drought": "drought",
        "product": "new product",
        "service": "in service",
        "month": "month",
        "loans": "loans",
        "due": "What was due and what came",
        "due_lead": "The truth was written before anything was scored: the earliest and the "
        "latest day on which a window of 28 days may end that raises the alarm.",
        "cause": "cause",
        "alarm": "alarm",
        "layer": "layer",
        "earliest": "from",
        "latest": "by",
        "came": "came on",
        "never": "did not come",
        "table": "The same in numbers",
        "model": "model",
        "raised": "raised",
    },
    "fr": {
        "language": "Français",
        "title": "Deux ans d'un prêteur inventé",
        "lead": "Personne ici n'est réel. Chaque mois, des gens ont demandé un prêt, ont été "
        "notés, ont reçu ou non le prêt et ont remboursé ; les tâches du service ont tourné le "
        "premier jour du mois suivant.",
        "right": "Les {due} alertes attendues sont toutes venues, et aucune autre ; le prétendant "
        "qui en a appris est devenu champion.",
        "wrong": "L'histoire ne s'est pas passée comme le dit la vérité : {missing} alertes ne "
        "sont pas venues, {false} sont venues à tort, {promoted} prétendants sont devenus "
        "champions.",
        "applications": "demandes",
        "lent": "prêts",
        "alarms": "alertes ; une cause se voit à plusieurs endroits",
        "models": "modèles en service",
        "share": "Accordés par le modèle, et prêtés",
        "approved": "accordés",
        "paid": "prêtés",
        "rates": "Prêts en défaut : attendus, observés, estimés",
        "rates_lead": "Attendu : probabilité moyenne des prêts d'un mois. Observé : la part en "
        "défaut, avec son intervalle à 95 %, une fois que tous sont échus ; six mois plus tard, "
        "d'où rien pour les derniers mois. Estimé : parmi ceux que le modèle accorderait, avant "
        "tout remboursement ; cette estimation ne voit pas que l'on rembourse désormais autrement.",
        "expected": "attendu",
        "observed": "observé",
        "estimated": "estimé",
        "episodes": "Alertes, de leur premier à leur dernier mois",
        "drought": "sécheresse",
        "product": "nouveau produit",
        "service": "en service",
        "month": "mois",
        "loans": "prêts",
        "due": "Ce qui était attendu et ce qui est venu",
        "due_lead": "La vérité a été écrite avant toute note : le premier et le dernier jour où "
        "peut finir la fenêtre de 28 jours qui lève l'alerte.",
        "cause": "cause",
        "alarm": "alerte",
        "layer": "couche",
        "earliest": "à partir du",
        "latest": "au plus tard le",
        "came": "venue le",
        "never": "n'est pas venue",
        "table": "La même chose en chiffres",
        "model": "modèle",
        "raised": "levées",
    },
    "sw": {
        "language": "Kiswahili",
        "title": "Miaka miwili ya mkopeshaji wa kubuni",
        "lead": "Hakuna mtu wa kweli hapa. Kila mwezi watu waliomba, wakapewa alama, wakakopeshwa "
        "na wakalipa; kazi za programu ziliendeshwa siku ya kwanza ya mwezi uliofuata.",
        "right": "Tahadhari zote {due} zilizotarajiwa zilikuja, na hakuna nyingine; modeli "
        "mpinzani iliyojifunza kutokana nazo imekuwa bingwa.",
        "wrong": "Mambo hayakwenda kama ukweli unavyosema: tahadhari {missing} hazikuja, {false} "
        "zilikuja bila sababu, na wapinzani {promoted} wamekuwa mabingwa.",
        "applications": "maombi",
        "lent": "mikopo",
        "alarms": "tahadhari; sababu moja huonekana sehemu nyingi",
        "models": "modeli zilizotumika",
        "share": "Waliokubaliwa na modeli, na waliokopeshwa",
        "approved": "waliokubaliwa",
        "paid": "waliokopeshwa",
        "rates": "Mikopo mibaya: iliyotarajiwa, iliyoonekana, iliyokadiriwa",
        "rates_lead": "Iliyotarajiwa: wastani wa uwezekano wa mikopo ya mwezi. Iliyoonekana: "
        "sehemu iliyokuwa mibaya, pamoja na mipaka ya 95 %, yote ikishakomaa; nusu mwaka baadaye, "
        "kwa hiyo miezi ya mwisho haina. Iliyokadiriwa: ya wale ambao modeli ingewakubali, kabla "
        "ya yeyote kulipa; haiwezi kuona kwamba sasa watu wanalipa tofauti na zamani.",
        "expected": "iliyotarajiwa",
        "observed": "iliyoonekana",
        "estimated": "iliyokadiriwa",
        "episodes": "Tahadhari, kuanzia mwezi wa kwanza hadi wa mwisho",
        "drought": "ukame",
        "product": "bidhaa mpya",
        "service": "inatumika",
        "month": "mwezi",
        "loans": "mikopo",
        "due": "Kilichotarajiwa na kilichokuja",
        "due_lead": "Ukweli uliandikwa kabla ya alama yoyote kutolewa: siku ya kwanza na ya mwisho "
        "ambapo dirisha la siku 28 linaloleta tahadhari linaweza kuisha.",
        "cause": "sababu",
        "alarm": "tahadhari",
        "layer": "ngazi",
        "earliest": "kuanzia",
        "latest": "kabla ya",
        "came": "ilikuja",
        "never": "haikuja",
        "table": "Hayo hayo kwa namba",
        "model": "modeli",
        "raised": "zilizotolewa",
    },
}
