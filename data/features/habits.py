"""How lenient each observer is on a day, for requests that bring their own observations."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.contract import Contract
from data.contract_derivations import Aggregate
from data.features.engine import EngineName, open_engine
from data.features.leniency import leniency
from data.features.measures import DAY
from data.features.online import instant
from data.features.tables import CheckedTable
from data.features.visible import Visible


def observer_habits(
    contract: Contract,
    tables: Mapping[str, pa.Table],
    as_of: datetime,
    engine: EngineName = "duckdb",
) -> dict[str, dict[str, float]]:
    """Leniency of each observer at the start of the day of ``as_of``, by feature.

    The very numbers that ``build_applications`` takes out for an application of that day.
    """
    judging = {
        name: a
        for name in contract.inputs
        if (a := contract.features[name].aggregate) is not None and a.less_leniency is not None
    }
    return {
        name: _habits(CheckedTable.of(contract, tables, a.table), a, instant(as_of), engine)
        for name, a in judging.items()
    }


def _habits(events: CheckedTable, a: Aggregate, as_of: int, engine: EngineName) -> dict[str, float]:
    if a.less_leniency is None or events.rows.num_rows == 0:
        return {}
    observers = pc.unique(events.column(a.less_leniency.observer)).drop_null()
    today = pa.table({"observer": observers, "day": np.full(len(observers), as_of // DAY)})
    columns = {"row": pa.int64(), "key": pa.string(), "as_of": pa.int64()}
    nobody = pa.schema(columns).empty_table()
    with open_engine(engine) as backend:
        visible = Visible(backend, nobody, events, [a])
        judged = visible.judged(a, visible.names[a.less_leniency.observer])
        found = backend.fetch(leniency(judged, backend.table(today), a.less_leniency.prior_rows))
    found = found.filter(pc.is_valid(found["lenient"]))
    return dict(zip(found["observer"].to_pylist(), found["lenient"].to_pylist(), strict=True))
