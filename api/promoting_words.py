"""What is said of promotions, in every language."""

from data.sentences import Sentence, Words
from scoring.states import State

SAID = {
    State.BETTER: Words(State.BETTER, "meilleur", "bora"),
    State.NOT_WORSE: Words(State.NOT_WORSE, "pas pire", "si mbaya zaidi"),
    State.WORSE: Words(State.WORSE, "pire", "mbaya zaidi"),
    State.KEEP_WATCHING: Words(State.KEEP_WATCHING, "à suivre", "endelea kuangalia"),
}
"""What states are called within a sentence."""
NAMELESS = Sentence(
    "key-without-name",
    Words(
        "this key names nobody; make one with microscore keys create --name",
        "cette clé ne nomme personne ; faites-en une avec microscore keys create --name",
        "ufunguo huu haumtaji mtu; tengeneza mmoja kwa microscore keys create --name",
    ),
)
SHORT_REASON = Sentence(
    "short-reason",
    Words(
        "a reason of {characters} characters or more is needed",
        "il faut une raison de {characters} caractères ou plus",
        "sababu ya herufi {characters} au zaidi inahitajika",
    ),
)
WANTED = Sentence(
    "wanted-by", Words("wanted by {people}", "voulu par {people}", "inatakwa na {people}")
)
NO_CHAMPION = Sentence(
    "no-champion-to-run-beside",
    Words(
        "there is no champion yet to run beside",
        "il n'y a pas encore de champion à côté duquel tourner",
        "hakuna bingwa bado wa kuendeshwa kando yake",
    ),
)
NO_REPORT = Sentence(
    "no-shadow-report",
    Words(
        "no report compares it with the champion; run {command}",
        "aucun rapport ne la compare au champion ; lancez {command}",
        "hakuna ripoti inayolilinganisha na bingwa; endesha {command}",
    ),
)
REPORTED = Sentence(
    "shadow-report",
    Words(
        "{state} in the report of {day} on {pairs} pairs",
        "rapport du {day} sur {pairs} paires : {state}",
        "ripoti ya {day} ya jozi {pairs}: {state}",
    ),
)
REPORTED_BOTH = Sentence(
    "shadow-report-with-fairness",
    Words(
        "{state} in the report of {day} on {pairs} pairs, fairness {fairness}",
        "rapport du {day} sur {pairs} paires : {state} ; équité : {fairness}",
        "ripoti ya {day} ya jozi {pairs}: {state}; usawa: {fairness}",
    ),
)
NONE_YET = Sentence(
    "no-champion-yet",
    Words(
        "no version is champion yet; train and promote one first",
        "aucune version n'est encore champion ; entraînez-en une et promouvez-la d'abord",
        "hakuna toleo lililo bingwa bado; fundisha moja na ulipandishe kwanza",
    ),
)
