"""The fairness rows of a report: the paired audit of the same two versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.audits import AuditSettings, open_protected
from data.statements import Stated, Statement
from data.store import open_store
from data.store.shadow_reports import latest_report
from tests.fairness.stored import FIRST, is_woman
from tests.shadow.homes import decide_on, registered, shop_in, without_processes
from tests.story.conftest import run_command

N = 500


def test_a_report_carries_the_paired_audit_of_both(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_processes(monkeypatch)
    settings = AuditSettings(home=home, protected_url=None)
    with shop_in(home) as shop:
        champion, challenger = registered(shop, 0, 1)
        decide_on(shop, champion, 0, N)
    with open_protected(settings) as (protected, _):
        protected.keep(
            Statement(
                applicant_id=f"C{i}",
                stated={"sex": Stated(value="F" if is_woman(i) else "M", measure="category")},
                source="imported",
                actor="test",
                at=FIRST,
            )
            for i in range(N)
        )
    day = f"{FIRST:%Y-%m-%d}"
    replayed = run_command("shadow", "replay", "--model", challenger, "--since", day, "--json")
    assert replayed.code == 0, replayed.errors
    asked = ("shadow", "report", "--challenger", challenger, "--profile", "eu")
    refused = run_command(*asked)
    assert refused.code == 2
    assert "--decisions" in refused.errors
    done = run_command(*asked, "--decisions", f"{day}..{day}", "--json")
    assert done.code == 0, done.errors
    fairness = done.json["fairness"]
    assert (fairness["champion"], fairness["challenger"]) == (champion, challenger)
    assert {g["group"] for g in fairness["groups"]} == {"F"}
    page = Path(done.json["folder"], "report.html").read_text("utf-8")
    assert done.json["fairness_audit"][:12] in page
    store = open_store(settings.database_url)
    entry = latest_report(store, champion, challenger)
    store.close()
    assert entry is not None
    assert entry.fairness == fairness["verdict"]
