"""Settings of access: unsafe ones are refused, and the message names no value."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from api.cli import main
from api.settings import OidcSettings
from tests.security.issuer import AUDIENCE


@pytest.mark.parametrize(
    "broken",
    [{"algorithms": "HS256"}, {"algorithms": "none"}, {"algorithms": "RS256,HS512"},
     {"algorithms": ""}, {"issuer": "http://login.example.org"}, {"jwks_url": "file:///keys"},
     {"jwks_url": "http://10.0.0.1/keys"}, {"issuer": "https://u:p@x.org"}, {"audience": None},
     {"issuer": None}, {"leeway_seconds": 4000}],
)  # fmt: skip
def test_unsafe_settings_are_refused(broken: dict[str, Any]) -> None:
    good: dict[str, Any] = {"issuer": "https://login.example.org", "audience": AUDIENCE}
    assert OidcSettings(**good).algorithms == ("RS256", "ES256")
    with pytest.raises(ValidationError):
        OidcSettings(**(good | broken))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [("OIDC_ALGORITHMS", "PLANTED", "MICROSCORE_OIDC_ALGORITHMS: Input should be 'RS256'"),
     ("OIDC_ISSUER", "http://PLANTED", "MICROSCORE_OIDC_ISSUER: must begin with"),
     ("OIDC_AUDIENCE", "PLANTED", "MICROSCORE_OIDC_*: issuer and audience"),
     ("SCORES_PER_DAY", "PLANTED", "MICROSCORE_SCORES_PER_DAY: Input should be a valid integer")],
)  # fmt: skip
def test_a_wrong_setting_is_told_by_name_and_rule(
    name: str,
    value: str,
    message: str,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(f"MICROSCORE_{name}", value)
    with pytest.raises(SystemExit) as ended:
        main(["keys", "list"])
    told = capsys.readouterr().err
    assert ended.value.code == 1
    assert message in told
    assert "PLANTED" not in told
