"""Spoiled bundles: none is accepted, and each is refused with a BundleError."""

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from data.errors import BundleError
from scoring.sealing import MANIFEST, SIGNATURE, open_bundle, write_bundle
from tests.bundles import small_bundle
from tests.security.sealed import Workshop, reseal

EACH = 9
Spoil = Callable[[random.Random, Path, Workshop], None]


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop.open(tmp_path_factory.mktemp("workshop"))


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _any(rng: random.Random, folder: Path) -> Path:
    return folder / rng.choice(_names(folder))


def flip_a_bit(rng: random.Random, folder: Path, workshop: Workshop) -> None:
    path = _any(rng, folder)
    content = bytearray(path.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


def truncate(rng: random.Random, folder: Path, workshop: Workshop) -> None:
    path = _any(rng, folder)
    os.truncate(path, rng.randrange(path.stat().st_size))


def append(rng: random.Random, folder: Path, workshop: Workshop) -> None:
    with _any(rng, folder).open("ab") as file:
        file.write(rng.choice([b"\n", b" ", b"\0", b"{}"]))


def remove(rng: random.Random, folder: Path, workshop: Workshop) -> None:
    _any(rng, folder).unlink()


def add(rng: random.Random, folder: Path, workshop: Workshop) -> None:
    name = rng.choice(["model.pkl", ".hidden", "__init__.py", "MODEL.TXT"]) + str(rng.random())
    (folder / name).write_bytes(b"x")


def swap(rng: random.Random, folder: Path, workshop: Workshop) -> None:
    one, two = (folder / name for name in rng.sample(_names(folder), 2))
    first = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(first)


def take_from_another(rng: random.Random, folder: Path, workshop: Workshop) -> None:
    names = {"model.txt", "golden.json", "reference.parquet", "lineage.json", MANIFEST, SIGNATURE}
    name = rng.choice(sorted(names))
    shutil.copy(workshop.other / name, folder / name)


def link(rng: random.Random, folder: Path, workshop: Workshop) -> None:
    path = _any(rng, folder)
    path.unlink()
    path.symlink_to(workshop.bundle / path.name)


def folder_for_a_file(rng: random.Random, folder: Path, workshop: Workshop) -> None:
    path = _any(rng, folder)
    path.unlink()
    path.mkdir()


def pipe_for_a_file(rng: random.Random, folder: Path, workshop: Workshop) -> None:
    path = _any(rng, folder)
    path.unlink()
    os.mkfifo(path)


def huge(rng: random.Random, folder: Path, workshop: Workshop) -> None:
    os.truncate(_any(rng, folder), 10 * 2**30)


def edit_and_fix_the_manifest(rng: random.Random, folder: Path, workshop: Workshop) -> None:
    """Consistent, but nobody trusted has signed it: the old signature stays."""
    signature = (folder / SIGNATURE).read_bytes()
    reseal(folder, _edited(rng, folder), workshop.key)
    (folder / SIGNATURE).write_bytes(signature)


def sign_by_a_stranger(rng: random.Random, folder: Path, workshop: Workshop) -> None:
    reseal(folder, _edited(rng, folder), workshop.stranger)


def sign_in_our_name(rng: random.Random, folder: Path, workshop: Workshop) -> None:
    reseal(folder, _edited(rng, folder), workshop.stranger)
    _edit_signature(folder, key_id=workshop.key.id)


def sign_something_else(rng: random.Random, folder: Path, workshop: Workshop) -> None:
    _edit_signature(folder, signature=workshop.key.sign(rng.randbytes(64)).hex())


def write_the_signature_otherwise(rng: random.Random, folder: Path, workshop: Workshop) -> None:
    path = folder / SIGNATURE
    signature = json.loads(path.read_bytes())
    indent = rng.choice([None, 2, 3])
    path.write_text(json.dumps(signature, indent=indent, sort_keys=rng.random() < 0.5))


def change_the_signature(rng: random.Random, folder: Path, workshop: Workshop) -> None:
    changes: list[dict[str, object]] = [
        {"algorithm": "none"},
        {"algorithm": "HS256"},
        {"key_id": "0" * 16},
        {"key_id": "../../signing"},
        {"signature": ""},
        {"signature": "0" * 128},
        {"signature": None},
        {"extra": 1},
    ]
    _edit_signature(folder, **rng.choice(changes))


def name_other_files(rng: random.Random, folder: Path, workshop: Workshop) -> None:
    """Signed by the trusted key, but not the files of a bundle."""
    files = {name: (folder / name).read_bytes() for name in _names(folder)}
    del files[MANIFEST], files[SIGNATURE]
    content = files.pop(rng.choice(sorted(files)))
    if rng.random() < 0.5:
        files[rng.choice(["../escape", "/etc/hostname", "model.TXT"])] = content
    shutil.rmtree(folder)
    reseal(folder, {n: c for n, c in files.items() if "/" not in n}, workshop.key)


def another_format(rng: random.Random, folder: Path, workshop: Workshop) -> None:
    """A manifest of another format, rightly signed."""
    manifest = json.loads((folder / MANIFEST).read_bytes())
    change = rng.choice([{"format": 2}, {"format": "1"}, {"contract": "../x"}, {"more": {}}])
    content = json.dumps(manifest | change).encode()
    (folder / MANIFEST).write_bytes(content)
    _edit_signature(folder, key_id=workshop.key.id, signature=workshop.key.sign(content).hex())


def _edited(rng: random.Random, folder: Path) -> dict[str, bytes]:
    files = {name: (folder / name).read_bytes() for name in _names(folder)}
    del files[MANIFEST], files[SIGNATURE]
    files["calibration.json"] = json.dumps({"intercept": -rng.random()}).encode()
    return files


def _edit_signature(folder: Path, **change: object) -> None:
    path = folder / SIGNATURE
    path.write_bytes(
        json.dumps(json.loads(path.read_bytes()) | change, sort_keys=True, indent=1).encode()
        + b"\n"
    )


SPOILERS: list[Spoil] = [
    flip_a_bit,
    flip_a_bit,
    flip_a_bit,
    truncate,
    truncate,
    append,
    remove,
    add,
    swap,
    swap,
    take_from_another,
    link,
    folder_for_a_file,
    pipe_for_a_file,
    huge,
    edit_and_fix_the_manifest,
    sign_by_a_stranger,
    sign_in_our_name,
    sign_something_else,
    write_the_signature_otherwise,
    change_the_signature,
    name_other_files,
    another_format,
]


def test_there_are_two_hundred() -> None:
    assert EACH * len(SPOILERS) >= 200


@pytest.mark.parametrize("number", range(len(SPOILERS)), ids=lambda i: SPOILERS[i].__name__)
def test_no_spoiled_bundle_is_opened(number: int, workshop: Workshop, tmp_path: Path) -> None:
    spoil = SPOILERS[number]
    for i in range(EACH):
        folder = workshop.copy(tmp_path / str(i))
        before = _content(folder)
        spoil(random.Random(f"{number}-{i}"), folder, workshop)
        assert _content(folder) != before, "the test itself changed nothing"
        with pytest.raises(BundleError):
            open_bundle(folder, workshop.trusted)


def _content(folder: Path) -> dict[str, bytes | None]:
    small = {p.name: p for p in folder.iterdir()}
    return {
        name: path.read_bytes()
        if path.is_file() and not path.is_symlink() and path.stat().st_size < 2**20
        else None
        for name, path in small.items()
    }


def test_trust_can_be_withdrawn(workshop: Workshop, tmp_path: Path) -> None:
    home = tmp_path / "keys"
    shutil.copytree(workshop.folder / "keys", home)
    trusted = type(workshop.trusted)(home)
    assert open_bundle(workshop.bundle, trusted)[1] == workshop.bundle.name
    (home / "trusted" / f"{workshop.key.id}.pem").unlink()
    with pytest.raises(BundleError, match="not trusted"):
        open_bundle(workshop.bundle, trusted)


def test_a_damaged_folder_is_not_written_over(workshop: Workshop, tmp_path: Path) -> None:
    sealed = write_bundle(small_bundle(), tmp_path, workshop.key)
    (sealed.path / "model.txt").write_bytes(b"damaged")
    with pytest.raises(BundleError, match=r"model\.txt: differs"):
        write_bundle(small_bundle(), tmp_path, workshop.key)
