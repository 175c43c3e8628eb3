"""kill -9 of a process that writes: every row that it had acknowledged is there."""

import subprocess
import sys
from pathlib import Path

from data.store import open_store
from tests.decisions import ledger_of

ROOT = Path(__file__).resolve().parents[2]
ACKNOWLEDGED = 150
WRITE = """
import os, pathlib, sys, threading
from data.store import open_store
from data.store.writer import DecisionWriter
from tests.decisions import decision, ledger_of

store = open_store(sys.argv[1])
store.migrate()
writer = DecisionWriter(store, ledger_of(store, pathlib.Path(sys.argv[2])))

def client(thread):
    for n in range(100_000):
        number = thread * 1_000_000 + n
        writer.submit([decision(number)]).result()
        os.write(1, b"decision-%d\\n" % number)

for thread in range(8):
    threading.Thread(target=client, args=[thread]).start()
"""


def test_nothing_acknowledged_is_lost(store_url: str, tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", WRITE, store_url, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    lines = [child.stdout.readline() for _ in range(ACKNOWLEDGED)]
    child.kill()
    lines += child.stdout.readlines()
    child.stdout.close()
    child.wait()
    acknowledged = {line.decode().strip() for line in lines if line.endswith(b"\n")}
    assert len(acknowledged) >= ACKNOWLEDGED
    store = open_store(store_url)
    store.check()
    stored = {d.decision_id for d in ledger_of(store, tmp_path).recent(limit=1_000_000)}
    store.close()
    assert acknowledged <= stored
