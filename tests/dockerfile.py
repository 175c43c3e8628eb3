"""Reading the Dockerfile in tests, as no Docker engine may be at hand."""

import re
from pathlib import Path

Steps = list[tuple[str, str]]


def steps(root: Path) -> Steps:
    """Read the Dockerfile as (instruction, the rest of its line), continued lines joined."""
    lines = re.sub(r"(?m)^#.*\n", "", (root / "Dockerfile").read_text()).replace("\\\n", " ")
    parts = [line.split(maxsplit=1) for line in lines.splitlines() if line.strip()]
    return [(part[0], part[1]) for part in parts]


def stage(root: Path, name: str) -> Steps:
    """Read the steps of one stage, without its FROM."""
    found: Steps = []
    inside = False
    for instruction, rest in steps(root):
        if instruction == "FROM":
            inside = rest.endswith(f" AS {name}")
        elif inside:
            found.append((instruction, rest))
    return found


def copied(found: Steps) -> list[str]:
    """Name the files and folders of the project that COPY steps bring in."""
    words = [rest.split()[:-1] for step, rest in found if step == "COPY" and "--from" not in rest]
    return [source for sources in words for source in sources]
