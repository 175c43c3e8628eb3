"""Outcomes, schedules and histories of the synthetic loans, by a slow account of each loan."""

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from tests.data.synthetic_frames import frame

Row = dict[Any, Any]
EXTRACT = pd.Timestamp("2025-04-30")


def _loans() -> pd.DataFrame:
    loans = frame("applications").set_index("application_id")
    loans = loans.join(frame("truth").set_index("application_id")[["lent", "matured", "bad"]])
    dates = [c for c in loans.columns if c.endswith("_on")]
    return loans.assign(**{c: pd.to_datetime(loans[c]) for c in dates})


def _is_bad(loan: Row, dues: list[Row], payments: list[Row]) -> bool:
    """By hand: days past due of each instalment, oldest first, and the two dated events."""
    end = loan["disbursed_on"] + timedelta(days=180)
    events = (loan["written_off_on"], loan["rescheduled_on"])
    if any(day <= end for day in events):  # NaT is never
        return True
    owed = 0
    for instalment in sorted(dues, key=lambda row: row["due_on"]):
        owed += instalment["amount_due"]
        limit = instalment["due_on"] + timedelta(days=30)
        standing = [p for p in payments if p["reversed_on"] is None and p["paid_on"] < limit]
        if limit <= end.date() and sum(p["amount_paid"] for p in standing) < owed:
            return True
    return False


def _rows_by_loan(table: str) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    for row in frame(table).to_dict("records"):
        rows.setdefault(row["application_id"], []).append({str(k): v for k, v in row.items()})
    return rows


def test_repayments_give_the_drawn_outcome() -> None:
    loans = _loans().query("lent and matured")
    chosen = pd.concat([loans[loans["bad"]].head(110), loans[~loans["bad"]].head(110)])
    dues, payments = _rows_by_loan("instalments"), _rows_by_loan("repayments")
    found = [
        _is_bad(loan, dues[loan["application_id"]], payments.get(loan["application_id"], []))
        for loan in chosen.reset_index().to_dict("records")
    ]
    assert len(found) == 220
    assert found == list(chosen["bad"])


def test_default_and_approval_rates() -> None:
    loans = _loans()
    labelled = loans.query("lent and matured")
    assert 0.06 < labelled["bad"].mean() < 0.10
    assert 0.65 < (loans["decision"] == "approved").mean() < 0.77
    assert 0.01 < (loans["lent"] & ~loans["matured"]).mean() < 0.08


def test_outcomes_exist_for_approved_loans_only() -> None:
    loans = _loans()
    assert (loans.loc[loans["disbursed_on"].notna(), "decision"] == "approved").all()
    lent = set(loans.index[loans["disbursed_on"].notna()])
    assert set(frame("instalments")["application_id"]) == lent
    assert set(frame("repayments")["application_id"]) <= lent
    other = loans[loans["disbursed_on"].isna()]
    assert other[["rescheduled_on", "written_off_on"]].isna().all(axis=None)
    assert (other["decision"] == "approved").any()


def test_nothing_is_known_after_the_extract() -> None:
    payments = frame("repayments")
    assert payments["posted_at"].max() < EXTRACT + pd.Timedelta(days=1)
    assert payments["posted_at"].max() > EXTRACT - pd.Timedelta(days=1)
    posted = payments["posted_at"].dt.normalize() - pd.to_datetime(payments["paid_on"])
    assert 0.05 < (posted > pd.Timedelta(0)).mean() < 0.2
    assert (posted >= pd.Timedelta(0)).all()
    for name in ("applications", "previous_loans", "repayments"):
        for column in frame(name).filter(regex="_on$"):
            known = pd.to_datetime(frame(name)[column].dropna())
            assert known.empty or known.max() <= EXTRACT


def test_the_traps_of_the_definition_occur() -> None:
    loans = _loans().query("lent and matured")
    inside = loans["disbursed_on"] + pd.Timedelta(days=180)
    later = loans["rescheduled_on"] > inside
    assert later.any()
    assert not loans.loc[later, "bad"].any()
    assert (loans["rescheduled_on"] <= inside).any()
    assert (loans["written_off_on"] <= inside).any()
    bounced = frame("repayments").dropna(subset="reversed_on")["application_id"]
    assert loans.loc[loans.index.isin(bounced), "bad"].nunique() == 2


def test_instalments_add_up_to_what_is_due() -> None:
    sums = frame("instalments").groupby("application_id")["amount_due"].agg(["sum", "min"])
    loans = _loans().loc[sums.index]
    by_month = loans["monthly_instalment"] * loans["term_months"]
    assert np.allclose(sums["sum"], by_month, rtol=0.001)
    assert (sums["min"] > 0).all()
    paid = frame("repayments").query("reversed_on.isna()").groupby("application_id")
    assert (
        paid["amount_paid"].sum() <= sums["sum"].reindex(paid["amount_paid"].sum().index) + 0.5
    ).all()


def test_closed_loans_become_history_on_the_day_they_close() -> None:
    history, loans = frame("previous_loans"), _loans()
    assert not history.duplicated(["applicant_id", "loan_number"]).any()
    days = [pd.to_datetime(history[c]) for c in ("disbursed_on", "closed_on")]
    assert (days[0] < days[1]).all()
    both = loans.reset_index().merge(history, on="applicant_id", suffixes=("", "_then"))
    own = both[both["lent"] & (both["cycle"] == both["loan_number"])]
    assert len(own) > 1000
    assert (own["amount"] == own["amount_then"]).all()
    assert (own["disbursed_on"] == pd.to_datetime(own["disbursed_on_then"])).all()
    known = pd.to_datetime(both["closed_on"]) < both["applied_at"].dt.normalize()
    visible = both[known].groupby("application_id").size()
    counted = visible.reindex(loans.index, fill_value=0)
    assert (counted + 1 == loans["cycle"]).all()
