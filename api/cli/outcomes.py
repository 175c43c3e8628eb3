"""``microscore outcomes``: what became of loans, and what that says of the model."""

from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.data_files import DecimalSign, Encoding, decimal_named
from api.cli.output import BAD_DATA, JsonOption, emit, out, progress_bar, table

if TYPE_CHECKING:
    from api.outcomes_replies import Performance
    from data.store.outcomes_held import Status

app = typer.Typer(
    help="Take in what became of loans, and see how the model's probabilities held.",
    no_args_is_help=True,
)
SHOWN = 20

AskedContract = Annotated[
    str | None, typer.Option(help="A contract's name or YAML file; default: the champion's.")
]


@app.command("import")
def import_files(
    paths: Annotated[
        list[Path],
        typer.Argument(exists=True, help="Folders, workbooks, or files named like their table."),
    ],
    contract: AskedContract = None,
    encoding: Encoding = None,
    decimal: DecimalSign = ".",
    actor: Annotated[
        str | None, typer.Option(help="Who; default: the user of this machine.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Take in loans, instalments and repayments from the files of the contract's tables.

    Each event is kept once, so the same files again, or longer ones, add only what is new. Rows
    that break a rule are told by file and row, and the good ones are kept; then the exit code is
    2. Repayments that can be alike on one day need a key of their own, named under 'unique' in
    the contract. Example: [bold]microscore outcomes import exports/2026-03[/]
    """
    import getpass

    from api.outcomes import origin_of
    from api.outcomes_files import read_outcomes
    from api.outcomes_import import import_events
    from api.wiring import open_ledger

    now = datetime.now(UTC)
    with open_ledger() as (store, ledger), progress_bar() as progress:
        asked = _contract(store, contract)
        read = partial(
            read_outcomes,
            asked,
            now=now,
            encoding=encoding,
            decimal=decimal_named(decimal),
            progress=progress,
        )
        files = [read(path) for path in paths]
        events = [event for file in files for event in file.events()]
        origin = origin_of(asked, actor or getpass.getuser(), now)
        taken = import_events(store, ledger, events, origin, progress)
    findings = [str(finding) for file in files for finding in file.portfolio.errors]
    payload: dict[str, Any] = {
        "contract": asked.contract,
        "ok": not findings and not taken.refused,
        **{n: getattr(taken, n) for n in ("loans", "instalments", "events", "known", "erased")},
        "bad_rows": findings,
        "refused": [f"{r.place}, {r.field}: {r.rule}" for r in taken.refused],
    }
    emit(as_json, payload, lambda: _show_import(payload))
    if not payload["ok"]:
        raise typer.Exit(BAD_DATA)


def _show_import(payload: dict[str, Any]) -> None:
    names = ("loans", "instalments", "events", "known", "erased")
    titles = ["new loans", "new instalments", "new events", "known before", "of erased loans"]
    out.print(table("Taken in", titles, [[str(payload[name]) for name in names]]))
    for name, title in (("bad_rows", "Rows that break the contract"), ("refused", "Refused")):
        rows = payload[name]
        if rows:
            more = f"; the first {SHOWN}" if len(rows) > SHOWN else ""
            out.print(table(f"{title} ({len(rows)}{more})", [""], [[r] for r in rows[:SHOWN]]))


@app.command()
def status(as_json: JsonOption = False) -> None:
    """How much is stored of the loans of each contract, and until when."""
    from dataclasses import asdict

    from api.wiring import open_home_store
    from data.store.outcomes_held import status as held

    with open_home_store() as store:
        found = held(store)
    emit(as_json, {"contracts": [asdict(s) for s in found]}, lambda: _show_status(found))


def _show_status(found: "list[Status]") -> None:
    columns = ["contract", "loans", "erased", "instalments", "events", "lent", "seen until"]
    rows = [
        [
            s.contract,
            str(s.loans),
            str(s.erased),
            str(s.instalments),
            ", ".join(f"{count} {kind}" for kind, count in s.events.items()),
            f"{s.first_disbursed_on or ''} to {s.last_disbursed_on or ''}",
            str(s.seen_until or ""),
        ]
        for s in found
    ]
    out.print(table("Outcomes", columns, rows))


@app.command()
def performance(
    model: Annotated[str, typer.Option(help="A version, or champion, or challenger.")] = "champion",
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="As known at the end of this day; default: today."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """How the loans of a model turned out, against the probabilities that it gave them.

    Evidence that may be looked at every day (at most 5 % of years alarm by chance), ranking and
    calibration on vintages that are matured as a whole, early labels apart, vintage curves, roll
    rates and portfolio at risk. Written to HOME/outcomes/VERSION/DAY as JSON and one HTML file.
    """
    from api.outcomes_keeping import report
    from api.settings import Settings
    from api.wiring import open_home_store
    from scoring.registry import Registry
    from scoring.signing import TrustedKeys

    settings, now = Settings(), datetime.now(UTC)
    on = date(day.year, day.month, day.day) if day else now.date()
    with open_home_store(settings) as store, progress_bar() as progress:
        progress("reading loans", 0.0)
        registry = Registry(store, settings.home, TrustedKeys(settings.keys_folder))
        version, bundle = registry.open(model)
        made = report(store, settings.home, bundle.contract, version, on, now)
        progress("reading loans", 1.0)
    record = made.record
    payload = {
        "report": made.report_id,
        "folder": str(made.folder),
        **record.model_dump(mode="json"),
    }
    emit(as_json, payload, lambda: _show_performance(record, made.folder))


def _show_performance(record: "Performance", folder: Path) -> None:
    counts = record.loans
    told = [counts.stored, counts.decided, counts.matured, counts.whole]
    titles = ["loans", "by this model", "matured", "of whole vintages"]
    out.print(table(record.model, titles, [[str(n) for n in told]]))
    for year in record.years:
        state = "no alarm"
        if year.alarm:
            state = f"ALARM on {year.alarmed_on}: {(year.direction or '').replace('_', ' ')}"
        out.print(
            f"{year.year_from} to {year.until}: {state}; {year.observed} bad of {year.n} loans, "
            f"{year.expected:.1f} expected; evidence {year.e_value:.3g} of {year.threshold:g}",
            highlight=False,
        )
    names = ("auc", "ks", "slope")
    known = {n: getattr(record.ranking, n) for n in names}
    rows = [[n, *(_short(v) for v in (e.value, e.low, e.high))] for n, e in known.items()]
    out.print(table("Whole vintages", ["", "value", "low", "high"], rows))
    out.print(f"{folder / 'performance.html'}", markup=False, soft_wrap=True, highlight=False)


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


@app.command()
def schema() -> None:
    """Print the JSON Schema of what [bold]performance[/] writes."""
    from api.outcomes_replies import Performance

    emit(True, Performance.model_json_schema(mode="serialization"))


def _contract(store: Any, asked: str | None) -> Any:
    """The contract that was asked for, or the champion's. Raises NotEnoughDataError, and others."""
    from api.settings import Settings
    from data.contract_loading import load_contract
    from data.errors import NotEnoughDataError
    from scoring.registry import Registry
    from scoring.signing import TrustedKeys

    if asked is not None:
        return load_contract(asked)
    settings = Settings()
    registry = Registry(store, settings.home, TrustedKeys(settings.keys_folder))
    champion = registry.champion()
    if champion is None:
        raise NotEnoughDataError("no version is champion; name a contract with --contract")
    return registry.open(champion)[1].contract
