"""``microscore policy simulate``: cut-offs by money, tried on past applications."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.data_files import DataPath, Encoding
from api.cli.output import JsonOption, emit, out, table
from api.cli.training import load

if TYPE_CHECKING:
    from data.contract import Contract
    from scoring.scorer import Scorer

app = typer.Typer(no_args_is_help=True, help="Cut-offs: what they approve, lose and earn.")

CutOff = Annotated[
    float | None,
    typer.Option(min=0.001, max=0.999, help="A PD to decline from, compared with the model's own."),
]


@app.callback()
def policy() -> None:
    """Cut-offs: what they approve, lose and earn."""


@app.command()
def simulate(
    ref: Annotated[str, typer.Argument(help="A version, an alias or a bundle's folder.")],
    data: DataPath,
    cut_off: CutOff = None,
    encoding: Encoding = None,
    as_json: JsonOption = False,
) -> None:
    """Try cut-offs on past applications: approval rate, loss and profit of each.

    The money (margin, loss given default, collection cost, worth of a good client) stands in the
    contract under policy.money; without it, figures are assumed and the output says so. Nothing
    is changed: a new cut-off is a new version of the contract's policy.
    """
    from api.wiring import open_registry
    from scoring.profit import ASSUMED, best_cut_off, break_even, compare, curve

    with open_registry() as registry:
        scorer = registry.load(ref, threads=2)
    past = _portfolio(scorer, data, encoding)
    money = scorer.contract.policy.money or ASSUMED
    middle = float(_median(past.amount))
    now = scorer.bundle.rules.decline_from
    payload: dict[str, Any] = {
        "version": scorer.version,
        "currency": scorer.contract.currency,
        "applications": len(past.pd),
        "with_outcome": int((past.y == past.y).sum()),
        "money": {**money.model_dump(), "assumed": scorer.contract.policy.money is None},
        "cut_off_in_force": now,
        "break_even_at_median_amount": {"amount": middle, "pd": break_even(money, middle)},
        "best_cut_off": best_cut_off(past, money).plain(),
        "curve": curve(past, money),
        "compared": None,
    }
    if cut_off is not None:
        payload["compared"] = {"cut_off": cut_off, **compare(past, money, now, cut_off)}
    emit(as_json, payload, lambda: _show(payload))


def _portfolio(scorer: "Scorer", path: Path, encoding: str | None) -> Any:
    """Scores, outcomes and amounts of a file's applications."""
    import numpy as np

    from data.errors import DataFileError
    from scoring.profit import Portfolio

    loaded = load(scorer.contract, path, labelled=True, encoding=encoding)
    inputs = loaded.applications.inputs
    columns = {name: inputs[name].to_numpy() for name in scorer.contract.inputs}
    scores = scorer.score(columns, len(inputs), explain=False)
    amount = np.asarray(columns[_amount(scorer.contract)], dtype=np.float64)
    known = ~np.isnan(amount) & (amount > 0)
    if loaded.y is None or not known.any():
        raise DataFileError("no application has an amount above 0: no money can be told")
    return Portfolio(scores.pd[known], loaded.y[known], amount[known])


def _amount(contract: "Contract") -> str:
    name = contract.terms.amount
    if name is None or name not in contract.inputs:
        raise typer.BadParameter(
            "the contract names no amount: say terms.amount, an input of the application"
        )
    return name


def _median(amount: Any) -> float:
    import numpy as np

    return float(np.median(amount))


def _show(payload: dict[str, Any]) -> None:
    money, best = payload["money"], payload["best_cut_off"]
    rows = [
        [
            f"{row['cut_off']:.2f}",
            f"{row['approval_rate']['value']:.1%}",
            f"{row['expected_loss']:,.0f}",
            f"{row['expected_profit']:,.0f}",
            "" if row["bad_rate"]["value"] is None else f"{row['bad_rate']['value']:.1%}",
        ]
        for row in payload["curve"]
    ]
    heads = ["decline from PD", "approved", "expected loss", "expected profit", "bad rate of lent"]
    out.print(table(f"Cut-offs, in {payload['currency']}", heads, rows))
    source = "assumed" if money["assumed"] else "the contract's"
    limits = f"[{best['low']:.2f}, {best['high']:.2f}]"
    out.print(
        f"Best: decline from {best['value']:.2f} {limits}; in force: "
        f"{payload['cut_off_in_force']:.3f}. Money: {source}.",
        markup=False,
        highlight=False,
    )
    if compared := payload["compared"]:
        told = ", ".join(
            f"{name} {v['value']:+,.0f} [{v['low']:+,.0f}, {v['high']:+,.0f}]"
            for name, v in compared.items()
            if name != "cut_off"
        )
        out.print(f"At {compared['cut_off']:.3f}: {told}", markup=False, highlight=False)
