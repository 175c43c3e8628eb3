"""Dependencies: locked from the public index, explained, and free to use."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageMetadata, metadata, requires
from pathlib import Path

from packaging.requirements import Requirement

# orjson, certifi and tqdm are MPL-2.0 in part: their own files stay open, ours are not touched.
PERMISSIVE = re.compile(
    r"MIT|BSD|Apache|PSF|Python Software Foundation|ISC|Zlib|CC0|CNRI|TCL|MPL|Mozilla"
)
# Used unchanged, as a library that anybody can replace: what the LGPL asks for.
LESSER_COPYLEFT = {"psycopg", "psycopg-binary"}


def needed(name: str, extras: frozenset[str], seen: set[tuple[str, frozenset[str]]]) -> None:
    """Collect in ``seen`` what ``name`` with ``extras`` needs on this machine."""
    if (name, extras) in seen:
        return
    seen.add((name, extras))
    for text in requires(name) or []:
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": e}) for e in extras | {""}):
            needed(requirement.name, frozenset(requirement.extras), seen)


def licences(about: PackageMetadata) -> Iterator[str]:
    """Split the licence of a distribution into its parts."""
    if "License-Expression" in about:
        text = about["License-Expression"]
    else:
        classifiers = about.get_all("Classifier", [])
        named = [c.split(" :: ")[-1] for c in classifiers if c.startswith("License ::")]
        text = " AND ".join(named) or about["License"].splitlines()[0]
    yield from re.split(r" AND | OR ", text.replace("(", "").replace(")", ""))


def test_what_we_ship_with_is_free_to_use() -> None:
    seen: set[tuple[str, frozenset[str]]] = set()
    needed("microscore", frozenset({"jobs"}), seen)
    names = {name for name, _ in seen} - LESSER_COPYLEFT
    assert len(names) > 50
    wrong = {
        name: licence
        for name in names
        for licence in licences(metadata(name))
        if not PERMISSIVE.search(licence)
    }
    assert wrong == {}


def test_the_lock_names_only_the_public_index(root: Path) -> None:
    hosts = set(re.findall(r"https?://([^/\"]+)", (root / "uv.lock").read_text()))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}


def test_every_dependency_is_explained(root: Path) -> None:
    about = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    wanted = sum(about["optional-dependencies"].values(), start=about["dependencies"])
    decisions = (root / "docs" / "decisions.md").read_text()
    unexplained = {n for n in (Requirement(w).name for w in wanted) if f"**{n}**" not in decisions}
    assert unexplained == set()
