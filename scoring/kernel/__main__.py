"""``python -m scoring.kernel`` compiles the kernel for this environment."""

import sys

from scoring.kernel.build import build

sys.stderr.write(
    "Native kernel built.\n"
    if build()
    else "No C compiler: numpy explains, with the same numbers.\n"
)
