"""The alarm for who tries an applicant's values out."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import api.probing
from api.probing import WINDOW, Probing
from api.problems import Problem
from data.store import open_store
from data.store.tables import audit_chain
from scoring.service import Application
from tests.web.world import World, application, home_settings, served


def asked(applicant: str, amount: float, number: int = 0) -> Application:
    return Application(
        application_id=f"A-{number}",
        applicant_id=applicant,
        branch=None,
        officer=None,
        values={"amount": amount, "term": None},
        masked={},
        request=b"",
    )


class Watch:
    """A watch whose alarms and time the test sees."""

    def __init__(self, most: int = 3, stop: bool = False) -> None:
        self.now = 0.0
        self.alarms: list[tuple[str, str, int]] = []
        self.probing = Probing(most, stop, lambda *a: self.alarms.append(a), lambda: self.now)

    def note(self, key_id: str, *applications: Application) -> bool:
        try:
            self.probing.note(key_id, applications)
        except Problem as problem:
            return problem.slug != "probing-stopped"
        return True


def test_variants_of_one_person_under_one_key_raise_the_alarm_once() -> None:
    watch = Watch()
    for amount in range(10):
        watch.note("k", asked("P-1", amount))
        watch.note("k", asked(f"P-{amount + 2}", 1))
        watch.note(f"k-{amount}", asked("P-1", 1))
    assert watch.alarms == [("k", "P-1", 3)]


def test_the_same_values_again_do_not_count() -> None:
    watch = Watch(stop=True)
    for number in range(50):
        assert watch.note("k", asked("P-1", number % 2, number))
    assert watch.alarms == []


def test_a_stop_refuses_new_variants_and_nothing_else() -> None:
    watch = Watch(stop=True)
    assert [watch.note("k", asked("P-1", a)) for a in range(5)] == [True] * 3 + [False] * 2
    assert watch.note("k", asked("P-1", 2))
    assert watch.note("k", asked("P-2", 9))
    assert watch.note("other", asked("P-1", 9))
    assert not watch.note("k", asked("P-3", 1), asked("P-1", 9)), "a batch as a whole"
    watch.now += WINDOW - 1
    with pytest.raises(Problem) as stopped:
        watch.probing.note("k", [asked("P-1", 9)])
    assert stopped.value.headers == {"Retry-After": "1"}
    watch.now += 1
    assert watch.note("k", asked("P-1", 9))


def test_a_batch_counts_each_of_its_applications() -> None:
    watch = Watch()
    watch.note("k", *(asked("P-1", a) for a in range(4)))
    assert watch.alarms == [("k", "P-1", 3)]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.probing, "MOST_WATCHED", 100)
    watch = Watch()
    watch.note("k", asked("P-0", 0))
    for number in range(1000):
        watch.note("k", asked(f"Q-{number}", 0))
        if number == 50:
            watch.note("k", asked("P-0", 1))
        if number == 120:
            watch.note("k", asked("P-0", 2))
    assert len(watch.probing._watched) == 100
    assert watch.alarms == [("k", "P-0", 3)], "who is heard of again is not forgotten first"


def variants(count: int) -> list[dict[str, Any]]:
    made = []
    for number in range(count):
        body = deepcopy(application(applicant_id="PLANTED-P1", application_id=f"A-{number}"))
        source = next(iter(body["sources"].values()))
        name = next(n for n, v in source.items() if type(v) in {int, float})
        source[name] = source[name] + number
        made.append(body)
    return made


def chained(world: World) -> list[Any]:
    store = open_store(world.settings.database_url)
    with store.read() as connection:
        rows = list(connection.execute(select(audit_chain).where(audit_chain.c.kind == "probing")))
    store.close()
    return rows


@pytest.mark.parametrize("stop", [False, True])
def test_the_alarm_is_logged_counted_and_chained_without_a_name(
    tmp_path: Path, capsysbinary: Any, stop: bool
) -> None:
    settings = home_settings(tmp_path, probing_variants=3, probing_stop=stop)
    with served(settings) as world:
        statuses = [world.score(body).status_code for body in variants(5)]
        assert statuses == [200] * 3 + [429 if stop else 200] * 2
        assert b"microscore_probing_alarms_total 1.0" in world.client.get("/metrics").content
        key_id = world.key()[3:11]
    lines = [json.loads(line) for line in capsysbinary.readouterr().err.splitlines()]
    [alarm] = [line for line in lines if line["event"] == "probing.alarm"]
    [row] = chained(world)
    assert (alarm["key"], alarm["variants"]) == (key_id, 3)
    assert row.ref == alarm["applicant"]
    assert json.loads(row.entry) == {"key_id": key_id, "variants": 3}
    assert "PLANTED" not in json.dumps(lines)
