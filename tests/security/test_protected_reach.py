"""Scoring cannot reach protected attributes: not by name, not by import, not by an open file.

That a signed bundle with a protected feature is refused stands in ``test_bundle_sealing``.
"""

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.audits import AuditSettings, open_protected
from data.contract import Contract
from data.contract_loading import contract_from_json
from data.errors import ContractError
from tests.bundles import small_bundle, small_contract
from tests.web.world import application, home_settings, make_key, promote, served

WATCHED = """
import json, sys
from pathlib import Path
from starlette.testclient import TestClient
from api.app import create_app
from api.settings import Settings

home, key, body = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
closed, touched, watching = str(home / "protected") + "/", [], True

def watch(event, arguments):
    names = [str(a.decode(errors='replace') if isinstance(a, bytes) else a) for a in arguments
             if isinstance(a, (str, bytes, Path))]
    if watching and any(closed in name + "/" for name in names):
        touched.append(event)
        raise PermissionError("protected attributes are not for the server")

sys.addaudithook(watch)
settings = Settings(home=home, disk_floor_mb=0)
headers = {"Authorization": f"Bearer {key}"}
with TestClient(create_app(settings)) as client:
    replies = [
        client.post("/score", json=body, headers=headers),
        client.post("/score/batch", json={"applications": [body]}, headers=headers),
        client.put("/applicants/C-1/protected", json={"sex": "F"}, headers=headers),
        client.get("/readyz"),
    ]
during = list(touched)
modules = [name for name in sys.modules if "protected" in name]
try:
    from api.audits import AuditSettings, open_protected
    with open_protected(AuditSettings(home=home)):
        pass
except PermissionError:
    pass
print(json.dumps({
    "replies": [r.status_code for r in replies], "during": during, "modules": modules,
    "after": touched,
}))
"""


@pytest.fixture
def served_home(tmp_path: Path) -> Path:
    """A home with a champion, and a person in its store of protected attributes."""
    settings = home_settings(tmp_path / "home")
    promote(settings, small_bundle())
    with open_protected(AuditSettings(home=settings.home, protected_url=None)) as (store, _):
        store.put(small_contract(), "C-48213", {"sex": "F"}, "ana", datetime.now(UTC))
    return settings.home


def test_no_protected_file_is_opened_by_the_server(root: Path, served_home: Path) -> None:
    key = make_key(home_settings(served_home), "officer")[0]
    given = [str(served_home), key, json.dumps(application())]
    command = [sys.executable, "-W", "error", "-c", WATCHED, *given]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["replies"] == [200, 200, 204, 200]
    assert seen["during"] == []
    assert seen["modules"] == ["api.routes.protected"]
    assert seen["after"], "the watch itself sees nothing"


def test_the_server_needs_nothing_of_the_protected_folder(served_home: Path) -> None:
    shutil.rmtree(served_home / "protected")
    with served(home_settings(served_home), champion=False) as world:
        assert world.score().status_code == 200
        path = "/applicants/C-1/protected"
        assert world.client.put(path, json={"sex": "F"}, headers=world.auth()).status_code == 204


def _with_feature_on_sex(contract: Contract) -> bytes:
    given = contract.model_dump(mode="json")
    given["features"]["trade"]["column"] = "loans.sex"
    return json.dumps(given).encode()


def test_no_contract_makes_a_feature_of_a_protected_column() -> None:
    with pytest.raises(ContractError, match=r"'loans\.sex' is a protected attribute"):
        contract_from_json(_with_feature_on_sex(small_contract()))
    renamed = small_contract().model_dump(mode="json")
    renamed["protected"] = {"trade": renamed["protected"]["sex"]}
    with pytest.raises(ContractError, match="a feature has this name"):
        contract_from_json(json.dumps(renamed).encode())
