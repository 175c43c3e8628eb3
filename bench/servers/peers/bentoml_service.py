"""BentoML: a service that takes and gives arrays."""

import bentoml
import lightgbm as lgb
import numpy as np


@bentoml.service(workers=1)
class Bench:
    """The booster of ``model.txt``."""

    def __init__(self) -> None:
        self._booster = lgb.Booster(model_file="model.txt")

    @bentoml.api
    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Probabilities of the rows."""
        return np.asarray(self._booster.predict(rows, num_threads=1))
