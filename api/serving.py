"""The model in service together with all that is made from its contract.

A request takes one ``Serving`` and uses nothing else, so that no reply mixes two versions.
"""

from collections.abc import Callable
from dataclasses import dataclass

from api.intake import Intake
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

    def __init__(self, watcher: ChampionWatcher, announce: Callable[[Serving], None]) -> None:
        self._watcher, self._announce = watcher, announce
        self._serving: Serving | None = None

    def find(self) -> Serving | None:
        """The model in service, if there is one."""
        scorer = self._watcher.current
        serving = self._serving
        if scorer is None or (serving is not None and serving.scorer is scorer):
            return serving if scorer is not None else None
        same = serving is not None and serving.intake.contract == scorer.contract
        intake = serving.intake if serving is not None and same else Intake(scorer.contract)
        self._serving = Serving(scorer, intake)
        self._announce(self._serving)
        return self._serving

    def get(self) -> Serving:
        """The model in service. Raises Problem 503 when there is none."""
        serving = self.find()
        if serving is None:
            raise Problem("no-champion")
        return serving
