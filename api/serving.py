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
        self._watcher, self._metrics, self._log = watcher, metrics, log
        self._serving: Serving | None = None
        self._failure: str | None = None

    def find(self) -> Serving | None:
        """The model in service, if there is one."""
        self._tell_failure()
        scorer, serving = self._watcher.current, self._serving
        if scorer is None:
            return None
        if serving is None or serving.scorer is not scorer:
            serving = self._serving = self._take(scorer)
        return serving

    def get(self) -> Serving:
        """The model in service. Raises Problem 503 when there is none."""
        serving = self.find()
        if serving is None:
            raise Problem("no-champion")
        return serving

    def _take(self, scorer: Scorer) -> Serving:
        self._metrics.in_service(scorer.version, scorer.contract.contract)
        self._log.info(Event.CHAMPION, model=scorer.version)
        before = self._serving
        if before is not None and before.intake.contract == scorer.contract:
            return Serving(scorer, before.intake)
        return Serving(scorer, Intake(scorer.contract))

    def _tell_failure(self) -> None:
        failure = self._watcher.failure
        if failure == self._failure:
            return
        self._failure = failure
        self._metrics.failing(failure is not None)
        if failure is not None:
            self._log.error(Event.CHAMPION_FAILURE, reason=failure)
