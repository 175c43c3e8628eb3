"""The words of the report of a challenger in shadow, in each language."""

from api.reports.shadow_words_en import EN
from api.reports.shadow_words_fr import FR
from api.reports.shadow_words_sw import SW
from data.contract import Language

WORDS: dict[Language, dict[str, str]] = {"en": EN, "fr": FR, "sw": SW}
