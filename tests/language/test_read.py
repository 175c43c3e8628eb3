"""The reader that looks for English finds it, and nothing else."""

import pytest

from tests.language.read import Page, left

ENGLISH = "<html lang='en'><h1>The loan is late</h1><p>Rule of the day</p></html>"


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("<p>Le prêt est en retard</p>", set()),
        ("<p>The loan is late</p>", {"The loan is late"}),
        ("<p>It is what the model says</p>", {"It is what the model says"}),
        ("<p>Mkopo umechelewa</p><code>run it if there is one</code>", set()),
        ("<button aria-label='The loan is late'>Sawa</button>", {"The loan is late"}),
        ("<p>/loan/is/late small-0a1b2c3d4e5f a_b_c</p>", set()),
        ("<style>p { color: the of and }</style><p>Sawa</p>", set()),
    ],
)
def test_sentences_in_english_are_found(told: str, found: set[str]) -> None:
    assert left(ENGLISH, told) == found


def test_a_text_that_nobody_translated_is_found_without_a_word_of_english() -> None:
    page = "<p>Colour red green blue</p>"
    assert left(page, page) == {"Colour red green blue"}
    assert left(page, page, frozenset({"Colour red green blue"})) == set()


def test_a_document_that_says_its_language_may_stay_as_it_is() -> None:
    page = "<main><p lang='en'>The loan is <b>what it is</b></p><p>Sawa</p></main>"
    assert left(ENGLISH, page) == {"The loan is", "what it is"}
    assert left(ENGLISH, page, marked=True) == set()
    assert [t.language for t in Page(page).texts] == ["en", "en", ""]
