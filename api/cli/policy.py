"""``microscore policy simulate``: cut-offs by money, tried on past applications."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.data_files import DataPath, DecimalSign, Encoding, decimal_named
from api.cli.loading import load
from api.cli.output import JsonOption, emit, out, table

if TYPE_CHECKING:
    from data.contract import Contract
    from data.reading import Decimal
    from scoring.profit import Portfolio
    from scoring.scorer import Scorer, Scores

app = typer.Typer(
    no_args_is_help=True, help="Cut-offs: whom they decline, what they lose and earn."
)

NOT_DECLINED = (
    "Not declined: approved, or left to a person; loss and profit of lending to them all."
)
CHANGED = {"approvals": "not declined", "loss": "loss", "profit": "profit"}
"""Figures of a move by their names in ``scoring.profit.compare``, as they are told."""

CutOff = Annotated[
    float | None,
    typer.Option(min=0.001, max=0.999, help="A PD to decline from, compared with the model's own."),
]


@app.callback()
def policy() -> None:
    """Cut-offs: whom they decline, what they lose and earn."""


@app.command()
def simulate(
    ref: Annotated[str, typer.Argument(help="A version, an alias or a bundle's folder.")],
    data: DataPath,
    cut_off: CutOff = None,
    encoding: Encoding = None,
    decimal: DecimalSign = ".",
    as_json: JsonOption = False,
) -> None:
    """Try cut-offs to decline from on past applications: whom they leave, loss and profit of each.

    Not declined is who is approved and who is left to a person: between both cut-offs in force a
    person decides. Loss and profit are those of lending to all of them. In --json they stand as
    approval_rate and approvals; cut_off_in_force is the one to decline from.

    The money (margin, loss given default, collection cost, worth of a good client) stands in the
    contract under policy.money; without it, figures are assumed and the output says so. Whom the
    rules beside the score stop (too thin a file, an instalment above policy.capacity) is not among
    them at any cut-off, and counted apart: that is not the model's doing. Nothing is changed: a new
    cut-off is a new version of the contract's policy.
    """
    from api.wiring import open_registry
    from scoring.profit import ASSUMED, best_cut_off, break_even, compare, curve

    with open_registry() as registry:
        scorer = registry.load(ref, threads=2)
    past, rules = _portfolio(scorer, data, encoding, decimal_named(decimal))
    money = scorer.contract.policy.money or ASSUMED
    middle = float(_median(past.amount))
    force = scorer.bundle.rules
    now = force.decline_from
    payload: dict[str, Any] = {
        "version": scorer.version,
        "currency": scorer.contract.currency,
        "applications": len(past.pd),
        "with_outcome": int((past.y == past.y).sum()),
        "money": {**money.model_dump(), "assumed": scorer.contract.policy.money is None},
        "cut_off_in_force": now,
        "approve_below_in_force": force.approve_below,
        "rules": rules,
        "break_even_at_median_amount": {"amount": middle, "pd": break_even(money, middle)},
        "best_cut_off": best_cut_off(past, money).plain(),
        "curve": curve(past, money),
        "compared": None,
    }
    if cut_off is not None:
        payload["compared"] = {"cut_off": cut_off, **compare(past, money, now, cut_off)}
    emit(as_json, payload, lambda: _show(payload))


def _portfolio(
    scorer: "Scorer", path: Path, encoding: str | None, decimal: "Decimal"
) -> tuple["Portfolio", dict[str, Any]]:
    """Scores, outcomes and amounts of a file's applications; what rules beside the score do."""
    import numpy as np

    from data.errors import DataFileError
    from scoring.profit import Portfolio

    loaded = load(scorer.contract, path, labelled=True, encoding=encoding, decimal=decimal)
    inputs = loaded.applications.inputs
    columns = {name: inputs[name].to_numpy() for name in scorer.contract.inputs}
    scores = scorer.score(columns, len(inputs), explain=False)
    amount = np.asarray(columns[_amount(scorer.contract)], dtype=np.float64)
    known = ~np.isnan(amount) & (amount > 0)
    if loaded.y is None or not known.any():
        raise DataFileError("no application has an amount above 0: no money can be told")
    able = _able(scorer, scores)
    past = Portfolio(scores.pd[known], loaded.y[known], amount[known], able[known])
    return past, _rules(scorer, scores, known)


def _able(scorer: "Scorer", scores: "Scores") -> Any:
    """Whom the rules beside the score leave to the score (n)."""
    import numpy as np

    within = np.ones(len(scores.pd), dtype=np.bool_)
    if scores.capacity is not None:
        within = scores.capacity.status == 0
    thin = scorer.thin_files.among(scores.matrix)
    return within if thin is None else within & ~thin


def _rules(scorer: "Scorer", scores: "Scores", known: Any) -> dict[str, Any]:
    """How many each rule stops, and whom the score alone would have approved of those."""
    from scoring.capacity import STATUSES

    found: dict[str, Any] = {"thin_file": None, "capacity": None}
    thin = scorer.thin_files.among(scores.matrix)
    if thin is not None:
        found["thin_file"] = {"referred": int(thin[known].sum())}
    if (rule := scorer.capacity_rule) is not None and scores.capacity is not None:
        status, by_score = scores.capacity.status[known], scores.capacity.by_score[known]
        found["capacity"] = {
            "at_most": rule.rule.at_most,
            "otherwise": rule.rule.otherwise,
            **{name: int((status == i).sum()) for i, name in enumerate(STATUSES)},
            "approved_by_score_alone": int(((status > 0) & (by_score == 0)).sum()),
        }
    return found


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
    heads = [
        "decline from PD",
        "not declined",
        "expected loss",
        "expected profit",
        "bad rate of lent",
    ]
    out.print(table(f"Cut-offs, in {payload['currency']}", heads, rows))
    source = "assumed" if money["assumed"] else "the contract's"
    limits = f"[{best['low']:.2f}, {best['high']:.2f}]"
    out.print(
        f"Best: decline from {best['value']:.2f} {limits}; in force: approve below "
        f"{payload['approve_below_in_force']:.3f}, decline from "
        f"{payload['cut_off_in_force']:.3f}. Money: {source}.\n{NOT_DECLINED}",
        markup=False,
        highlight=False,
    )
    if capacity := payload["rules"]["capacity"]:
        stopped = capacity["approved_by_score_alone"]
        told = (
            f"{capacity['above']} above {capacity['at_most']:.0%}, {capacity['unknown']} not known"
        )
        out.print(
            f"Capacity rule: {told}; it stops {stopped} whom the score alone would approve.",
            markup=False,
            highlight=False,
        )
    if compared := payload["compared"]:
        told = ", ".join(
            f"{CHANGED[name]} {v['value']:+,.0f} [{v['low']:+,.0f}, {v['high']:+,.0f}]"
            for name, v in compared.items()
            if name != "cut_off"
        )
        out.print(f"At {compared['cut_off']:.3f}: {told}", markup=False, highlight=False)
