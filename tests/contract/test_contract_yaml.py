"""The YAML of a contract: what a scalar means, and what is refused before anything is built."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.contract_loading import load_contract, parse_contract
from data.contract_yaml import read_yaml
from data.description import MAX_BYTES
from data.errors import ContractError
from tests.contract.base import BASE, changed, line_of, problems

LAUGHS = "a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("N", "N"),
        ("2024-01-31", "2024-01-31"),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("007", 7),
        ("-12", -12),
        ("1.5e3", 1500.0),
        (".5", 0.5),
        ("true", True),
        ("~", None),
        ("", None),
        ("'12'", "12"),
        ('"true"', "true"),
        ("99999999999999999999", 1e20),
    ],
)
def test_a_scalar_is_what_yaml_1_2_says(text: str, value: object) -> None:
    read = read_yaml(f"a: {text}").value["a"]
    assert read == value
    assert type(read) is type(value)


def test_old_versions_of_yaml_change_nothing() -> None:
    document = read_yaml("%YAML 1.1\n---\na: no\n")
    assert (document.value, document.problems) == ({"a": "no"}, [])


def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake() -> None:
    assert parse_contract("\ufeff" + BASE.replace("\n", "\r\n")) == parse_contract(BASE)


def test_every_value_has_its_line() -> None:
    document = read_yaml("a:\n  b: [1,\n    2]\n  c:\n    - d: 3\n")
    assert document.lines == {
        ("a",): 1,
        ("a", "b"): 2,
        ("a", "b", "0"): 2,
        ("a", "b", "1"): 3,
        ("a", "c"): 4,
        ("a", "c", "0"): 5,
        ("a", "c", "0", "d"): 5,
    }


@pytest.mark.parametrize(
    ("old", "new", "at", "field", "message"),
    [
        ("  loans:\n    kind", "\tloans:\n    kind", "\tloans", "YAML", "spaces, not with tabs"),
        ("currency: KES", "currency: K: E", "K: E", "YAML", "put the text in quotes"),
        ("currency: KES", "currency: [KES", "[KES", "YAML", "bracket is not closed"),
        ("column: persons.born", 'column: "persons', '"persons', "YAML", "a quote is not closed"),
        ("split: {method: time}", "split: {method: time", "split", "YAML", "bracket is not closed"),
        ("currency: KES", "currency: @KES", "@KES", "YAML", "put it in quotes, or"),
        ("currency: KES", "currency\nx: 1", "x: 1", "YAML", "a ':' is missing after the key"),
        ("currency: KES", "currency: K\x07S", "K\x07S", "YAML", "cannot be seen"),
        ("currency: KES", "currency: KES\ncurrency: KES", "", "currency", "on line 4 too"),
        ("  history:\n    title", "  7:\n    title", "  7:", "sources", "key 7 must be in quotes"),
        ("  history:\n    title", "  ~:\n    title", "  ~:", "sources", "key ~ must be in quotes"),
        ("  history:\n", "  ? [a, b]\n  :\n", "? [a", "sources", "a key must be a text"),
        ("currency: KES", "currency: &c KES", "&c", "currency", "anchors (&) and aliases (*)"),
        ("currency: KES", "currency: *c", "*c", "currency", "anchors (&) and aliases (*)"),
        ("currency: KES", "currency: !!str KES", "!!str", "currency", "tags (!) are not allowed"),
        ("currency: KES", "currency: !!python/name:os.system x", "!!p", "currency", "tags (!)"),
        ("as_of: asked_at", "---\nas_of: asked_at", "---", "contract", "more than one document"),
        ("currency: KES", f"currency: {'[' * 99}{']' * 99}", "[" * 99, None, "deeper than 16"),
    ],
)
def test_what_is_not_allowed_is_told_with_its_line(
    old: str, new: str, at: str, field: str | None, message: str
) -> None:
    text = changed(old, new)
    told = problems(text)[0]
    assert message in told.message
    assert told.line >= (line_of(text, at) if at else 5)
    assert field in {None, told.field}


def test_several_mistakes_of_the_yaml_are_told_at_once() -> None:
    text = changed("currency: KES", "currency: &c KES\ntimezone: UTC").replace("history:\n", "1:\n")
    assert [p.field for p in problems(text)] == ["currency", "timezone", "sources"]


def test_a_billion_laughs_stay_small() -> None:
    told = problems(LAUGHS)
    assert {p.message for p in told} == {
        "anchors (&) and aliases (*) are not allowed; write the values out"
    }
    assert read_yaml(LAUGHS).value["i"] == [None] * 9


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_a_hundred_thousand_levels_are_refused(opening: str) -> None:
    told = problems("a:\n " + opening * 100_000)
    assert [p.line for p in told] == [2]
    assert "deeper than" in told[0].message or "key must be a text" in told[0].message


@pytest.mark.parametrize("text", ["", "# nothing\n", "a", "[1, 2]", "~", "--- |\n text"])
def test_a_contract_is_a_mapping(text: str) -> None:
    assert [(p.line, p.message) for p in problems(text)] == [
        (1, "must be a mapping of fields to values")
    ]


@given(
    place=st.integers(0, len(BASE)),
    length=st.integers(0, 30),
    new=st.text(alphabet="ab1 .,:-#'\"[]{}&*!|>%@~?\\\n\t\x00é", max_size=8),
)
@settings(max_examples=300)
def test_no_slip_of_the_pen_gives_another_error(place: int, length: int, new: str) -> None:
    text = BASE[:place] + new + BASE[place + length :]
    with suppress(ContractError):
        parse_contract(text)


def test_an_escape_that_stands_for_no_character(tmp_path: Path) -> None:
    told = problems(changed("en: Small", 'en: "\\ud800"'))
    assert [p.message for p in told] == ["holds an escape that stands for no character"]


def test_a_file_of_an_institution(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(BASE, "utf-8")
    assert load_contract(str(path)) == parse_contract(BASE)
    path.write_text(changed("currency: KES", "currency: ksh"), "utf-8")
    with pytest.raises(ContractError) as caught:
        load_contract(str(path))
    assert str(caught.value) == f"{path}:4: currency: must be three capital letters, such as NGN"


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"a: 1\nb: caf\xe9\n", 2, "is not UTF-8"),
        (BASE.encode("utf-16"), 1, "is not UTF-8"),
        (b"#" * (MAX_BYTES + 1), 1, "is larger than 500,000 bytes"),
    ],
)
def test_a_file_that_is_no_text(tmp_path: Path, content: bytes, line: int, message: str) -> None:
    path = tmp_path / "ours.yaml"
    path.write_bytes(content)
    with pytest.raises(ContractError) as caught:
        load_contract(str(path))
    (told,) = caught.value.problems
    assert told.line == line
    assert told.message.startswith(message)


def test_a_folder_is_no_contract(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="is no file that can be read"):
        load_contract(str(tmp_path))
