"""The card tells the verdicts of the kept audits in words, as the audit report has them."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from api.reports.card import Card
from api.reports.card_words import WORDS, CardLanguage
from api.reports.words import WORDS as AUDIT_WORDS
from data.store.audits import AuditEntry
from fairness.verdicts import Verdict
from tests.bundles import small_bundle


def kept(verdict: str) -> AuditEntry:
    day = datetime(2026, 3, 1, tzinfo=UTC)
    return AuditEntry("a" * 64, "v", None, "uemoa", "1" * 64, "data", day, verdict, b"{}")


@pytest.mark.parametrize("language", get_args(CardLanguage))
def test_verdicts_are_told_in_words(language: CardLanguage) -> None:
    card = Card("v", small_bundle(), [kept(verdict) for verdict in Verdict], language)
    (groups,) = (s for s in card.document().sections if s.title == WORDS[language]["groups"])
    told = [row[1] for row in groups.grids[0].rows]
    assert told == [AUDIT_WORDS[language][verdict] for verdict in Verdict]
    assert not set(told) & {str(verdict) for verdict in Verdict}
