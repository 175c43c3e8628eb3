"""``microscore demo-year``: two years of a lender in minutes, held against the truth."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.output import JsonOption, emit, err, out, progress_bar, table
from api.cli.targets import new_file_target

if TYPE_CHECKING:
    from api.living.judging import Raised
    from api.living.months import Month
    from api.living.story import Year
    from data.synthetic.due import Alarm

FOLDER = "demo-year"
SEED = 11
"""A check may be wrong once in a hundred, so about one world in five shows a false alarm in two
years. This one shows none; ``bench/drift/years.py`` counts them in worlds that nobody chose."""
SHORT = 6
"""Letters of a version that tell it from the others of the story."""


def demo_year(
    fast: Annotated[
        bool, typer.Option("--fast", help="A smaller lender and 20 months; the same claims.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of the world; the same seed, the same.")] = SEED,
    target: Annotated[
        Path | None,
        typer.Option(
            "--out",
            callback=new_file_target,
            help="File of the chart; default: year.html in the story's folder.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Live through two years of a made-up lender, month by month, and chart them.

    A model learns from the past and goes into service. Every month people apply, are scored and
    stored as served ones are, are lent to or not, and repay or not; on the first of the next
    month the jobs of [bold]microscore worker[/] run, at that month's time. The rains fail two
    months later; then a new product comes. What the drought does to repayment shows half a year
    after: retraining begins, its challenger runs in shadow, and becomes champion when the gates
    let it pass and two people want it.

    The world's [bold]truth.json[/] says beforehand which alarms are due, and from when until when.
    The table shows each month what was due and what was raised. Exit code 1 when an alarm that
    was due did not come, when another one did, or when no challenger became champion.

    Everything is in the folder [bold]demo-year[/] of the home, which is made anew; look at it
    with MICROSCORE_HOME=.microscore/demo-year/home and any other command, such as
    [bold]microscore drift history[/] or [bold]microscore models list[/].
    """
    from api.living.story import live
    from api.reports.year import render
    from api.settings import Settings
    from data.synthetic.living import FAST, USUAL

    folder = Settings().home / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    with progress_bar() as progress:
        year = live(folder, *(FAST if fast else USUAL), seed, progress)
    chart = target or folder / "year.html"
    chart.parent.mkdir(parents=True, exist_ok=True)
    chart.write_text(render(year), encoding="utf-8")
    emit(as_json, {**year.plain(), "chart": str(chart)}, lambda: _show(year, chart))
    if not year.right:
        err.print("the story did not go as the truth says", style="bold red", highlight=False)
        raise typer.Exit(1)


def _show(year: "Year", chart: Path) -> None:
    columns = ["month", "model", "approved", "due", "raised", "challengers"]
    rows = [_row(month, year) for month in year.months]
    out.print(table("Two years of a lender that is made up", columns, rows))
    for missing in year.judged.missing:
        told = f"missing: {missing.subject} by {missing.latest} ({missing.cause})"
        out.print(told, style="red", markup=False, highlight=False)
    for false in year.judged.false:
        out.print(f"false: {_told(false)}", style="red", markup=False, highlight=False)
    for month, version in year.promoted:
        out.print(f"{version} became champion at the end of {month:%B %Y}", highlight=False)
    if year.right:
        count = len(year.judged.answered)
        out.print(f"all {count} alarms that were due came, and no others", style="green")
    out.print(f"chart: {chart}", markup=False, highlight=False, soft_wrap=True)


def _row(month: "Month", year: "Year") -> list[str]:
    from api.living.judging import due_by

    alarms = [alarm for alarm, _ in year.judged.answered]
    due = due_by(alarms, month.first, year.course.after(month.first))
    return [
        f"{month.first:%Y-%m}",
        month.champion[-SHORT:],
        f"{month.counts.approved / max(month.counts.applications, 1):.0%}",
        "\n".join(_wanted(alarm) for alarm in due),
        "\n".join(_told(raised) for raised in month.raised),
        "\n".join(_challengers(month)),
    ]


def _challengers(month: "Month") -> Iterator[str]:
    """How far a retraining came, and how its challenger or an older one stands in shadow."""
    for last in month.retraining[-1:]:
        yield f"retraining: {last.error or 'a challenger is in shadow'}"
    if month.standing is not None:
        yield f"{month.standing.challenger[-SHORT:]}: {month.standing.state or 'no report yet'}"
    if month.promoted is not None:
        yield "two people made it champion"
    if month.refused is not None:
        yield f"refused: {month.refused}"


def _wanted(alarm: "Alarm") -> str:
    return f"{alarm.layer} {alarm.subject}"


def _told(raised: "Raised") -> str:
    return f"{raised.layer} {raised.subject}"
