"""The explainers of the models that decided, whichever of them serves now."""

import threading
from collections import OrderedDict
from contextlib import suppress

from api.problems import Problem
from data.errors import BundleError, RegistryError
from scoring.explanation import Explainer
from scoring.policy import DecisionRules
from scoring.registry import CHAMPION, Registry
from scoring.scorer import Scorer

MOST = 3
"""Models that are kept open for explanations at once."""


class Explainers:
    """Gives the explainer of a version; call it from threads, as a model may have to be opened."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._lock = threading.Lock()
        self._made: OrderedDict[str, Explainer] = OrderedDict()
        self._rules: dict[str, DecisionRules] = {}

    def of(self, version: str, serving: Scorer | None = None) -> Explainer:
        """The explainer of ``version``; ``serving``: the model in service, which is open.

        Raises Problem 503 when the version's bundle cannot be opened, StoreError.
        """
        with self._lock:
            if version not in self._made:
                self._made[version] = Explainer(self._scorer(version, serving))
            self._made.move_to_end(version)
            if len(self._made) > MOST:
                self._made.popitem(last=False)
            return self._made[version]

    def rules_served(self) -> dict[str, DecisionRules]:
        """Version to decision rules of every champion there was whose bundle can be opened.

        Raises StoreError.
        """
        with self._lock:
            for version in {event.to_version for event in self._registry.events(CHAMPION)}:
                if version not in self._rules:
                    with suppress(BundleError, RegistryError):
                        self._rules[version] = self._registry.open(version)[1].rules
            return dict(self._rules)

    def _scorer(self, version: str, serving: Scorer | None) -> Scorer:
        if serving is not None and serving.version == version and not serving.suspended:
            return serving
        try:
            return self._registry.load(version)
        except (BundleError, RegistryError):
            raise Problem("model-unavailable") from None
