"""Dependencies: locked from the public index, explained, and free to use."""

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageMetadata, metadata, packages_distributions, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.source import PACKAGES, imported, sources

# orjson, certifi and tqdm are MPL-2.0 in part: their own files stay open, ours are not touched.
PERMISSIVE = re.compile(
    r"MIT|BSD|Apache|PSF|Python Software Foundation|ISC|Zlib|CC0|CNRI|TCL|MPL|Mozilla"
)
# Used unchanged, as a library that anybody can replace: what the LGPL asks for.
LESSER_COPYLEFT = {"psycopg", "psycopg-binary"}
# pydantic-core is pydantic's own lower half; _typeshed exists for type checkers alone.
PARTS = {"pydantic_core", "_typeshed"}


def declared(root: Path, *extras: str) -> set[str]:
    """Name the direct dependencies, with those of ``extras`` (all of them when none is named)."""
    about = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    optional = about["optional-dependencies"]
    texts = sum((optional[extra] for extra in extras or optional), start=about["dependencies"])
    return {Requirement(text).name for text in texts}


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
    needed("microscore", frozenset({"jobs", "spark", "dask"}), seen)
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
    decisions = (root / "docs" / "decisions.md").read_text()
    assert {name for name in declared(root) if f"**{name}**" not in decisions} == set()


def test_what_we_import_is_declared(root: Path) -> None:
    ours = {*PACKAGES, *PARTS, *sys.stdlib_module_names}
    names = set().union(*(imported(path) for path in sources(root, *PACKAGES))) - ours
    distributions = packages_distributions()
    wanted = {name: {canonicalize_name(d) for d in distributions[name]} for name in names}
    shipped = declared(root, "jobs", "spark", "dask")
    assert {name for name, d in wanted.items() if d.isdisjoint(shipped)} == set()
