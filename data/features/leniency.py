"""How lenient observers are, from what was known before a day began."""

from typing import Any

import ibis

from data.features.measures import DAY, UNITS

Expression = Any  # an ibis table or column; ibis comes without types


def leniency(judged: Expression, asked: Expression, prior_rows: float) -> Expression:
    """Columns observer, day and lenient for each different observer and day of ``asked``.

    ``judged``: known (microseconds), observer and value of all rows; ``asked``: observer and day
    (days since 1970). Rows that were known before the day began count. Of an observer with n
    rows of mean m, the mean of all being M: (m - M) n / (n + ``prior_rows``), null for no row.
    """
    rows = judged.filter(judged.observer.notnull() & judged.value.notnull())
    units = (rows.value * UNITS + 0.5).floor()
    rows = rows.select("observer", day=rows.known // DAY, units=units)
    own = rows.group_by("observer", "day").aggregate(n=rows.count(), total=rows.units.sum())
    everyone = own.group_by("day").aggregate(n=own.n.sum(), total=own.total.sum())
    everyone = everyone.mutate(observer=ibis.literal(""))
    asked = asked.filter(asked.observer.notnull()).distinct()
    days = asked.select("day").distinct().mutate(observer=ibis.literal(""))
    mine, all_of = _before(own, asked), _before(everyone, days)
    both = mine.inner_join(all_of, [mine.day == all_of.day]).select(
        mine.observer, mine.day, mine.n, mine.total, all_n=all_of.n, all_total=all_of.total
    )
    n = both.n.cast("float64")
    mean = both.total.cast("float64") / n.nullif(0.0)
    overall = both.all_total.cast("float64") / both.all_n.cast("float64").nullif(0.0)
    lenient = (mean - overall) * (n / (n + prior_rows)) / UNITS
    return both.select("observer", "day", lenient=lenient)


def _before(daily: Expression, asked: Expression) -> Expression:
    """Number and total of all earlier days, for each observer and day of ``asked``."""
    columns = ("observer", "day", "question", "n", "total")
    facts = daily.mutate(question=ibis.literal(1), total=daily.total.cast("int64")).select(columns)
    zero = ibis.literal(0).cast("int64")
    questions = asked.mutate(question=ibis.literal(0), n=zero, total=zero).select(columns)
    both = ibis.union(
        facts.mutate(question=facts.question.cast("int64"), n=facts.n.cast("int64")),
        questions.mutate(question=questions.question.cast("int64")),
    )
    up_to_here = ibis.window(
        group_by="observer", order_by=["day", "question"], preceding=None, following=0
    )
    running = both.mutate(n=both.n.sum().over(up_to_here), total=both.total.sum().over(up_to_here))
    return running.filter(running.question == 0).drop("question")
