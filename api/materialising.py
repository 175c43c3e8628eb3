"""Building the features that are kept for applicants: from checked files into the store."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from data.contract import Contract
from data.features.engine import EngineName
from data.store import Store
from data.store.features import FeatureStore, Person
from data.store.ledger import Ledger

ACTOR = "features build"


def build_features(
    contract: Contract,
    tables: Mapping[str, Any],
    day: date,
    kept_in: tuple[Store, Ledger],
    engine: EngineName = "duckdb",
) -> dict[str, int]:
    """Keep what the checked ``tables`` say of everybody when ``day`` begins; gives the counts.

    Raises StoreError, VaultError, DataFileError.
    """
    from data.features.habits import observer_habits
    from data.features.materialising import materialise

    counted = {"applicants": 0}

    def people() -> Iterator[Person]:
        for person in materialise(contract, tables, day, engine):
            counted["applicants"] += 1
            yield person

    begins = datetime.combine(day, datetime.min.time())
    habits = observer_habits(contract, tables, begins, engine)
    rows = FeatureStore(*kept_in).keep(contract, day, people(), habits, ACTOR)
    observers = sum(len(lenient) for lenient in habits.values())
    return {**counted, "rows": rows, "observers": observers}
