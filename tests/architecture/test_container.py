"""The rules of the container files. No Docker engine is needed: the files are read."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.dockerfile import copied, stage, steps


@pytest.fixture(scope="module")
def services(root: Path) -> dict[str, Any]:
    compose = YAML(typ="safe").load(root / "compose.yaml")
    return dict(compose["services"])


@pytest.mark.parametrize("target", ["serve", "jobs"])
def test_a_target_runs_as_a_numeric_user_in_exec_form(root: Path, target: str) -> None:
    found = dict(stage(root, target))
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", found["USER"])
    assert all(isinstance(word, str) for word in json.loads(found["CMD"]))


def test_the_server_is_the_default_target_and_checks_its_health(root: Path) -> None:
    assert [rest for word, rest in steps(root) if word == "FROM"][-1].endswith(" AS serve")
    found = dict(stage(root, "serve"))
    assert json.loads(found["CMD"])[:2] == ["microscore", "serve"]
    check = json.loads(found["HEALTHCHECK"].split(" CMD ")[1])
    assert "/opt/healthcheck.py" in check
    assert check[-1] == found["EXPOSE"] == json.loads(found["CMD"])[-1]


def test_the_image_says_the_version_of_the_project(root: Path) -> None:
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    assert ("ARG", f"VERSION={version}") in stage(root, "base")


def test_what_is_copied_exists_and_is_let_through(root: Path) -> None:
    allowed = (root / ".dockerignore").read_text().splitlines()
    sources = set(copied(steps(root)))
    let_through = tuple(line[1:] for line in allowed if line.startswith("!"))
    assert sources
    assert all((root / source).exists() for source in sources)
    assert all(source.startswith(let_through) for source in sources)


def test_secrets_are_asked_for_and_never_given(root: Path) -> None:
    text = (root / "compose.yaml").read_text()
    given = re.findall(r"(?m)^\s*\w*PASSWORD\w*: (.*)$", text)
    assert given
    assert all(re.fullmatch(r"\$\{MICROSCORE_DB_PASSWORD:\?.+\}", value) for value in given)
    assert not re.search(r"://\w+:[^@]*@", text), "a password in a URL"


@pytest.mark.parametrize("name", ["api", "worker", "db"])
def test_a_service_can_do_no_more_than_it_must(services: dict[str, Any], name: str) -> None:
    service = services[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "/tmp" in service["tmpfs"]
    assert "privileged" not in service


def test_only_the_api_is_reachable_and_only_from_this_machine(services: dict[str, Any]) -> None:
    ports = {name: service.get("ports", []) for name, service in services.items()}
    assert [name for name, published in ports.items() if published] == ["api"]
    assert all(port.startswith("127.0.0.1:") for port in ports["api"])


def test_services_build_the_targets_of_the_dockerfile(services: dict[str, Any]) -> None:
    assert services["api"]["build"]["target"] == "serve"
    assert services["worker"]["build"]["target"] == "jobs"
