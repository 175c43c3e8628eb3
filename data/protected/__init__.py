"""The store of protected attributes: for audits only, with its own database role and keys.

Nothing that trains, scores or serves imports this package; import-linter holds it.
"""

from data.protected.store import ProtectedStore

__all__ = ["ProtectedStore"]
