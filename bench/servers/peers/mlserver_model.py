"""MLServer: a model that answers the V2 protocol; beside it model-settings.json names it."""

import lightgbm as lgb
import numpy as np
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class Bench(MLModel):
    """The booster of ``model.txt``."""

    async def load(self) -> bool:
        """Read the model."""
        self._booster = lgb.Booster(model_file="model.txt")
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Probabilities of the rows."""
        rows = NumpyCodec.decode_input(payload.inputs[0])
        scores = np.asarray(self._booster.predict(rows, num_threads=1))
        output = NumpyCodec.encode_output("score", scores)
        return InferenceResponse(model_name=self.name, outputs=[output])
