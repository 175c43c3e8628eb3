"""The kinds of problems: their statuses, and what each is called in every language."""

from typing import Literal, NamedTuple

from data.sentences import Words

Slug = Literal[
    "invalid-json",
    "unauthorized",
    "forbidden",
    "not-found",
    "method-not-allowed",
    "model-change-refused",
    "erased",
    "body-too-large",
    "unsupported-media-type",
    "invalid-application",
    "invalid-statement",
    "invalid-consents",
    "invalid-body",
    "invalid-parameter",
    "conflict",
    "idempotency-key-reused",
    "too-many-requests",
    "too-many-failures",
    "score-budget-spent",
    "probing-stopped",
    "internal-error",
    "no-champion",
    "model-unavailable",
    "store-unavailable",
    "inbox-unavailable",
    "issuer-unavailable",
    "not-ready",
]


class Kind(NamedTuple):
    """One kind of problem: its status, its title and after how many seconds to try again."""

    status: int
    title: Words
    retry_after: int | None = None


KINDS: dict[Slug, Kind] = {
    "invalid-json": Kind(
        400,
        Words(
            "The body is not acceptable JSON",
            "Le corps n'est pas un JSON acceptable",
            "Maudhui ya ombi si JSON inayokubalika",
        ),
    ),
    "unauthorized": Kind(
        401,
        Words(
            "A valid key or token is needed",
            "Il faut une clé ou un jeton valable",
            "Ufunguo au tokeni halali inahitajika",
        ),
    ),
    "forbidden": Kind(
        403,
        Words(
            "This key may not do that",
            "Cette clé n'en a pas le droit",
            "Ufunguo huu hauruhusiwi kufanya hivyo",
        ),
    ),
    "not-found": Kind(404, Words("Not found", "Introuvable", "Haikupatikana")),
    "method-not-allowed": Kind(
        405,
        Words(
            "The address has no such method",
            "L'adresse n'a pas cette méthode",
            "Anwani haina njia hiyo",
        ),
    ),
    "model-change-refused": Kind(
        409,
        Words(
            "The model may not be changed so",
            "Le modèle ne peut pas être changé ainsi",
            "Modeli haiwezi kubadilishwa hivyo",
        ),
    ),
    "erased": Kind(
        410,
        Words(
            "What was personal in this decision is erased",
            "Ce que cette décision avait de personnel est effacé",
            "Taarifa binafsi za uamuzi huu zimefutwa",
        ),
    ),
    "body-too-large": Kind(
        413,
        Words("The body is too large", "Le corps est trop grand", "Maudhui ya ombi ni makubwa mno"),
    ),
    "unsupported-media-type": Kind(
        415,
        Words(
            "The body has another type than JSON",
            "Le corps est d'un autre type que JSON",
            "Maudhui ya ombi si ya aina ya JSON",
        ),
    ),
    "invalid-application": Kind(
        422,
        Words(
            "The application breaks a rule of the contract",
            "La demande enfreint une règle du contrat",
            "Ombi la mkopo linavunja kanuni ya mkataba",
        ),
    ),
    "invalid-statement": Kind(
        422,
        Words(
            "A protected attribute breaks a rule of the contract",
            "Un attribut protégé enfreint une règle du contrat",
            "Sifa inayolindwa inavunja kanuni ya mkataba",
        ),
    ),
    "invalid-consents": Kind(
        422,
        Words(
            "A consent breaks a rule of the contract",
            "Un consentement enfreint une règle du contrat",
            "Idhini inavunja kanuni ya mkataba",
        ),
    ),
    "invalid-body": Kind(
        422,
        Words(
            "The body breaks a rule",
            "Le corps enfreint une règle",
            "Maudhui ya ombi yanavunja kanuni",
        ),
    ),
    "conflict": Kind(
        409,
        Words(
            "What was asked does not fit what is stored",
            "La demande ne correspond pas à ce qui est enregistré",
            "Kilichoombwa hakilingani na kilichohifadhiwa",
        ),
    ),
    "invalid-parameter": Kind(
        422,
        Words(
            "A parameter of the request is not valid",
            "Un paramètre de la requête n'est pas valable",
            "Kigezo cha ombi si halali",
        ),
    ),
    "idempotency-key-reused": Kind(
        422,
        Words(
            "The Idempotency-Key was used for another request",
            "L'Idempotency-Key a servi à une autre requête",
            "Idempotency-Key ilitumika kwa ombi lingine",
        ),
    ),
    "too-many-requests": Kind(
        429,
        Words(
            "Too many requests with this key",
            "Trop de requêtes avec cette clé",
            "Maombi mengi mno kwa ufunguo huu",
        ),
    ),
    "too-many-failures": Kind(
        429,
        Words(
            "Too many wrong keys from this address",
            "Trop de clés fausses depuis cette adresse",
            "Funguo nyingi mno zisizo sahihi kutoka anwani hii",
        ),
    ),
    "score-budget-spent": Kind(
        429,
        Words(
            "The scores of this day are used up",
            "Les scores de ce jour sont épuisés",
            "Alama za siku hii zimekwisha",
        ),
    ),
    "probing-stopped": Kind(
        429,
        Words(
            "This applicant was scored with too many different values",
            "Ce demandeur a été noté avec trop de valeurs différentes",
            "Mwombaji huyu amepewa alama kwa thamani tofauti nyingi mno",
        ),
    ),
    "internal-error": Kind(
        500, Words("The server failed", "Le serveur a échoué", "Seva imeshindwa")
    ),
    "no-champion": Kind(
        503,
        Words(
            "No model is in service", "Aucun modèle n'est en service", "Hakuna modeli inayotumika"
        ),
        retry_after=5,
    ),
    "model-unavailable": Kind(
        503,
        Words(
            "The model that decided cannot be opened now",
            "Le modèle qui a décidé ne peut pas être ouvert maintenant",
            "Modeli iliyoamua haiwezi kufunguliwa sasa",
        ),
        retry_after=60,
    ),
    "store-unavailable": Kind(
        503,
        Words(
            "The decision cannot be stored now",
            "La décision ne peut pas être enregistrée maintenant",
            "Uamuzi hauwezi kuhifadhiwa sasa",
        ),
        retry_after=2,
    ),
    "inbox-unavailable": Kind(
        503,
        Words(
            "Protected attributes cannot be kept now",
            "Les attributs protégés ne peuvent pas être gardés maintenant",
            "Sifa zinazolindwa haziwezi kuhifadhiwa sasa",
        ),
        retry_after=5,
    ),
    "issuer-unavailable": Kind(
        503,
        Words(
            "The identity provider cannot be asked now",
            "Le fournisseur d'identité ne peut pas être interrogé maintenant",
            "Mtoa utambulisho hawezi kuulizwa sasa",
        ),
        retry_after=5,
    ),
    "not-ready": Kind(
        503,
        Words("The server is not ready", "Le serveur n'est pas prêt", "Seva haiko tayari"),
        retry_after=5,
    ),
}
