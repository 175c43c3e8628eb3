"""What every command shares: JSON or text on standard output, the rest on standard error."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, TypeVar

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

BAD_DATA = 2
"""Exit code when rows, files or contracts are wrong."""

JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on standard output.")
]

Name = TypeVar("Name", bound=str)

out = Console()
err = Console(stderr=True)


def emit(as_json: bool, payload: dict[str, Any], show: Callable[[], None] = lambda: None) -> None:
    """Print ``payload`` as one JSON object, or let ``show`` print it for people."""
    if as_json:
        typer.echo(json.dumps(payload, ensure_ascii=False, default=str))
    else:
        show()


def one_of(option: str, value: str, known: Sequence[Name]) -> Name:
    """``value`` as one of ``known``. Raises BadParameter, which names the option and them."""
    for name in known:
        if value == name:
            return name
    raise typer.BadParameter(f"{option} is one of {', '.join(known)}")


def fail(message: str, code: int) -> typer.Exit:
    """Print what was wrong on standard error; raise what this returns."""
    err.print("[bold red]error[/]:", end=" ", highlight=False)
    err.print(message, markup=False, highlight=False, soft_wrap=True)
    return typer.Exit(code)


def table(title: str, columns: list[str], rows: list[list[str]]) -> Table:
    """A plain table; every cell is text and never read as markup."""
    made = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE, pad_edge=False)
    for name in columns:
        made.add_column(name, overflow="fold")
    for row in rows:
        made.add_row(*(cell.replace("[", r"\[") for cell in row))
    return made


def plain_rows(values: Mapping[str, Any], prefix: str = "") -> list[list[str]]:
    """Nested values as rows of a dotted name and a text."""
    rows: list[list[str]] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            rows += plain_rows(value, f"{prefix}{name}.")
        else:
            shown = ", ".join(map(_short, value)) if isinstance(value, list) else _short(value)
            rows.append([f"{prefix}{name}", shown])
    return rows


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


@contextmanager
def progress_bar() -> Iterator[Callable[[str, float], None]]:
    """A bar on standard error; yields ``report(stage, fraction)``."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal) as bar:
        stages: dict[str, TaskID] = {}

        def report(stage: str, fraction: float) -> None:
            if stage not in stages:
                stages[stage] = bar.add_task(stage, total=1.0)
            bar.update(stages[stage], completed=fraction)

        yield report
