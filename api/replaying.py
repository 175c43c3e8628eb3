"""A stored decision computed again, through the intake of its contract and its own model."""

from api.intake import Intake
from api.problems import Problem
from api.settings import Settings
from api.wiring import open_ledger, open_registry
from data.errors import RegistryError
from data.store.decisions import Decision
from scoring.replay import Difference, replay


def replay_stored(
    decision_id: str, settings: Settings | None = None
) -> tuple[Decision, list[Difference]]:
    """The decision with this id and all that differs when it is made again.

    Raises RegistryError when there is no such decision or it cannot be replayed, BundleError
    when its model cannot be proved, VaultError, StoreError.
    """
    settings = settings or Settings()
    with open_ledger(settings) as (_, ledger):
        decision = ledger.find(decision_id)
    if decision is None:
        raise RegistryError("no stored decision has this id")
    with open_registry(settings) as registry:
        scorer = registry.load(decision.model_version)
    differences = replay(decision, scorer)
    return decision, differences + _taken_in(decision, Intake(scorer.contract))


def _taken_in(decision: Decision, intake: Intake) -> list[Difference]:
    """Whether the contract takes the stored request as what it was taken for."""
    try:
        again = intake.read_one(decision.request, None).request
    except Problem as problem:
        return [Difference("request", "taken in", f"refused: {problem.slug}")]
    same = again == decision.request
    return [] if same else [Difference("request", "taken in", "taken in otherwise")]
