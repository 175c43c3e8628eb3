"""The durable store: decisions, API keys, model versions and aliases."""

from data.store import tables_features as _tables_features  # noqa: F401  (all tables are known)
from data.store import tables_monitoring as _tables_monitoring  # noqa: F401  (all tables are known)
from data.store import tables_officers as _tables_officers  # noqa: F401  (all tables are known)
from data.store import tables_outcomes as _tables_outcomes  # noqa: F401  (all tables are known)
from data.store import tables_people as _tables_people  # noqa: F401  (all tables are known)
from data.store import tables_summaries as _tables_summaries  # noqa: F401
from data.store.engine import RowRefusedError, Store, open_store

__all__ = ["RowRefusedError", "Store", "open_store"]
