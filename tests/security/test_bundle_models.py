"""Model texts that are wrong although a trusted key signed them.

Each is refused by the structural check or by the canary, or it is harmless: then it gives the
golden log-odds to the last bit, here in this process.
"""

import dataclasses
import random
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from data.errors import BundleError
from scoring import canary
from scoring.canary import check_golden, prove
from scoring.loading import load_scorer
from scoring.scorer import Scorer
from scoring.sealing import open_bundle
from tests.bundles import small_bundle
from tests.security.canaries import ask, forking_canary
from tests.security.sealed import Workshop, reseal

EACH = 24
TEXT = small_bundle(0, 6).model_text
Spoil = Callable[[random.Random, str], str]


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop.open(tmp_path_factory.mktemp("workshop"))


@pytest.fixture(scope="module")
def forks() -> Iterator[subprocess.Popen[bytes]]:
    with forking_canary() as process:
        yield process


def flip_a_bit(rng: random.Random, text: str) -> str:
    at = rng.randrange(text.index("parameters:"))
    return text[:at] + chr(ord(text[at]) ^ 1 << rng.randrange(7)) + text[at + 1 :]


def cut(rng: random.Random, text: str) -> str:
    return text[: rng.randrange(len(text))]


def change_a_digit(rng: random.Random, text: str) -> str:
    at = rng.choice([m.start() for m in re.finditer(r"\d", text[: text.index("parameters:")])])
    return text[:at] + rng.choice("0123456789") + text[at + 1 :]


def move_a_line(rng: random.Random, text: str) -> str:
    lines = text.split("\n")
    line = lines.pop(rng.randrange(len(lines)))
    lines.insert(rng.randrange(len(lines)), line)
    return "\n".join(lines)


def repeat_or_drop_a_line(rng: random.Random, text: str) -> str:
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    lines[at : at + 1] = [lines[at]] * rng.choice([0, 2])
    return "\n".join(lines)


def change_a_number(rng: random.Random, text: str) -> str:
    """A value of an array of a tree becomes another, and ``tree_sizes`` is put right."""
    values = ["-1", "0", "1", "7", "-8", "99999", "2147483648", "1e400", "nan", "inf", "", "1_0"]

    def change(line: str) -> str:
        key, _, value = line.partition("=")
        parts = value.split(" ")
        parts[rng.randrange(len(parts))] = rng.choice(values)
        return f"{key}={' '.join(parts)}"

    return _with_line(rng, text, change)


def change_a_length(rng: random.Random, text: str) -> str:
    """An array of a tree gets longer or shorter, and ``tree_sizes`` is put right."""
    more = rng.random() < 0.5

    def change(line: str) -> str:
        return f"{line} {line[-1]}" if more else line.rpartition(" ")[0] or line + "0"

    return _with_line(rng, text, change)


def swap_two_numbers(rng: random.Random, text: str) -> str:
    """Two values of an array of a tree change places."""

    def change(line: str) -> str:
        key, _, value = line.partition("=")
        parts = value.split(" ")
        i, j = rng.randrange(len(parts)), rng.randrange(len(parts))
        parts[i], parts[j] = parts[j], parts[i]
        return f"{key}={' '.join(parts)}"

    return _with_line(rng, text, change)


def insert_bytes(rng: random.Random, text: str) -> str:
    at = rng.randrange(len(text))
    return text[:at] + rng.choice(["\0", "\r\n", "9" * 5000, "=", "Tree=0\n", "é"]) + text[at:]


def rename_a_feature(rng: random.Random, text: str) -> str:
    names = ["late_days", "burden", "trade"]
    one, two = rng.sample(names, 2)
    return text.replace(one, two) if rng.random() < 0.5 else text.replace(one, "sex")


def _with_line(rng: random.Random, text: str, change: Callable[[str], str]) -> str:
    """Change one line of one tree so that the sizes in the header still fit."""
    head, body = text.split("\n\n", 1)
    sizes = [int(s) for s in re.findall(r"\d+", head.rpartition("tree_sizes=")[2])]
    which = rng.randrange(len(sizes))
    start = sum(sizes[:which])
    lines = body[start : start + sizes[which]].split("\n")
    at = rng.choice([i for i, line in enumerate(lines) if "=" in line][1:])
    lines[at] = change(lines[at])
    block = "\n".join(lines)
    body = body[:start] + block + body[start + sizes[which] :]
    sizes[which] = len(block)
    return f"{head.rpartition('=')[0]}={' '.join(map(str, sizes))}\n\n{body}"


SPOILERS: list[Spoil] = [
    flip_a_bit,
    cut,
    change_a_digit,
    move_a_line,
    repeat_or_drop_a_line,
    change_a_number,
    change_a_length,
    swap_two_numbers,
    insert_bytes,
    rename_a_feature,
]


def test_there_are_two_hundred() -> None:
    assert EACH * len(SPOILERS) >= 200


@pytest.mark.parametrize("spoil", SPOILERS, ids=lambda spoil: spoil.__name__)
def test_a_wrong_text_is_refused_or_harmless(
    spoil: Spoil,
    workshop: Workshop,
    forks: subprocess.Popen[bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(canary, "_ask", partial(ask, forks))
    files = small_bundle(0, 6).to_files()
    outcome: Counter[str] = Counter()
    for i in range(EACH):
        text = spoil(random.Random(f"{spoil.__name__}-{i}"), TEXT)
        folder = reseal(tmp_path / str(i), {**files, "model.txt": text.encode()}, workshop.key)
        outcome[_verdict(folder, workshop)] += 1
    assert sum(outcome.values()) == EACH
    assert outcome["refused by the check"] > 0


def _verdict(folder: Path, workshop: Workshop) -> str:
    try:
        bundle, version = open_bundle(folder, workshop.trusted)
    except BundleError:
        return "refused by the check"
    try:
        prove(bundle)
    except BundleError:
        return "refused by the canary"
    scores = Scorer(bundle, version).score_matrix(bundle.golden.matrix())
    assert scores.log_odds.tolist() == list(small_bundle(0, 6).golden.log_odds)
    return "harmless"


@pytest.mark.parametrize(
    "text",
    [TEXT[:2000], TEXT.replace("monotone_constraints=1 1 0", "monotone_constraints=1"), "", "tree"],
    ids=["cut", "short constraints", "empty", "no header"],
)
def test_what_kills_lightgbm_kills_only_the_child(text: str) -> None:
    """The real canary alone, without the check before it."""
    with pytest.raises(BundleError, match=r"^model\.txt"):
        prove(dataclasses.replace(small_bundle(0, 6), model_text=text))


def test_a_changed_leaf_is_found_by_the_canary(workshop: Workshop, tmp_path: Path) -> None:
    line = next(line for line in TEXT.split("\n") if line.startswith("leaf_value="))
    changed = TEXT.replace(line, line.replace("-1.", "-2."))
    files = {**small_bundle(0, 6).to_files(), "model.txt": changed.encode()}
    folder = reseal(tmp_path / "changed", files, workshop.key)
    with pytest.raises(BundleError, match="does not give the log-odds"):
        load_scorer(folder, workshop.trusted)


def test_contributions_that_do_not_add_up_are_refused() -> None:
    bundle = small_bundle()
    scores = Scorer(bundle, "x").score_matrix(bundle.golden.matrix())
    assert scores.contributions is not None
    check_golden(bundle, scores.log_odds, scores.contributions)
    for spoilt in (scores.contributions + 1e-6, scores.contributions * float("nan")):
        with pytest.raises(BundleError, match="do not add up"):
            check_golden(bundle, scores.log_odds, spoilt)


def test_a_child_that_hangs_is_given_up() -> None:
    with pytest.raises(BundleError, match=r"within 0\.001 s"):
        prove(small_bundle(), timeout=0.001)


def test_a_good_bundle_is_proved_and_loaded(workshop: Workshop) -> None:
    scorer = load_scorer(workshop.bundle, workshop.trusted)
    assert scorer.version == workshop.bundle.name
    assert scorer.bundle.to_files() == small_bundle(0).to_files()
