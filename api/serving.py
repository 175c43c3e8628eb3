"""The model in service together with all that is made from its contract.

A request takes one ``Serving`` and uses nothing else, so that no reply mixes two versions.
"""

from dataclasses import dataclass

from api.intake import Intake
from api.log import Event, Log
from api.metrics import Metrics
from api.problems import Problem
from scoring.champion import ChampionWatcher
from scoring.scorer import Scorer


@dataclass(frozen=True, slots=True)
class Serving:
    """One model version and the intake of its contract. Immutable."""

    scorer: Scorer
    intake: Intake


class Champion:
    """Gives the current ``Serving``; call it from the event loop only."""

    def __init__(self, watcher: ChampionWatcher, metrics: Metrics, log: Log) -> None:
        self.watcher, self._metrics, self._log = watcher, metrics, log
        self._seen: Scorer | None = None
        self._serving: Serving | None = None
        self._refused: str | None = None
        self._failure: str | None = None

    def find(self) -> Serving | None:
        """The model in service, if there is one."""
        scorer = self.watcher.current
        if scorer is not None and scorer is not self._seen:
            self._seen = scorer
            self._take(scorer)
        self._tell_failure()
        return self._serving

    def get(self) -> Serving:
        """The model in service. Raises Problem 503 when there is none."""
        serving = self.find()
        if serving is None:
            raise Problem("no-champion")
        return serving

    def _take(self, scorer: Scorer) -> None:
        """Take ``scorer`` into service; where that fails, the one before goes on."""
        before = self._serving
        try:
            if before is not None and before.intake.contract == scorer.contract:
                intake = before.intake
            else:
                intake = Intake(scorer.contract)
        except Exception as error:
            self._refused = f"its contract cannot be taken in ({type(error).__name__})"
            return
        self._serving, self._refused = Serving(scorer, intake), None
        self._metrics.in_service(scorer.version, scorer.contract.contract, scorer.suspended)
        self._log.info(Event.CHAMPION, model=scorer.version, suspended=scorer.suspended)

    def _tell_failure(self) -> None:
        failure = self.watcher.failure or self._refused
        if failure == self._failure:
            return
        self._failure = failure
        self._metrics.failing(failure is not None)
        if failure is not None:
            self._log.error(Event.CHAMPION_FAILURE, reason=failure)
