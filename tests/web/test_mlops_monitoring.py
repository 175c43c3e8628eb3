"""The pages of MLOps with what monitoring and shadow kept: the same figures as in the records."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from api.kept_reports import REPORT, shadow_folder
from api.settings import Settings
from api.wiring import open_home_store
from data.contract import LANGUAGES
from data.store import Store, ledger
from data.store.jobs import GIVEN_UP, Job, enqueue, fail, finish, take
from tests.bundles import small_contract
from tests.drift.stored import DAYS
from tests.language.tour import pages_under, walk
from tests.security.pages import add, browser, sign_in
from tests.web.monitored import NOW, PAIRS, Monitored, monitored
from tests.web.world import home_settings, served


@dataclass(frozen=True)
class Seen:
    """A home that was monitored, and a person of MLOps who looks at it."""

    home: Monitored
    client: TestClient
    settings: Settings

    def get(self, path: str) -> Any:
        """A page of MLOps that is there."""
        page = self.client.get(f"/mlops{path}")
        assert page.status_code == 200, path
        return page


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    base = tmp_path_factory.mktemp("monitored")
    made = monitored(base / "home", base / "other")
    settings = home_settings(base / "home")
    with served(settings, champion=False) as world:
        add(settings, "ana", "mlops")
        client = browser(world)
        sign_in(client, "ana")
        yield Seen(made, client, settings)


def text(page: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def test_the_timeline_has_every_alarm_and_what_came_of_it(seen: Seen) -> None:
    page = seen.get("/drift")
    told = text(page)
    assert page.text.count('<rect class="') == len(seen.home.kept.episodes)
    assert "The scores are spread otherwise" in told
    assert "31.4% (25.0% \N{EN DASH} 37.5%)" in told
    assert "1 check " in told


def test_a_check_begins_with_the_feature_at_fault(seen: Seen) -> None:
    report = seen.home.kept.check.report
    page = seen.get(f"/drift/checks/{seen.home.kept.check_id}")
    chart = page.text.partition('class="bars')[2].partition("</table>")[0]
    first = re.search(r'<th scope="row">([^<]+)</th>', chart)
    assert first is not None
    title = small_contract().features[report.at_fault[0]].title.in_language("en")
    assert first[1] == title
    assert chart.count("at fault") == len(report.at_fault)
    assert "0.314 (0.25 " in text(page), "what came of the estimate"


def test_pages_that_were_kept_are_handed_out_as_files(seen: Seen) -> None:
    path = f"/drift/checks/{seen.home.kept.check_id}"
    for name, content in (("evidently", "as people know it"), ("report", "Drift check")):
        file = seen.get(f"{path}/{name}")
        assert file.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in file.headers["content-security-policy"]
        assert content in file.text
    assert seen.client.get(f"/mlops/drift/checks/{'0' * 64}/evidently").status_code == 404


def test_champion_and_challenger_stand_side_by_side(seen: Seen) -> None:
    page = seen.get("/challengers")
    told = text(page)
    for version in (seen.home.champion, seen.home.challenger):
        assert version in told
    brier = next(a for a in seen.home.record.accuracy if a.loss == "brier")
    assert brier.champion is not None
    assert f"{round(brier.champion, 4):g}" in told
    assert "Cumulative evidence" in told
    assert f"on {PAIRS} decisions of both" in told
    (report,) = set(re.findall(r"/mlops/challengers/reports/[0-9a-f]{64}", page.text))
    made = seen.get(report.removeprefix("/mlops"))
    assert seen.home.challenger in made.text
    record, name = seen.home.record, report.rpartition("/")[2]
    folder = shadow_folder(seen.settings.home, record.challenger, NOW.date(), name)
    assert (folder / REPORT).read_bytes() == made.content, "it is made once"
    (folder / REPORT).write_bytes(b"<p>as it was written</p>")
    assert seen.get(report.removeprefix("/mlops")).content == b"<p>as it was written</p>"
    assert "Shadow reports" in seen.get(f"/models/{seen.home.challenger}").text


def test_data_quality_tells_what_is_broken_missing_and_old(seen: Seen) -> None:
    told = text(seen.get("/data-quality"))
    record = orjson.loads(seen.home.kept.check.content())
    for broken in record["report"]["broken"]:
        assert f"({broken['rows']:,})" in told
    assert "Missing values" in told
    masked = record["window"]["masked"]["wallet"]
    assert f"no consent: {masked['no_consent']}" in told
    age = (datetime.now(UTC).date() - DAYS[0]).days
    assert f"1 2 Nov 2026 2 Nov 2026 {age} days" in told
    assert "Summed up on 9 Nov 2026" in told


def test_the_first_page_leads_to_what_is_wrong(seen: Seen) -> None:
    page = seen.get("")
    assert f"/mlops/drift/checks/{seen.home.kept.check_id}" in page.text
    assert f"/mlops/challengers?version={seen.home.challenger}" in page.text
    levels = re.findall(r'class="verdict (\w+)">To (?:act on|look into|explain)', page.text)
    assert levels == sorted(levels), "what has to be acted on stands first"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_whole_in_every_language(seen: Seen, language: str) -> None:
    check = f"/drift/checks/{seen.home.kept.check_id}"
    for path in ("", "/models", "/challengers", "/drift", "/data-quality", check, "/service"):
        page = seen.get(f"{path}?lang={language}")
        assert f'<html lang="{language}">' in page.text
        assert "%(" not in page.text


def begun(store: Store, kind: str, slot: str) -> Job:
    assert enqueue(store, kind, slot, {}, NOW)
    job = take(store, [kind], "w", NOW, timedelta(minutes=1))
    assert job is not None
    return job


def test_no_sentence_is_left_in_english(seen: Seen) -> None:
    with open_home_store(seen.settings) as store:
        for slot, fault in enumerate((GIVEN_UP, "it ended by a fault of the program (KeyError)")):
            fail(store, begun(store, "drift", f"{slot}"), fault, NOW)
        finish(store, begun(store, "retrain", "0"), {"why": "nothing calls for it"}, NOW)
    tour = walk(seen.client, "/mlops")
    assert tour.english == {}
    assert tour.seen == pages_under("/mlops")


def test_figures_come_from_what_jobs_kept(seen: Seen) -> None:
    """A page that never reads a decision cannot become slow by their number."""

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("a page read decisions")

    with pytest.MonkeyPatch.context() as patch:
        for name in ("between", "page", "recent", "find"):
            patch.setattr(ledger.Ledger, name, fail)
        for path in ("", "/models", "/challengers", "/drift", "/data-quality", "/jobs"):
            seen.get(path)
