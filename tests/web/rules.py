"""What breaks each rule of requests: calls to a served model, and to an intake of a contract."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from api.examples import example_application, example_outcomes
from api.outcomes_schema import MOST_INSTALMENTS
from api.raw_rows import MOST_ROWS
from data.contract import Contract
from tests.web.world import World, application

SECRET = "Zzyzx-7741"


class Call(NamedTuple):
    """A request that breaks rules, and the role that sends it."""

    path: str
    body: Any
    method: str = "POST"
    role: str = "admin"
    headers: Mapping[str, str] = MappingProxyType({})

    def send(self, world: World, language: str) -> Any:
        """The reply to it in ``language``."""
        headers = {**world.auth(self.role), **self.headers, "Accept-Language": language}
        return world.client.request(self.method, self.path, json=self.body, headers=headers)


def of_lists(name: str) -> list[Any]:
    """Bodies that are no list called ``name``."""
    return [[SECRET], {SECRET: 1}, {name: []}, {name: [], SECRET: 1}]


def of_applications() -> Iterator[Call]:
    """Single applications, batches, headers and addresses."""
    wrong = application(application_id=SECRET + " ", extra=SECRET)
    wrong["sources"]["application"] |= {
        "amount": 5,
        "income": 1e300,
        "trade": SECRET,
        "late_days": 2.5,
        "has_group": SECRET,
        SECRET: 1,
    }
    yield Call("/score", wrong)
    yield Call("/score", application(sources={"application": {"amount": SECRET}}))
    yield Call("/score", application(applicant_id=7, sources=[SECRET]))
    yield Call("/score", application(), headers={"Idempotency-Key": f"{SECRET} {SECRET}"})
    yield Call(f"/score?lang={SECRET}", application())
    yield Call(f"/scores/{SECRET}", None, "GET")
    yield from (Call("/score/batch", body) for body in of_lists("applications"))
    yield Call("/score/batch", {"applications": [wrong]})
    version, digest = "small-0123456789ab", "a" * 64
    for path in ("drift/checks", "shadow/reports"):
        yield Call(f"/{path}/{SECRET}", None, "GET")
        yield Call(f"/{path}/{digest.upper()}", None, "GET")
    yield Call(f"/models/{SECRET}/promote", {"reason": "why"})
    yield Call(f"/models/{version.upper()}/promote", {"reason": "why"})
    for path in ("drift/checks", "outcomes/performance"):
        yield Call(f"/{path}?model={SECRET}%20x", None, "GET")
    yield Call(f"/shadow/reports?challenger={SECRET}%20x", None, "GET")
    for limit in ("0", "501", SECRET, "1.5", "9" * 5000):
        yield Call(f"/shadow/reports?limit={limit}", None, "GET")
    for part in ("consents", "protected"):
        yield Call(f"/applicants/{SECRET}/{part}", {SECRET: 1}, "PUT")
        yield Call(f"/applicants/{SECRET}%20x/{part}", {}, "PUT")


def of_people(world: World) -> Iterator[Call]:
    """What people send about a score, and about the model."""
    reply = world.score().json()
    place = f"/scores/{reply['decision_id']}"
    same = {"approve": "approve", "decline": "decline"}.get(reply["recommendation"], "approve")
    other = "decline" if same == "approve" else "approve"
    yield Call(f"{place}/decision", {"outcome": other})
    yield Call(f"{place}/decision", {"outcome": same, "reason": "other"})
    yield Call(f"{place}/decision", {"outcome": other, "reason": "appeal"})
    yield Call(f"{place}/appeal", {"ground": SECRET, "text": SECRET * 300})
    yield Call("/models/suspend", {"reason": SECRET, "more": SECRET})


def of_outcomes(world: World) -> Iterator[Call]:
    """Events of loans, of which the example is stored."""
    sent = example_outcomes()
    assert Call("/outcomes", sent).send(world, "en").status_code == 200
    loan, paid = sent["events"]
    late = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    reversal = {n: paid[n] for n in ("application_id", "on")} | {"kind": "reversal"}
    back = reversal | {"event_id": "V-1", "reverses": paid["event_id"]}
    assert Call("/outcomes", {"events": [back]}).send(world, "en").status_code == 200
    wrong = [
        SECRET,
        {"kind": SECRET},
        loan | {"instalments": [{}] * MOST_INSTALMENTS},
        loan | {"instalments": []},
        loan | {"instalments": SECRET},
        paid | {"on": SECRET, "known_at": SECRET, "amount": -1},
        paid | {"on": "2026-02-30"},
        paid | {"on": "1900-01-01", "known_at": late},
        paid | {"known_at": "2026-01-28T12:00:00Z"},
        paid | {"amount": 1.0},
        paid | {"event_id": SECRET, "application_id": SECRET},
        loan | {"event_id": SECRET},
        loan | {"instalments": [{"due_on": "2026-02-28", "amount_due": 1.0}]},
        back | {"event_id": SECRET},
        back | {"event_id": SECRET, "reverses": SECRET},
        back | {"event_id": SECRET, "reverses": "V-1"},
    ]
    yield from (Call("/outcomes", {"events": [event]}) for event in wrong)
    again = paid | {"event_id": "R-2", "known_at": "2026-03-01T12:00:00Z"}
    early = reversal | {"event_id": SECRET, "reverses": "R-2", "on": "2026-02-01"}
    yield Call("/outcomes", {"events": [again, early]})
    yield from (Call("/outcomes", body) for body in of_lists("events"))


def of_rows(contract: Contract) -> Iterator[dict[str, Any]]:
    """Applications under ``microloan`` whose rows of mobile money break rules."""
    row: dict[str, Any] = {"transaction_id": SECRET, "direction": "in", "kind": "bill"}
    row |= {"at": "2024-06-01T10:00:00Z", "posted_at": "2024-06-01T10:00:09Z", "amount": 5.0}
    wrong = row | {"at": "0001-01-01T00:00:00+14:00", "transaction_id": ""}
    for rows in ([row, row], [row] * (MOST_ROWS + 1), [wrong]):
        body = example_application(contract)
        body["sources"]["mobile_money"] = {"rows": {"mobile_money": rows}}
        yield body
