"""The durable store: decisions, API keys, model versions and aliases."""

from data.store.engine import RowRefusedError, Store, open_store

__all__ = ["RowRefusedError", "Store", "open_store"]
