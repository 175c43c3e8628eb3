"""kill -9 of a process that writes bundles: every version that can be seen is whole."""

import subprocess
import sys
from pathlib import Path

from scoring.sealing import open_bundle, write_bundle
from scoring.signing import SigningKey, TrustedKeys
from tests.bundles import small_bundle

ROOT = Path(__file__).resolve().parents[2]
KILLS = 3
WRITE = """
import dataclasses, os, sys
from itertools import count
from pathlib import Path
from scoring.sealing import open_bundle, write_bundle
from scoring.signing import SigningKey, TrustedKeys

home, first, run = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
key = SigningKey.load_or_create(home / "keys")
bundle, _ = open_bundle(first, TrustedKeys(home / "keys"))
for n in count():
    another = dataclasses.replace(bundle, lineage={"run": run, "n": n})
    print(write_bundle(another, home / "models", key).version, flush=True)
"""


def test_every_visible_version_is_whole(tmp_path: Path) -> None:
    key = SigningKey.load_or_create(tmp_path / "keys")
    first = write_bundle(small_bundle(), tmp_path / "first", key)
    written = []
    for run in range(KILLS):
        command = [sys.executable, "-c", WRITE, str(tmp_path), str(first.path), str(run)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            written += [child.stdout.readline().strip() for _ in range(3 + run)]
            child.kill()
    trusted = TrustedKeys(tmp_path / "keys")
    visible = {p.name for p in (tmp_path / "models").iterdir() if not p.name.startswith(".")}
    assert set(written) <= visible
    for name in visible:
        assert open_bundle(tmp_path / "models" / name, trusted)[1] == name
