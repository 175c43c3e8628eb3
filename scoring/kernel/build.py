"""Compiling the kernel: ``python -m scoring.kernel``. Without a compiler nothing is lost.

The library is put into the environment that runs this, under the hash of its source, so that an
old one is never loaded. A server that does not find it scores through LightGBM and explains in
numpy (``levels.py``), more slowly and with the same numbers.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).with_name("treeshap.c")
FLAGS = (
    "-O3",
    "-ffp-contract=off",  # the same bits on every processor, for one row and for many
    "-fno-strict-aliasing",  # the same memory holds masks, then numbers
    "-fno-math-errno",
    "-fno-trapping-math",
    "-Wno-psabi",
    "-shared",
    "-fPIC",
)


@cache
def library_path() -> Path:
    """Where the library of this source and these flags stands, if it was built."""
    made_of = SOURCE.read_bytes() + " ".join(FLAGS).encode()
    digest = hashlib.sha256(made_of).hexdigest()[:12]
    return Path(sys.prefix) / "lib" / "microscore" / f"treeshap-{digest}.so"


def build() -> Path | None:
    """Compile the kernel; None where there is no C compiler or it does not succeed."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    library = library_path()
    library.parent.mkdir(parents=True, exist_ok=True)
    partial = library.with_suffix(f".{os.getpid()}.partial")
    command = [compiler, *FLAGS, str(SOURCE), "-o", str(partial), "-lm"]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  (our own source)
    if done.returncode != 0:
        partial.unlink(missing_ok=True)
        return None
    partial.replace(library)
    return library
