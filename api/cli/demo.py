"""``microscore demo``: the main job end to end on the synthetic portfolio."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.output import err, out

if TYPE_CHECKING:
    from api.settings import Settings

APPLICATIONS = 20_000
START_SECONDS = 60.0
PROFILE = "uemoa"
STAND_INS = ("Demonstration person A (not a real one)", "Demonstration person B (not a real one)")
ACCEPTED = "Only a demonstration on made-up people: nobody is lent to by this model."


def demo(
    serve: Annotated[bool, typer.Option(help="Keep serving when the examples are scored.")] = True,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
) -> None:
    """Generate a portfolio, train, audit, promote, serve and score three example applications."""
    from api.settings import Settings

    settings = Settings()
    folder = settings.home / "demo" / "portfolio"
    version = _train(folder)
    _audit(version, folder)
    _step("Making it champion")
    _run("models", "promote", version, "--reason", "demo")
    key = _officer_key()
    bodies = _example_bodies(version, folder)
    with _server(settings, port) as process:
        url = f"http://127.0.0.1:{port}"
        for title, body in bodies:
            _score(url, key, title, body)
        _next_steps(url, version, folder, serve)
        if serve:
            process.wait()


def _step(text: str) -> None:
    err.print(f"[bold]==>[/] {text}", highlight=False)


def _say(text: str) -> None:
    err.print(f"    {text}", markup=False, highlight=False, soft_wrap=True)


def _run(*command: str, key: str | None = None) -> dict[str, Any]:
    """Run a microscore command as a user would, with an API key if it needs one; its JSON."""
    environment = os.environ | ({} if key is None else {"MICROSCORE_API_KEY": key})
    _say(f"microscore {' '.join(command)}")
    done = subprocess.run(  # noqa: S603  (our own command line)
        [sys.executable, "-m", "api.cli", *command, "--json"],
        stdout=subprocess.PIPE,
        env=environment,
        check=False,
    )
    if done.returncode:
        raise typer.Exit(done.returncode)
    return dict(json.loads(done.stdout))


def _train(folder: Path) -> str:
    _step(f"Generating a synthetic portfolio of {APPLICATIONS} applications")
    _run("data", "generate", "--applications", str(APPLICATIONS), "--out", str(folder))
    _step("Training, calibrating and testing a model on it")
    trained = _run("train", "microloan", "--data", str(folder))
    auc, rate, pd = (trained["test"][m] for m in ("auc", "observed_rate", "mean_pd"))
    _say(
        f"test AUC {auc['value']:.3f} [{auc['low']:.3f}, {auc['high']:.3f}], mean PD "
        f"{pd['value']:.1%}, observed {rate['value']:.1%} [{rate['low']:.1%}, {rate['high']:.1%}]"
    )
    return str(trained["version"])


def _audit(version: str, folder: Path) -> None:
    """Audit its fairness; where that fails, two stand-ins accept it, as two people would."""
    _step("Auditing its fairness on the applicants of its test period")
    options = ("--model", version, "--data", str(folder), "--profile", PROFILE, "--no-flips")
    (made,) = _run("fairness", "audit", *options)["audits"]
    _say(f"verdict under the profile {PROFILE}: {made['verdict']}")
    _say(f"report: {made['folder']}/report.html")
    if made["verdict"] != "FAIL":
        return
    _step("It failed: no model becomes champion unless two people accept that with a reason")
    _say("a real institution needs two real people here, each with a key of their own")
    for person in STAND_INS:
        key = _run("keys", "create", "--role", "risk", "--days", "1", "--name", person)["key"]
        _run("fairness", "accept", made["audit"], "--reason", ACCEPTED, key=str(key))


def _officer_key() -> str:
    _step("Creating an API key for a loan officer's application")
    return str(_run("keys", "create", "--role", "officer", "--name", "demo")["key"])


def _example_bodies(version: str, folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """A likely approval, a borderline case without mobile money, and a likely decline."""
    from api.bodies import request_body
    from api.wiring import open_registry
    from data.loading import load_applications

    with open_registry() as registry:
        scorer = registry.load(version)
    contract = scorer.contract
    loaded = load_applications(contract, folder, labelled=False)
    inputs = loaded.applications.inputs
    complete = inputs.notna().mean(axis=1).to_numpy()
    pd = scorer.score(loaded.columns(), len(loaded), explain=False).pd
    order = [int(i) for i in pd.argsort(kind="stable") if complete[i] >= complete.mean()]
    picks = [
        ("A safe application", 0.10, ()),
        ("A doubtful one, without consent to use mobile money", 0.75, ("mobile_money",)),
        ("A risky one", 0.97, ()),
    ]
    return [
        (title, request_body(contract, *loaded.row(order[int(len(order) * at)]), refused))
        for title, at, refused in picks
    ]


@contextmanager
def _server(settings: "Settings", port: int) -> Iterator["subprocess.Popen[bytes]"]:
    _step(f"Starting the server on http://127.0.0.1:{port}")
    log = (settings.home / "demo" / "server.log").open("wb")
    with (
        log,
        subprocess.Popen(  # noqa: S603  (our own command line)
            [sys.executable, "-m", "api.cli", "serve", "--port", str(port)], stdout=log, stderr=log
        ) as process,
    ):
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}/readyz", process)
            yield process
        except KeyboardInterrupt:
            err.print("stopping")
        finally:
            process.terminate()
            process.wait()


def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310  (loopback)
                return
        except OSError:
            time.sleep(0.2)
    err.print("[bold red]the server did not start[/]: see demo/server.log in the home folder")
    raise typer.Exit(1)


def _score(url: str, key: str, title: str, body: dict[str, Any]) -> None:
    request = urllib.request.Request(  # noqa: S310  (loopback)
        f"{url}/score",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as reply:  # noqa: S310
        scored = json.load(reply)
    out.rule(title)
    out.print("POST /score", style="bold")
    out.print_json(data=body)
    out.print(f"{reply.status} {reply.reason}", style="bold")
    out.print_json(data=scored)
    out.print(
        f"{scored['recommendation'].upper()}: {scored['points']} points, band {scored['band']}; "
        f"of 100 people like this, about {scored['probability_of_default'] * 100:.0f} repay late",
        style="bold",
        highlight=False,
    )


def _next_steps(url: str, version: str, folder: Path, serving: bool) -> None:
    out.rule("What next")
    steps = [
        f"microscore models show {version}",
        "microscore fairness audits",
        f"microscore data check microloan {folder}",
        f"microscore score --data {folder} --out scored.parquet",
        "microscore contract show microloan      (then write your own)",
        "microscore keys create --role officer",
    ]
    if serving:
        steps = [f"open {url}/docs in a browser", *steps, "Ctrl-C stops the server"]
    for step in steps:
        out.print(f"  {step}", markup=False, highlight=False, soft_wrap=True)
