"""Ray Serve: a deployment that takes JSON; python ray_app.py PORT."""

import sys
import time

import lightgbm as lgb
import numpy as np
import ray
from ray import serve
from starlette.requests import Request


@serve.deployment(num_replicas=1, max_ongoing_requests=64)
class Bench:
    """The booster of ``model.txt``."""

    def __init__(self, model: str) -> None:
        self._booster = lgb.Booster(model_str=model)

    async def __call__(self, request: Request) -> dict[str, list[float]]:
        """Probabilities of the rows."""
        rows = np.array((await request.json())["rows"])
        return {"scores": self._booster.predict(rows, num_threads=1).tolist()}


if __name__ == "__main__":
    ray.init(num_cpus=2, include_dashboard=False)
    serve.start(http_options={"host": "127.0.0.1", "port": int(sys.argv[1])})
    with open("model.txt") as file:  # noqa: PTH123
        serve.run(Bench.bind(file.read()))
    while True:
        time.sleep(1)
