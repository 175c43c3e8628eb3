"""The optional native kernel: margin and exact TreeSHAP, an order of magnitude faster.

``load_kernel`` gives None where the library was not built or the model is outside its limits;
then LightGBM's ``pred_contrib`` does the same, and a test holds both equal to 1e-9.
"""

from scoring.kernel.library import Kernel, load_kernel

__all__ = ["Kernel", "load_kernel"]
