"""When a model gives no score and a person decides, and what is told about it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.contract import Contract, Language
from scoring.vector import FloatArray


class Referral(NamedTuple):
    """Why a person decides: ``code`` stays the same, ``text`` is for people."""

    code: str
    text: dict[Language, str]


SUSPENDED = Referral(
    "MODEL_SUSPENDED",
    {
        "en": "The scoring model is suspended, so a person decides on this application.",
        "fr": "Le modèle de notation est suspendu\u00a0: une personne décide de cette demande.",
        "sw": "Modeli ya alama imesimamishwa kwa muda, kwa hiyo mtu ataamua juu ya ombi hili.",
    },
)
THIN_FILE = Referral(
    "THIN_FILE",
    {
        "en": "Too little is known about the applicant for a score, so a person decides.",
        "fr": "On en sait trop peu sur le demandeur pour un score\u00a0: une personne décide.",
        "sw": "Taarifa za mwombaji ni chache mno kwa alama, kwa hiyo mtu ataamua.",
    },
)


class ThinFiles:
    """Finds rows with too few sources for a score; the columns to look at are worked out once.

    A source is there when any model feature of it has a value.
    """

    def __init__(self, contract: Contract) -> None:
        rule = contract.policy.thin_file
        features = [contract.features[name] for name in contract.model_features]
        self._at_least = rule.at_least if rule is not None else 0
        self._columns = [
            [j for j, feature in enumerate(features) if feature.source == source]
            for source in (rule.sources if rule is not None else ())
        ]

    def among(self, matrix: FloatArray) -> NDArray[np.bool_] | None:
        """Which rows of ``matrix`` (n, k) are thin; None without a rule."""
        if not self._columns:
            return None
        given = ~np.isnan(matrix)
        there = [given[:, columns].any(axis=1) for columns in self._columns]
        fewer: NDArray[np.bool_] = np.sum(there, axis=0) < self._at_least
        return fewer
