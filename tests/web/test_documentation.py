"""The API's description: complete, true and without any outside request."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from api.problem_kinds import KINDS
from tests.web.world import World


def document(world: World) -> dict[str, Any]:
    return dict(world.client.get("/openapi.json").json())


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_every_reference_leads_somewhere(world: World) -> None:
    described = document(world)
    for reference in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(described)):
        node = described
        for part in reference.split("/"):
            node = node[part]


def test_every_route_with_a_key_tells_its_problems(world: World) -> None:
    for method, path, operation in operations(document(world)):
        if operation.get("security"):
            assert {"401", "403", "422", "503"} <= set(operation["responses"]), path
            assert {"200", "204"} & set(operation["responses"]), path
        if method in {"post", "put"}:
            assert {"400", "413", "415"} <= set(operation["responses"]), path
        for status, response in operation["responses"].items():
            if status not in {"200", "204"}:
                assert set(response["content"]) == {"application/problem+json"}, path


def test_the_published_examples_are_scored(world: World) -> None:
    for path in ("/score", "/score/batch"):
        media = document(world)["paths"][path]["post"]["requestBody"]["content"]
        for example in media["application/json"]["examples"].values():
            reply = world.client.post(path, json=example["value"], headers=world.auth())
            assert reply.status_code == 200


def test_the_request_schema_is_that_of_the_champion(world: World) -> None:
    schemas = document(world)["components"]["schemas"]
    assert set(schemas["Source_wallet"]["properties"]) == {"wallet_inflow"}


@pytest.mark.parametrize("slug", KINDS)
def test_every_problem_has_its_page(world: World, slug: str) -> None:
    page = world.client.get(f"/problems/{slug}").json()
    assert page["type"] == f"/problems/{slug}"
    assert page["advice"]


def test_the_documentation_page_loads_only_from_here(world: World) -> None:
    page = world.client.get("/docs")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) == 5
    assert not [address for address in loaded if re.match(r"[a-z]+:(?!,)|//", address)]
    for address in loaded:
        if not address.startswith("data:"):
            assert world.client.get("/" + address).status_code == 200
    assert "<script>" not in page.text


def test_no_other_file_can_be_asked_for(world: World) -> None:
    for name in ("redoc.standalone.js", "..%2f..%2fapp.py", "favicon.png"):
        assert world.client.get(f"/docs/assets/{name}").status_code in {404, 422}
