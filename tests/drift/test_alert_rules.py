"""Alerting rules for Prometheus: each asks for metrics that there are, and says what to do."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.main import get_command

from api.cli.commands import build_app
from api.log import Event
from api.metrics import Metrics


@pytest.fixture(scope="module")
def rules(root: Path) -> list[dict[str, Any]]:
    with (root / "deploy" / "prometheus" / "alerts.yaml").open("rb") as file:
        (group,) = YAML(typ="safe", pure=True).load(file)["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def test_every_metric_of_a_rule_is_told_by_the_server(rules: list[dict[str, Any]]) -> None:
    metrics = Metrics()
    told = set(re.findall(r"^# TYPE (\w+) ", metrics.text().decode(), re.MULTILINE))
    for rule in rules:
        named = set(re.findall(r"microscore_\w+", rule["expr"]))
        assert named, rule["alert"]
        assert named <= told, rule["alert"]


def test_what_never_happened_is_missing_too(rules: list[dict[str, Any]]) -> None:
    """A server that knows of no check tells no time of one, and nothing compares with nothing."""
    ages = [r for r in rules if "time()" in r["expr"]]
    assert ages
    for rule in ages:
        (metric,) = set(re.findall(r"microscore_\w+", rule["expr"]))
        assert not re.search(rf"^{metric}\b", Metrics().text().decode(), re.MULTILINE)
        assert rule["expr"].split(" or ")[1:] == [f"absent({metric})"]
        assert rule["for"] == "1d"


def test_every_rule_says_what_is_wrong_and_what_to_do(rules: list[dict[str, Any]]) -> None:
    assert {r["labels"]["severity"] for r in rules} == {"page", "ticket"}
    assert len({r["alert"] for r in rules}) == len(rules)
    for rule in rules:
        assert set(rule["annotations"]) == {"summary", "action"}
    assert "MicroscoreModelSuspended" in {r["alert"] for r in rules}


def test_the_commands_and_events_that_are_named_exist(rules: list[dict[str, Any]]) -> None:
    events = {event.value for event in Event}
    for rule in rules:
        action = rule["annotations"]["action"]
        for named in re.findall(r'"microscore ([^"]+)"', action):
            command: Any = get_command(build_app())
            for word in named.split():
                command = command.get_command(None, word)
                assert command is not None, named
        for event in re.findall(r"\b[a-z]+\.[a-z]+\b", action):
            assert event in events, event
