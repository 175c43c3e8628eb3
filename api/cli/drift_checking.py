"""``microscore drift check``, ``compare`` and ``report``: checks that are made now."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.audit import days_of
from api.cli.data_files import DecimalSign, Encoding, decimal_named
from api.cli.drift_told import LanguageOption, show_check
from api.cli.loading import load
from api.cli.output import JsonOption, emit, out, progress_bar

if TYPE_CHECKING:
    from api.audits import AuditSettings
    from api.drifting import Watch

Model = Annotated[str, typer.Option(help="A version, an alias or a bundle's folder.")]
WindowOption = Annotated[
    str | None, typer.Option("--window", help="Days FROM..TO in UTC, TO included.")
]
FileOption = Annotated[
    Path | None,
    typer.Option("--file", exists=True, help="Applications in files instead of decisions."),
]
Days = tuple[date, date]


def check(  # noqa: PLR0913, PLR0917 - the options of one command
    model: Model = "champion",
    window: WindowOption = None,
    file: FileOption = None,
    scheduled: Annotated[
        bool, typer.Option("--scheduled", help="As the worker does: moves episodes and alerts.")
    ] = False,
    encoding: Encoding = None,
    decimal: DecimalSign = ".",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check stored decisions, or applications in files, against what the model was made for.

    Compared with the model's own reference sample and, where enough was decided then, with the
    same season a year before: an alarm needs both. Layers: 0 the contract, 1 each feature,
    2 features together, 3 score and decision, 4 estimated harm, 5 matured loans. Chance alone
    alarms in at most 1 % of checks, all layers up to 3 together.

    The check is kept (microscore drift history). Exit code 0 whatever it says.
    """
    from api.audits import AuditSettings
    from api.drifting_keeping import keep, write

    days = _days(window, file)
    if scheduled and file is not None:
        raise typer.BadParameter("--scheduled: only for stored decisions, without --file")
    settings = AuditSettings()
    with progress_bar() as progress, _watching(model, settings) as watch:
        progress("checking", 0.0)
        if file is not None:
            contract = watch.scorer.contract
            sign = decimal_named(decimal)
            read = load(contract, file, labelled=False, encoding=encoding, decimal=sign)
            made = watch.file(read, days)
        elif days is not None:
            made = watch.decisions(days, "scheduled" if scheduled else "asked")
        webhook = settings.drift.webhook_url is not None
        kept = keep(watch.store, made, datetime.now(UTC), webhook=webhook)
        folder = write(watch.store, made, watch.scorer.contract, settings.home)
        progress("checking", 1.0)
    payload = {
        "check": kept.check_id,
        "folder": str(folder),
        "alerts": [a.alert_id for a in kept.alerts],
        "retraining": list(kept.retraining),
        **made.model_dump(mode="json"),
    }
    emit(as_json, payload, lambda: show_check(made, watch.scorer.contract, language))


def compare(
    file: Annotated[
        Path, typer.Option("--file", exists=True, help="Applications of the new region or product.")
    ],
    model: Model = "champion",
    encoding: Encoding = None,
    decimal: DecimalSign = ".",
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Before a new region or product goes live: are its applicants like any the model knows?

    Shows the shift of each feature and of the score, the estimated harm and the share of
    applications outside the support of the reference, with its interval. Nothing is kept.
    """
    from api.audits import AuditSettings

    with progress_bar() as progress, _watching(model, AuditSettings()) as watch:
        progress("comparing", 0.0)
        contract, sign = watch.scorer.contract, decimal_named(decimal)
        read = load(contract, file, labelled=False, encoding=encoding, decimal=sign)
        made = watch.file(read, None)
        progress("comparing", 1.0)
    payload = {"check": None, **made.model_dump(mode="json")}
    emit(as_json, payload, lambda: show_check(made, watch.scorer.contract, language))


def report(
    window: Annotated[str, typer.Option(help="Days FROM..TO in UTC, TO included.")],
    model: Model = "champion",
    html: Annotated[
        bool, typer.Option("--html", help="Evidently's page as well, as people know it.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write the report of a window, checked now unless it was, into HOME/drift/VERSION/WINDOW.

    drift.json is the whole check, index.html a page to read. With --html there is report.html,
    Evidently's page: its thresholds know no number of rows, so verdicts are ours alone.
    """
    from api.audits import AuditSettings
    from api.drifting_keeping import keep, write
    from data.store.monitoring import check_of_window
    from drift.record import read

    days = days_of(window, "--window")
    if days is None:
        raise AssertionError("the option is required")
    settings = AuditSettings()
    with progress_bar() as progress, _watching(model, settings) as watch:
        progress("checking", 0.0)
        known = check_of_window(watch.store, watch.scorer.version, *days)
        made = read(known.result) if known else watch.decisions(days, "asked")
        keep(watch.store, made, datetime.now(UTC))
        progress("checking", 0.5)
        page = watch.page(days) if html else None
        folder = write(watch.store, made, watch.scorer.contract, settings.home, page)
        progress("checking", 1.0)
    files = sorted(str(p) for p in folder.iterdir())
    payload = {"check": made.check_id, "folder": str(folder), "files": files}
    emit(as_json, payload, lambda: out.print("\n".join(files), markup=False, soft_wrap=True))


@contextmanager
def _watching(model: str, settings: "AuditSettings") -> "Iterator[Watch]":
    from api.drifting import Watch
    from api.wiring import open_ledger
    from scoring.registry import Registry
    from scoring.signing import TrustedKeys

    with open_ledger(settings) as (store, ledger):
        registry = Registry(store, settings.home, TrustedKeys(settings.keys_folder))
        yield Watch(settings, store, ledger, registry.load(model, threads=2))


def _days(window: str | None, file: Path | None) -> Days | None:
    if window is None and file is None:
        raise typer.BadParameter("give --window FROM..TO, or --file PATH")
    return days_of(window, "--window")
