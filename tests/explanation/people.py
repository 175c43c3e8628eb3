"""Applicants of the small contract whose recommendation is known."""

from typing import Any

from tests.web.world import World, application

RISKY: dict[str, Any] = {
    "amount": 120_000,
    "income": 20_000,
    "late_days": 5,
    "wallet_inflow": 2_000.0,
    "trade": "retail",
    "has_group": False,
}


def request_of(values: dict[str, Any], applicant: str = "C-1") -> dict[str, Any]:
    """A request of one applicant with these values."""
    wallet = {"wallet_inflow": values["wallet_inflow"]}
    own = {name: value for name, value in values.items() if name not in wallet}
    sources = {"application": own, "wallet": wallet}
    return application(applicant_id=applicant, sources=sources)


def declined(
    world: World,
    wanted: str = "decline",
    changes: dict[str, Any] | None = None,
    applicant: str = "C-1",
) -> dict[str, Any]:
    """The reply to a request that comes out as ``wanted``."""
    reply: dict[str, Any] = world.score(request_of(changes or RISKY, applicant)).json()
    assert reply["recommendation"] == wanted, reply
    return reply
