"""What a report of an audit is made of: parts with a lead, pictures and tables of plain texts."""

from __future__ import annotations

from dataclasses import dataclass

from api.reports.charts import Intervals, Panel
from api.reports.charts_parts import Shares, TrendPanel


@dataclass(frozen=True)
class Table:
    """Cells are texts; a verdict's name becomes a badge. ``texts``: columns set flush left.

    ``folded``: shown when asked for.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: tuple[int, ...] = ()
    folded: bool = False
    title: str | None = None
    style: str = ""


@dataclass(frozen=True)
class Part:
    """One part of the report: pictures first, the same numbers beneath."""

    title: str
    lead: str
    picture: Intervals | None = None
    panels: tuple[Panel, ...] = ()
    trends: tuple[TrendPanel, ...] = ()
    shares: Shares | None = None
    tables: tuple[Table, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not any(table.rows for table in self.tables)
