"""What the gate of fairness says, in every language."""

from data.sentences import Sentence, Words
from fairness.verdicts import Verdict

SAID = {
    Verdict.PASS: Words("PASS", "conforme", "umefaulu"),
    Verdict.FAIL: Words("FAIL", "échec", "umeshindwa"),
    Verdict.INCONCLUSIVE: Words("INCONCLUSIVE", "ouvert", "haujaamuliwa"),
    Verdict.INSUFFICIENT: Words("INSUFFICIENT", "trop peu", "wachache mno"),
}
"""What verdicts are called within a sentence."""
NOTHING = Sentence(
    "nothing-protected",
    Words(
        "{verdict}: the contract names no protected attribute, so nothing can be audited",
        "{verdict} : le contrat ne nomme aucun attribut protégé, il n'y a rien à auditer",
        "{verdict}: mkataba hautaji sifa yoyote inayolindwa, hivyo hakuna cha kukagua",
    ),
)
NO_AUDIT = Sentence(
    "no-audit",
    Words(
        "no audit of the last {days} days covers all protected attributes ({attributes}); run "
        "{command}",
        "aucun audit des {days} derniers jours ne couvre tous les attributs protégés "
        "({attributes}) ; lancez {command}",
        "hakuna ukaguzi wa siku {days} zilizopita unaohusu sifa zote zinazolindwa ({attributes}); "
        "endesha {command}",
    ),
)
NO_AUDIT_UNDER = Sentence(
    "no-audit-under-profile",
    Words(
        "no audit under {profiles} of the last {days} days covers all protected attributes "
        "({attributes}); run {command}",
        "aucun audit selon {profiles} des {days} derniers jours ne couvre tous les attributs "
        "protégés ({attributes}) ; lancez {command}",
        "hakuna ukaguzi wa {profiles} wa siku {days} zilizopita unaohusu sifa zote zinazolindwa "
        "({attributes}); endesha {command}",
    ),
)
NOT_ACCEPTED = Sentence(
    "failed-not-accepted",
    Words(
        "audit {audit} under {profile} says {verdict} and {so_far}: {people} different people "
        "must, each with a key of their own and {command}",
        "l'audit {audit} selon {profile} dit {verdict} et {so_far} : {people} personnes "
        "différentes le doivent, chacune avec sa propre clé et {command}",
        "ukaguzi {audit} wa {profile} unasema {verdict} na {so_far}: watu {people} tofauti "
        "lazima waukubali, kila mmoja kwa ufunguo wake na {command}",
    ),
)
NOBODY = Sentence(
    "nobody-accepted",
    Words("nobody has accepted it", "personne ne l'a accepté", "hakuna aliyeukubali"),
)
ONE = Sentence(
    "one-accepted",
    Words("{name} has accepted it", "{name} l'a accepté", "{name} ameukubali"),
)
AUDITED = Sentence(
    "audited",
    Words(
        "audit {audit} under {profile}: {verdict}",
        "audit {audit} selon {profile} : {verdict}",
        "ukaguzi {audit} wa {profile}: {verdict}",
    ),
)
ACCEPTED = Sentence(
    "failed-accepted",
    Words(
        "audit {audit} under {profile}: {verdict}, accepted by {people}",
        "audit {audit} selon {profile} : {verdict}, accepté par {people}",
        "ukaguzi {audit} wa {profile}: {verdict}, umekubaliwa na {people}",
    ),
)
