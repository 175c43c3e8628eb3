"""The rules that fields of requests can break, in every language; none has a place for a value.

What the server says of itself when it is not ready is in ``readiness``, what follows from stored
events in ``data.store.outcome_rules``.
"""

from data.sentences import Sentence, Words

REQUIRED = Sentence("required", Words("is required", "est obligatoire", "inahitajika"))
UNKNOWN = Sentence("unknown-field", Words("unknown field", "champ inconnu", "sehemu isiyojulikana"))
NOT_VALID = Sentence("not-valid", Words("is not valid", "n'est pas valable", "si sahihi"))
OBJECT = Sentence(
    "object", Words("must be an object", "doit être un objet", "lazima iwe kitu cha JSON")
)
LIST = Sentence("list", Words("must be a list", "doit être une liste", "lazima iwe orodha"))
TEXT = Sentence("text", Words("must be a text", "doit être un texte", "lazima iwe maandishi"))
NUMBER = Sentence("number", Words("must be a number", "doit être un nombre", "lazima iwe namba"))
WHOLE_NUMBER = Sentence(
    "whole-number",
    Words("must be a whole number", "doit être un nombre entier", "lazima iwe namba kamili"),
)
TRUE_OR_FALSE = Sentence(
    "true-or-false",
    Words("must be true or false", "doit être vrai ou faux", "lazima iwe kweli au si kweli"),
)
NOT_EMPTY = Sentence(
    "not-empty", Words("must not be empty", "ne doit pas être vide", "lazima isiwe tupu")
)
AT_LEAST = Sentence(
    "at-least",
    Words(
        "must be at least {limit:.15g}",
        "doit valoir au moins {limit:.15g}",
        "lazima isipungue {limit:.15g}",
    ),
)
AT_MOST = Sentence(
    "at-most",
    Words(
        "must be at most {limit:.15g}",
        "doit valoir au plus {limit:.15g}",
        "lazima isizidi {limit:.15g}",
    ),
)
ONE_OF = Sentence(
    "one-of",
    Words(
        "must be one of {choices}",
        "doit être l'une de ces valeurs : {choices}",
        "lazima iwe mojawapo ya {choices}",
    ),
)
OR = Sentence("or", Words("{others} or {last}", "{others} ou {last}", "{others} au {last}"))
"""What stands in ``ONE_OF`` for several choices."""
MOST_CHARACTERS = Sentence(
    "most-characters",
    Words(
        "must have at most {most} characters",
        "doit avoir au plus {most} caractères",
        "lazima iwe na herufi zisizozidi {most}",
    ),
)
MOST_ITEMS = Sentence(
    "most-items",
    Words("has too many items", "a trop d'éléments", "ina vipengele vingi mno"),
)
MOST_BROKEN = Sentence(
    "most-broken",
    Words(
        "more than {most} rules are broken",
        "plus de {most} règles sont enfreintes",
        "zaidi ya kanuni {most} zimevunjwa",
    ),
)
APPLICATIONS = Sentence(
    "applications",
    Words(
        "must be a list of 1 to {most} applications",
        "doit être une liste de 1 à {most} demandes",
        "lazima iwe orodha ya maombi 1 hadi {most}",
    ),
)
EVENTS = Sentence(
    "events",
    Words(
        "must be a list of 1 to {most} events",
        "doit être une liste de 1 à {most} événements",
        "lazima iwe orodha ya matukio 1 hadi {most}",
    ),
)
KEY = Sentence(
    "key",
    Words(
        "must be 1 to 64 of the characters A-Z a-z 0-9 . _ : -",
        "doit avoir de 1 à 64 caractères parmi A-Z a-z 0-9 . _ : -",
        "lazima iwe na herufi au alama 1 hadi 64 kati ya A-Z a-z 0-9 . _ : -",
    ),
)
DIGEST = Sentence(
    "digest",
    Words(
        "must be 64 hexadecimal digits: 0-9 a-f",
        "doit avoir 64 chiffres hexadécimaux : 0-9 a-f",
        "lazima iwe na tarakimu 64 za heksadesimali: 0-9 a-f",
    ),
)
VERSION = Sentence(
    "model-version",
    Words(
        "must be a model version such as microloan-0123456789ab",
        "doit être une version de modèle comme microloan-0123456789ab",
        "lazima iwe toleo la modeli kama microloan-0123456789ab",
    ),
)
UUID = Sentence(
    "uuid",
    Words(
        "must be a UUID: 32 hexadecimal digits in groups of 8-4-4-4-12",
        "doit être un UUID : 32 chiffres hexadécimaux en groupes de 8-4-4-4-12",
        "lazima iwe UUID: tarakimu 32 za heksadesimali katika makundi ya 8-4-4-4-12",
    ),
)
PRINTABLE = Sentence(
    "printable",
    Words(
        "must be 1 to {most} printable ASCII characters without spaces",
        "doit avoir de 1 à {most} caractères ASCII imprimables, sans espace",
        "lazima iwe na herufi au alama 1 hadi {most} za ASCII zinazochapika, bila nafasi",
    ),
)
DAY = Sentence(
    "day",
    Words(
        "must be a date such as 2026-03-31",
        "doit être une date comme 2026-03-31",
        "lazima iwe tarehe kama 2026-03-31",
    ),
)
TIME = Sentence(
    "time",
    Words(
        "must be a time with its zone such as 2026-03-31T12:00:00Z",
        "doit être une heure avec son fuseau, comme 2026-03-31T12:00:00Z",
        "lazima iwe wakati pamoja na ukanda wake wa saa, kama 2026-03-31T12:00:00Z",
    ),
)
OUR_ERA = Sentence(
    "our-era",
    Words(
        "must be a time of our era",
        "doit être un moment de notre ère",
        "lazima iwe wakati wa zama zetu",
    ),
)
UNTIL_TODAY = Sentence(
    "until-today",
    Words(
        "must be a day from {first} to today",
        "doit être un jour entre le {first} et aujourd'hui",
        "lazima iwe siku kuanzia {first} hadi leo",
    ),
)
NOT_FUTURE = Sentence(
    "not-future",
    Words(
        "must not be in the future",
        "ne doit pas être dans le futur",
        "lazima isiwe ya wakati ujao",
    ),
)
NOT_BEFORE_EVENT = Sentence(
    "not-before-event",
    Words(
        "must not be before the event",
        "ne doit pas précéder l'événement",
        "lazima isiwe kabla ya tukio",
    ),
)
TWIN_ROWS = Sentence(
    "twin-rows",
    Words(
        "two rows have the same {names}",
        "deux lignes ont la même valeur de {names}",
        "safu mbili zina {names} sawa",
    ),
)
NO_SCORE = Sentence(
    "no-score-without-consent",
    Words(
        "no score without consent to this source",
        "pas de score sans accord pour cette source",
        "hakuna alama bila idhini ya chanzo hiki",
    ),
)
REASON_NEEDED = Sentence(
    "reason-needed",
    Words(
        "is needed when the outcome differs from the recommendation",
        "est nécessaire quand la décision diffère de la recommandation",
        "inahitajika uamuzi unapotofautiana na pendekezo",
    ),
)
REASON_ABSENT = Sentence(
    "reason-absent",
    Words(
        "must be absent when the outcome does not differ from the recommendation",
        "n'a pas sa place quand la décision ne diffère pas de la recommandation",
        "haitakiwi uamuzi usipotofautiana na pendekezo",
    ),
)
REASON_OF_APPEALS = Sentence(
    "reason-of-appeals",
    Words(
        "'appeal' is kept for the resolution of an appeal",
        "'appeal' est réservé à la réponse à un recours",
        "'appeal' imetengwa kwa ajili ya jibu la rufaa",
    ),
)
REASON_TEXT = Sentence(
    "reason-text",
    Words(
        "must be a text of 1 to 1,000 characters, and nothing else may be there",
        "doit être un texte de 1 à 1 000 caractères, et rien d'autre ne doit s'y trouver",
        "lazima iwe maandishi ya herufi 1 hadi 1,000, na pasiwe na kitu kingine",
    ),
)
