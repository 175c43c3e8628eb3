"""The models of the bench's lender: a former champion, the champion and its challenger.

They learned from numbers without meaning, but keep what real ones keep: a reference sample of
applications like those that will come, with outcomes, so that they can be checked and compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from api.settings import Settings
from api.wiring import open_registry
from scoring.bundle import Bundle
from scoring.keepsakes import reference
from scoring.scorer import Scorer
from scoring.sealing import write_bundle
from scoring.service import Application
from scoring.signing import SigningKey
from tests.browser.lender import quick_bundle
from tests.web.world import promote

LEARNED = ("2019-01-01", "2020-12-31")
"""Before every decision of the lender, so that outcomes of replayed ones count."""


@dataclass(frozen=True)
class Models:
    """Versions; ``former`` was champion before."""

    former: str
    champion: str
    challenger: str


def registered(settings: Settings, applications: Sequence[Application]) -> Models:
    """Register the three and promote the first, then the second."""
    bundles = [_like(quick_bundle(seed), applications, seed) for seed in (5, 6, 7)]
    former, champion = (promote(settings, bundle) for bundle in bundles[:2])
    key = SigningKey.load_or_create(settings.keys_folder)
    with open_registry(settings) as registry:
        sealed = write_bundle(bundles[2], registry.models_folder, key)
        return Models(former, champion, registry.register(sealed, "bench").version)


def _like(bundle: Bundle, applications: Sequence[Application], seed: int) -> Bundle:
    """``bundle`` with a reference sample of ``applications``, whose outcomes follow its PDs."""
    scorer, n = Scorer(bundle, "bench"), len(applications)
    columns = {name: [a.values.get(name) for a in applications] for name in bundle.contract.inputs}
    scores = scorer.score(columns, n, explain=False)
    y = (np.random.default_rng(seed).random(n) < scores.pd).astype(np.float64)
    kept = reference(bundle.contract.model_features, scores.matrix, scores.pd, y, seed)
    part = {"rows": n, "bads": int(y.sum()), "from": LEARNED[0], "to": LEARNED[1]}
    split = {"method": "time", "train": part, "test": part}
    return replace(bundle, reference=kept, metrics={**bundle.metrics, "split": split})
