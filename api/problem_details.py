"""What the details of problems say, in every language; none has a place for what was sent."""

from data.sentences import Sentence, Words

LACKS_SCOPE = Sentence(
    "lacks-scope",
    Words(
        "this key lacks the scope {scope}",
        "cette clé n'a pas le droit {scope}",
        "ufunguo huu hauna ruhusa {scope}",
    ),
)
OWN_BRANCH = Sentence(
    "own-branch-only",
    Words(
        "this key decides for its own branch only",
        "cette clé ne décide que pour sa propre agence",
        "ufunguo huu huamua kwa ajili ya tawi lake tu",
    ),
)
ONE_ROLE = Sentence(
    "one-role",
    Words(
        "the token must carry exactly one role of this service",
        "le jeton doit porter exactement un rôle de ce service",
        "tokeni lazima iwe na jukumu moja tu la huduma hii",
    ),
)
NEEDS_BRANCH = Sentence(
    "needs-branch",
    Words(
        "the token of an officer must carry a branch",
        "le jeton d'un agent doit porter une agence",
        "tokeni ya afisa lazima iwe na tawi",
    ),
)
SCORES_A_DAY = Sentence(
    "scores-a-day",
    Words(
        "this key may have {limit} scores a day (UTC)",
        "cette clé a droit à {limit} scores par jour (UTC)",
        "ufunguo huu unaruhusiwa alama {limit} kwa siku (UTC)",
    ),
)
NO_MODEL_ASKED = Sentence(
    "no-model-asked",
    Words(
        "no model was asked for this decision",
        "aucun modèle n'a été consulté pour cette décision",
        "hakuna modeli iliyoulizwa kwa uamuzi huu",
    ),
)
SUSPENDED = Sentence(
    "suspended",
    Words(
        "the model is suspended, so nothing can be tried with it",
        "le modèle est suspendu : rien ne peut être essayé avec lui",
        "modeli imesimamishwa, hivyo hakuna kinachoweza kujaribiwa nayo",
    ),
)
NO_PERFORMANCE = Sentence(
    "no-performance-report",
    Words(
        "no report of performance is kept yet",
        "aucun rapport de performance n'est encore gardé",
        "hakuna ripoti ya utendaji iliyohifadhiwa bado",
    ),
)
ENDED_EARLY = Sentence(
    "ended-early",
    Words(
        "the body ended early",
        "le corps s'est arrêté trop tôt",
        "maudhui ya ombi yaliishia njiani",
    ),
)
MOST_BYTES = Sentence(
    "most-bytes",
    Words(
        "at most {limit} bytes are read",
        "au plus {limit} octets sont lus",
        "baiti zisizozidi {limit} husomwa",
    ),
)
JSON_TYPE = Sentence(
    "json-type",
    Words(
        "send application/json in UTF-8",
        "envoyez application/json en UTF-8",
        "tuma application/json kwa UTF-8",
    ),
)
UNCOMPRESSED = Sentence(
    "uncompressed",
    Words(
        "send the body without compression",
        "envoyez le corps sans compression",
        "tuma maudhui bila kuyabana",
    ),
)
MOST_VALUES = Sentence(
    "most-values",
    Words("more than {most} values", "plus de {most} valeurs", "zaidi ya thamani {most}"),
)
STRICT_JSON = Sentence(
    "strict-json",
    Words(
        "the body is not strict JSON in UTF-8",
        "le corps n'est pas du JSON strict en UTF-8",
        "maudhui si JSON kamili kwa UTF-8",
    ),
)
TOO_DEEP = Sentence(
    "too-deep",
    Words(
        "deeper than {depth} levels",
        "plus profond que {depth} niveaux",
        "kina kinazidi ngazi {depth}",
    ),
)
TWICE = Sentence(
    "name-twice",
    Words(
        "a name stands twice in one object",
        "un nom figure deux fois dans un objet",
        "jina limetajwa mara mbili katika kitu kimoja",
    ),
)
