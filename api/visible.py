"""Which decisions a caller may see: an officer the own branch's and the own key's."""

from uuid import UUID

from api.auth import Principal
from api.problems import Problem
from api.service import Service
from data.store.decisions import Decision


async def find_visible(service: Service, asker: Principal, decision_id: UUID | str) -> Decision:
    """The decision, readable. Raises Problem 404 or 410, StoreError."""
    decision = await service.reader.ask(lambda _: service.ledger.find(str(decision_id)))
    if decision is None or not visible(decision, asker):
        raise Problem("not-found")
    if decision.erased:
        raise Problem("erased")
    return decision


def visible(decision: Decision, asker: Principal) -> bool:
    """Whether ``asker`` may see ``decision``."""
    if asker.role != "officer" or decision.key_id == asker.key_id:
        return True
    return asker.branch is not None and decision.branch == asker.branch
