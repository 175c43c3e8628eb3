"""Exact TreeSHAP, for one row an order of magnitude faster than LightGBM's ``pred_contrib``.

``load_kernel`` gives the native kernel, margins included, and None where it was not built;
``load_levels`` computes the same contributions, bit for bit, in numpy. Both give None for a
model outside their limits, which ``pred_contrib`` explains; tests hold all equal to 1e-9.
"""

from scoring.kernel.levels import Levels, load_levels
from scoring.kernel.library import Kernel, load_kernel

__all__ = ["Kernel", "Levels", "load_kernel", "load_levels"]
