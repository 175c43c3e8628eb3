"""Schemathesis against the real server: what is published is what is answered."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.web.process import Server
from tests.web.world import application, home_settings, make_key

EXAMPLES = 30
SEED = 20261120
PLANTED = "PLANTED471147114711"


@pytest.fixture(scope="session")
def key(server: Server) -> str:
    return make_key(home_settings(server.log.parent), "admin")[0]


def test_the_server_keeps_what_its_description_promises(
    server: Server, key: str, tmp_path: Path, root: Path
) -> None:
    hooks = {"SCHEMATHESIS_HOOKS": "tests.web.fresh_keys", "PYTHONPATH": str(root)}
    program = Path(sys.executable).with_name("schemathesis")
    command = [str(program), "run", f"{server.url}/openapi.json", "--checks=all"]
    options = [f"--max-examples={EXAMPLES}", f"--seed={SEED}", "--header"]
    done = subprocess.run(
        [*command, *options, f"Authorization: Bearer {key}"],
        cwd=tmp_path,
        env=os.environ | hooks,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:]


def test_the_real_server_does_not_name_itself(server: Server) -> None:
    with urllib.request.urlopen(f"{server.url}/livez") as reply:
        assert "server" not in reply.headers
        assert reply.headers["x-content-type-options"] == "nosniff"


def test_the_log_holds_nothing_that_was_sent(server: Server, key: str) -> None:
    body = application(application_id=PLANTED, officer_id="47,11", **{PLANTED: PLANTED})
    for path in (
        "/score",
        f"/scores/{PLANTED}?{PLANTED}=1",
        f"/{PLANTED}",
        f"/score?lang={PLANTED}",
    ):
        request = urllib.request.Request(f"{server.url}/{path}", json.dumps(body).encode())
        request.add_header("Authorization", f"Bearer {key}")
        request.add_header("Content-Type", "application/json")
        request.add_header("X-Request-ID", PLANTED)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        assert 400 <= refused.value.code < 500
        assert PLANTED not in refused.value.read().decode() + str(refused.value.headers)
        refused.value.close()
    lines = server.log.read_text().splitlines()
    events = {json.loads(line)["event"] for line in lines}
    assert {"server.started", "champion.in_service", "request.done"} <= events
    assert "request.error" not in events
    assert PLANTED not in "".join(lines)
    assert key not in "".join(lines)
