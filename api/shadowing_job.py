"""The scheduled jobs of shadow: following the store, and a report of each challenger a day."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from api.evaluating import evaluate, evaluation_of
from api.schedule import Work
from api.shadowing import Shop, champion_of, keep, make_report, own_folder, write
from data.errors import BundleError, NotEnoughDataError
from data.store.shadow import assignments_of
from scoring.shadow.following import Follower

ACTOR = "worker"


def follow(work: Work) -> Mapping[str, Any]:
    """Pair all decisions that running challengers have not scored yet.

    Raises what stops all of them alike (StoreError, VaultError, BundleError of a champion).
    """
    shop = Shop.of(work.settings, work.store)
    told: dict[str, dict[str, int]] = {}
    with Follower(shop.registry, shop.vault, f"job-{uuid4().hex[:12]}") as follower:
        while step := follower.step():
            mine = told.setdefault(step.challenger, {"decisions": 0, "paired": 0, "errors": 0})
            mine["decisions"] += step.looked
            mine["paired"] += step.paired
            mine["errors"] += step.errors
    return {"challengers": told}


def report(work: Work) -> Mapping[str, Any]:
    """A report of each running challenger against today's champion, kept and written.

    And, once for each pair, what held-out loans say of them, for the page of a promotion. The
    result names each report and its state, or says why there is none. Raises what stops all.
    """
    shop = Shop.of(work.settings, work.store)
    running = [a.challenger for a in assignments_of(shop.store) if a.stopped_at is None]
    if not running:
        return {"reports": []}
    champion = champion_of(shop)
    return {
        "reports": [_reported(shop, champion, version, work) for version in running],
        "evaluated": {version: _evaluated(shop, champion, version, work) for version in running},
    }


def _evaluated(shop: Shop, champion: str, challenger: str, work: Work) -> bool:
    """Whether there is an evaluation; a challenger that cannot be proved has none."""
    asked = challenger, champion, work.settings.promotion_margin
    if evaluation_of(shop.store, *asked) is not None:
        return True
    try:
        evaluate(shop.registry, *asked, work.now)
    except BundleError:
        return False
    return True


def _reported(shop: Shop, champion: str, challenger: str, work: Work) -> dict[str, Any]:
    told = {"challenger": challenger, "champion": champion}
    try:
        record = make_report(shop, champion, challenger, work.now)
    except NotEnoughDataError as error:
        return told | {"why": str(error)}
    kept = keep(shop, record, work.now, ACTOR)
    done = write(kept, own_folder(shop.settings.home, kept))
    state = record.state.value
    return told | {"report": done.report_id, "state": state, "folder": str(done.folder)}
