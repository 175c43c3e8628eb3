"""What Prometheus reads: counts by constant labels, and nothing that a client sent."""

from prometheus_client.parser import text_string_to_metric_families

from tests.web.world import World

PLANTED = "PLANTED471147114711"


def value(world: World, name: str, **labels: str) -> float:
    """Sum of the samples of this name that carry these labels."""
    text = world.client.get("/metrics").text
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def test_requests_and_decisions_are_counted(world: World) -> None:
    asked = {"route": "/score", "method": "POST", "status": "200"}
    requests = value(world, "microscore_requests_total", **asked)
    model = world.score().json()["versions"]["model"]
    decisions = value(world, "microscore_decisions_total", model=model)
    assert world.score().status_code == 200
    assert value(world, "microscore_requests_total", **asked) == requests + 2
    assert value(world, "microscore_request_seconds_count", route="/score") >= requests + 1
    assert value(world, "microscore_decisions_total", model=model) == decisions + 1
    assert value(world, "microscore_champion", model=model) == 1


def test_a_refused_application_is_no_decision(world: World) -> None:
    decisions = value(world, "microscore_decisions_total")
    world.score({"application_id": "A"})
    assert value(world, "microscore_decisions_total") == decisions


def test_labels_hold_nothing_that_was_sent(world: World) -> None:
    unknown = value(world, "microscore_requests_total", route="unknown")
    world.client.get(f"/{PLANTED}")
    world.client.request(PLANTED, "/score")
    world.client.get(f"/scores/{PLANTED}", headers=world.auth())
    assert PLANTED not in world.client.get("/metrics").text
    assert value(world, "microscore_requests_total", route="unknown") > unknown
    assert value(world, "microscore_requests_total", method="other") >= 1


def test_no_model_fails_to_load(world: World) -> None:
    assert value(world, "microscore_champion_failing") == 0
