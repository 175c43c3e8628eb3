"""``microscore portfolio``: the portfolio at a glance, made now."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from api.cli.output import JsonOption, emit, out, progress_bar, table

if TYPE_CHECKING:
    from api.portfolio import Portfolio


def portfolio(as_json: JsonOption = False) -> None:
    """Sum up decisions and loans for the risk team's pages, keep it and print it.

    Approvals by month, bad rate by band and vintage beside what was expected, portfolio at risk,
    expected loss, concentration, overrides with what came of them, and the sums from which the
    page /risk/policy tries cut-offs. The worker does this each day; this does it at once.
    Example: [bold]microscore portfolio --json[/]
    """
    from api.portfolio_making import make
    from api.settings import Settings
    from api.wiring import open_home_store

    settings = Settings()
    with open_home_store(settings) as store, progress_bar() as progress:
        made = make(store, settings, datetime.now(UTC), progress)
        progress("summing up", 1.0)
    emit(as_json, made.model_dump(mode="json"), lambda: _show(made))


def _show(made: "Portfolio") -> None:
    rows = [
        [f"{m.month:%Y-%m}", str(m.approved), str(m.declined), str(m.waiting), _told(m.rate)]
        for m in made.months
    ]
    heads = ["month", "approved", "declined", "waiting", "approval rate"]
    out.print(table(f"Approvals ({made.basis.contract})", heads, rows))
    if made.loans is not None:
        heads = ["band", "loans", "bad", "expected", "bad rate"]
        rows = [
            [g.name, str(g.loans), str(g.observed), f"{g.expected:.1f}", _told(g.share)]
            for g in made.loans.by_band
        ]
        out.print(table("Loans that matured", heads, rows))
    loss, currency = made.expected_loss, made.basis.currency
    source = "assumed" if made.basis.assumed else "the contract's"
    out.print(
        f"Expected loss: {loss.of_approved:,.0f} {currency} of {loss.amount:,.0f} approved in a "
        f"year; {loss.of_open:,.0f} of {loss.balance:,.0f} owed. Money: {source}.",
        markup=False,
        highlight=False,
    )


def _told(estimate: Any) -> str:
    if estimate.value is None:
        return "-"
    return f"{estimate.value:.1%} [{estimate.low:.1%}, {estimate.high:.1%}]"
