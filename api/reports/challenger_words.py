"""The words of the parts of an audit's report about a challenger against the champion."""

from data.contract import Language
from scoring.states import State

WORDS: dict[Language, dict[str, str]] = {
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
        "Les barres sont le rapport d'impact de ce modèle moins celui du champion, avec des "
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
        "air": "écart du rapport d'impact",
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
    "sw": {
        "changed": "Ukilinganisha na bingwa",
        "changed_lead": "Modeli hii na bingwa {champion} kwa waombaji walewale: {verdict}. Pau ni "
        "uwiano wa athari wa modeli hii ukitoa ule wa bingwa, kwa wigo wa 95 % unaomhesabu mtu "
        "mara moja; kulia kwa 0 kundi linafaidika. Hukumu huhesabu uwiano hadi 1 tu, ili kundi "
        "linalopendelewa na modeli zote mbili lisipoteze chochote njiani kuelekea usawa. Si mbaya "
        "zaidi: wigo wote hupunguza chini ya {margin} kutoka kwenye uwiano.",
        "moved": "Uamuzi wa nani unabadilika",
        "moved_lead": "Waombaji ambao modeli moja tu kati ya hizi mbili huwakubali, na jaribio "
        "kamili la McNemar kwamba wanaofaidika ni wengi sawa na wanaopoteza. Kistari ni watu chini "
        "ya kumi, au idadi ambayo ingefichua nyingine ndogo.",
        "recalibrated": "Usahihi wa uwezekano ukilinganisha na bingwa",
        "recalibrated_lead": "Walioshindwa kulipa walioonekana kwa waliotabiriwa na modeli hii, "
        "ukitoa uwiano huo wa bingwa, kwa mikopo iliyotolewa.",
        "group": "kundi",
        "air": "mabadiliko ya uwiano wa athari",
        "difference": "mabadiliko ya tofauti ya viwango",
        "gained": "wanaokubaliwa na modeli hii pekee",
        "lost": "wanaokubaliwa na bingwa pekee",
        "net": "jumla",
        "change": "mabadiliko",
        "settle": "maombi ambayo yangeamua",
        "verdict": "hukumu",
        State.BETTER: "bora",
        State.NOT_WORSE: "si mbaya zaidi",
        State.WORSE: "mbaya zaidi",
        State.KEEP_WATCHING: "endelea kuangalia",
    },
}
