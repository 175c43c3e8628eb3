"""What a client can do about each kind of problem, in every language."""

from api.problem_kinds import Slug
from data.sentences import Words

_EACH_FIELD = Words(
    "Correct each field in 'errors'.",
    "Corrigez chaque champ de « errors ».",
    "Sahihisha kila sehemu iliyo katika 'errors'.",
)

ADVICE: dict[Slug, Words] = {
    "invalid-json": Words(
        "Send strict JSON in UTF-8, each name once.",
        "Envoyez du JSON strict en UTF-8, chaque nom une seule fois.",
        "Tuma JSON kamili kwa UTF-8, kila jina mara moja.",
    ),
    "unauthorized": Words(
        "Send the header 'Authorization: Bearer KEY', with a key or token in force.",
        "Envoyez l'en-tête « Authorization: Bearer CLÉ », avec une clé ou un jeton en vigueur.",
        "Tuma kichwa 'Authorization: Bearer UFUNGUO', kwa ufunguo au tokeni inayotumika.",
    ),
    "forbidden": Words(
        "Ask for a key with the role or branch that may.",
        "Demandez une clé dont le rôle ou l'agence en a le droit.",
        "Omba ufunguo wenye jukumu au tawi linaloruhusiwa.",
    ),
    "not-found": Words(
        "Check the address; a key sees only its own branch.",
        "Vérifiez l'adresse ; une clé ne voit que sa propre agence.",
        "Hakiki anwani; ufunguo huona tawi lake tu.",
    ),
    "method-not-allowed": Words(
        "Use a method named in the header Allow.",
        "Utilisez une méthode que nomme l'en-tête Allow.",
        "Tumia njia iliyotajwa katika kichwa Allow.",
    ),
    "model-change-refused": Words(
        "See 'detail' for what is missing.",
        "Voyez dans « detail » ce qui manque.",
        "Tazama katika 'detail' kinachokosekana.",
    ),
    "erased": Words("Nothing brings it back.", "Rien ne le fait revenir.", "Haziwezi kurudishwa."),
    "body-too-large": Words(
        "Send less, or in several requests.",
        "Envoyez-en moins, ou en plusieurs requêtes.",
        "Tuma kidogo, au kwa maombi kadhaa.",
    ),
    "unsupported-media-type": Words(
        "Send 'Content-Type: application/json'.",
        "Envoyez « Content-Type: application/json ».",
        "Tuma 'Content-Type: application/json'.",
    ),
    "invalid-application": _EACH_FIELD,
    "invalid-statement": Words(
        "Correct each in 'errors'.",
        "Corrigez chacun de ceux de « errors ».",
        "Sahihisha kila moja iliyo katika 'errors'.",
    ),
    "invalid-consents": _EACH_FIELD,
    "invalid-body": _EACH_FIELD,
    "conflict": Words(
        "Read it again, then act as it is now.",
        "Relisez, puis agissez selon l'état actuel.",
        "Soma tena, kisha tenda kulingana na hali ya sasa.",
    ),
    "invalid-parameter": _EACH_FIELD,
    "idempotency-key-reused": Words(
        "Send a new key for a new request, and the same body when you try again.",
        "Envoyez une nouvelle clé pour une nouvelle requête, et le même corps pour réessayer.",
        "Tuma ufunguo mpya kwa ombi jipya, na maudhui yaleyale unapojaribu tena.",
    ),
    "too-many-requests": Words(
        "Wait as the header Retry-After says.",
        "Attendez le temps que dit l'en-tête Retry-After.",
        "Subiri kama kichwa Retry-After kinavyosema.",
    ),
    "too-many-failures": Words(
        "Correct the key or token, and wait as the header Retry-After says.",
        "Corrigez la clé ou le jeton, et attendez le temps que dit l'en-tête Retry-After.",
        "Sahihisha ufunguo au tokeni, na usubiri kama kichwa Retry-After kinavyosema.",
    ),
    "score-budget-spent": Words(
        "Wait for the next day (UTC), or ask for a key with a larger budget.",
        "Attendez le jour suivant (UTC), ou demandez une clé au plafond plus haut.",
        "Subiri siku inayofuata (UTC), au omba ufunguo wenye kiwango kikubwa zaidi.",
    ),
    "probing-stopped": Words(
        "Send what is true of the applicant, or wait as the header Retry-After says.",
        "Envoyez ce qui est vrai du demandeur, ou attendez le temps que dit Retry-After.",
        "Tuma taarifa za kweli za mwombaji, au subiri kama kichwa Retry-After kinavyosema.",
    ),
    "internal-error": Words(
        "Try again; if it stays, report the 'instance'.",
        "Réessayez ; si cela dure, signalez « instance ».",
        "Jaribu tena; tatizo likiendelea, ripoti 'instance'.",
    ),
    "no-champion": Words(
        "Wait until a model is promoted.",
        "Attendez qu'un modèle soit promu.",
        "Subiri hadi modeli ipandishwe.",
    ),
    "model-unavailable": Words(
        "Have its bundle put back into the models folder, and try again.",
        "Faites remettre ses fichiers dans le dossier des modèles, puis réessayez.",
        "Omba faili zake zirudishwe kwenye folda ya modeli, kisha ujaribu tena.",
    ),
    "store-unavailable": Words(
        "Try again with the same Idempotency-Key: what was stored all the same is then found.",
        "Réessayez avec la même Idempotency-Key : ce qui a été enregistré malgré tout est "
        "alors retrouvé.",
        "Jaribu tena kwa Idempotency-Key ileile: kilichohifadhiwa hata hivyo kitapatikana.",
    ),
    "inbox-unavailable": Words(
        "Try again; if it stays, run `microscore fairness protect-inbox` where audits run.",
        "Réessayez ; si cela dure, lancez `microscore fairness protect-inbox` là où tournent "
        "les audits.",
        "Jaribu tena; tatizo likiendelea, endesha `microscore fairness protect-inbox` mahali "
        "kaguzi zinapofanyika.",
    ),
    "issuer-unavailable": Words(
        "Try again; keys made by `microscore keys create` work meanwhile.",
        "Réessayez ; les clés faites par `microscore keys create` marchent entre-temps.",
        "Jaribu tena; funguo zilizotengenezwa na `microscore keys create` zinafanya kazi.",
    ),
    "not-ready": Words("See 'errors'.", "Voyez « errors ».", "Tazama 'errors'."),
}
