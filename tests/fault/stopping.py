"""SIGTERM for a loaded server."""

import time
from dataclasses import dataclass
from pathlib import Path

from tests.bundles import small_bundle
from tests.fault.load import load
from tests.fault.outage import status
from tests.web.process import running
from tests.web.world import home_settings, make_key, promote

_BEFORE = 20
_EXIT_SECONDS = 60


@dataclass
class Stop:
    """What was seen of one stop."""

    sent: int
    answered_well: int
    ready_while_draining: int
    score_while_draining: int
    exit_code: int
    seconds: float


def stop_under_load(home: Path, drain_seconds: float) -> Stop:
    """Send SIGTERM while clients send, which leave when told so, and look at all answers."""
    settings = home_settings(home)
    promote(settings, small_bundle())
    key = make_key(settings, "officer")[0]
    with running(home, drain_seconds=drain_seconds) as server:
        with load(server.url, key) as clients:
            clients.wait_for(_BEFORE)
            begun = time.monotonic()
            server.process.terminate()
            while (ready := status(f"{server.url}/readyz")) == 200:
                pass
            with load(server.url, key, "late", clients=1) as late:
                late.wait_for(1)
        exit_code = server.process.wait(_EXIT_SECONDS)
    sent = clients.sent + late.sent
    return Stop(
        sent=len(sent),
        answered_well=sum(one.status == 200 for one in sent),
        ready_while_draining=ready,
        score_while_draining=late.sent[0].status,
        exit_code=exit_code,
        seconds=time.monotonic() - begun,
    )
