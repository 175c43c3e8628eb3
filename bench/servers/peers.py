"""Peers that serve the prediction alone: no reasons, no row, no authentication, no validation.

Each is installed into an environment of its own. They get 0 for a missing value, as not all of
them take null, and LightGBM with one thread, which is its fastest for one row.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.servers.portfolio import FEATURES, bundle, matrix
from bench.servers.running import Server, Start, free_port, running

_FILES = Path(__file__).with_name("peers")
_INSTALL_SECONDS = 900


@dataclass(frozen=True)
class Peer:
    """How one peer is installed, started and asked."""

    name: str
    package: str
    path: str
    body: Callable[[list[float]], Any]
    prepare: Callable[[Path, Path], None]
    command: Callable[[Path, int], list[str]]


def _mlserver(_: Path, folder: Path) -> None:
    model = {"name": "bench", "implementation": "mlserver_model.Bench", "parallel_workers": 0}
    (folder / "model-settings.json").write_text(json.dumps(model))


def _mlserver_settings(folder: Path, port: int) -> list[str]:
    settings = {"parallel_workers": 0, "http_port": port, "host": "127.0.0.1", "debug": False}
    settings |= {"grpc_port": free_port(), "metrics_port": free_port()}
    (folder / "settings.json").write_text(json.dumps(settings))
    return ["mlserver", "start", "."]


def _mlflow(programs: Path, folder: Path) -> None:
    subprocess.run([programs / "python", "mlflow_save.py"], cwd=folder, check=True)


def _nothing(_: Path, __: Path) -> None:
    pass


PEERS = (
    Peer(
        "MLServer",
        "mlserver",
        "/v2/models/bench/infer",
        lambda row: {
            "inputs": [{"name": "x", "shape": [1, FEATURES], "datatype": "FP64", "data": row}]
        },
        _mlserver,
        _mlserver_settings,
    ),
    Peer(
        "BentoML",
        "bentoml",
        "/predict",
        lambda row: {"rows": [row]},
        _nothing,
        lambda _, port: ["bentoml", "serve", "bentoml_service:Bench", "-p", str(port)],
    ),
    Peer(
        "MLflow",
        "mlflow",
        "/invocations",
        lambda row: {"inputs": [row]},
        _mlflow,
        lambda _, port: [
            "mlflow", "models", "serve", "-m", "saved", "--env-manager", "local", "-p", str(port),
            "-w", "1",
        ],
    ),
    Peer(
        "Ray Serve",
        "ray[serve]",
        "/",
        lambda row: {"rows": [row]},
        _nothing,
        lambda _, port: ["python", "ray_app.py", str(port)],
    ),
)  # fmt: skip


@contextmanager
def peer_running(peer: Peer, folder: Path, environments: Path) -> Iterator[Server]:
    """Install ``peer`` where it is not yet, and start it. Raises RuntimeError when it cannot."""
    programs = _install(peer, environments)
    home = folder / peer.name.replace(" ", "")
    shutil.copytree(_FILES, home)
    (home / "model.txt").write_text(bundle().model_text)
    peer.prepare(programs, home)
    bodies = home / "bodies.jsonl"
    rows = np.nan_to_num(matrix(256, 7)).tolist()
    bodies.write_text("".join(json.dumps(peer.body(row)) + "\n" for row in rows))
    port = free_port()
    program, *arguments = peer.command(home, port)
    path = {"PATH": f"{programs}:/usr/bin:/bin", "OMP_NUM_THREADS": "1"}
    command = [str(programs / program), *arguments]
    start = Start(peer.name, command, bodies, peer.path, port, environment=path, folder=home)
    with running(start) as server:
        yield server


def _install(peer: Peer, environments: Path) -> Path:
    """The folder of the programs of the peer's environment, made when it is not there."""
    place = environments / peer.name.replace(" ", "")
    done = place / "installed"
    if not done.exists():
        print(f"  installing {peer.package} ...", file=sys.stderr, flush=True)
        pip = [str(place / "bin" / "pip"), "install", "--quiet", peer.package, "lightgbm"]
        try:
            for command in ([sys.executable, "-m", "venv", str(place)], pip):
                subprocess.run(command, check=True, timeout=_INSTALL_SECONDS, capture_output=True)
        except (OSError, subprocess.SubprocessError) as error:
            raise RuntimeError(f"cannot be installed ({type(error).__name__})") from None
        done.touch()
    return place / "bin"
