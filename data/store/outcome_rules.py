"""What an event can break among those that are stored, in every language."""

from data.sentences import Sentence, Words

OTHER_EVENT = Sentence(
    "other-event",
    Words(
        "is the id of another event already",
        "est déjà l'identifiant d'un autre événement",
        "tayari ni kitambulisho cha tukio jingine",
    ),
)
HAS_LOAN = Sentence("has-loan", Words("has a loan already", "a déjà un prêt", "tayari ina mkopo"))
NO_LOAN = Sentence(
    "no-loan",
    Words(
        "no loan of this application is stored",
        "aucun prêt de cette demande n'est enregistré",
        "hakuna mkopo wa ombi hili uliohifadhiwa",
    ),
)
OTHER_INSTALMENT = Sentence(
    "other-instalment",
    Words(
        "an instalment is stored with another day or amount",
        "une échéance est enregistrée avec un autre jour ou un autre montant",
        "rejesho limehifadhiwa kwa siku au kiasi kingine",
    ),
)
NO_EVENT = Sentence(
    "no-event",
    Words(
        "no such event of this loan is stored",
        "aucun événement de ce prêt n'est enregistré sous cet identifiant",
        "hakuna tukio la mkopo huu lililohifadhiwa kwa kitambulisho hiki",
    ),
)
NO_REVERSAL = Sentence(
    "no-reversal-of-a-reversal",
    Words(
        "a reversal cannot be reversed; send the event again under a new id",
        "une annulation ne peut pas être annulée ; renvoyez l'événement sous un nouvel identifiant",
        "ubatilishaji hauwezi kubatilishwa; tuma tukio tena kwa kitambulisho kipya",
    ),
)
REVERSED = Sentence(
    "reversed", Words("is reversed already", "est déjà annulé", "tayari limebatilishwa")
)
BEFORE_REVERSED = Sentence(
    "before-reversed",
    Words(
        "must not be before the event that it reverses",
        "ne doit pas précéder l'événement qu'il annule",
        "lazima isiwe kabla ya tukio linalobatilishwa",
    ),
)
