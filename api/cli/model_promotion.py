"""``microscore models evaluate`` and ``promote``: one person proposes a champion, one agrees."""

import getpass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.output import JsonOption, emit, out

if TYPE_CHECKING:
    from api.promoting import Person, Promotion
    from api.settings import Settings
    from data.store import Store

Ref = Annotated[str, typer.Argument(help="A version, an alias or a bundle's folder.")]
Alias = Annotated[str, typer.Option(help="champion or challenger.")]
Reason = Annotated[str, typer.Option(help="Why; kept with the change.")]
Actor = Annotated[str | None, typer.Option(help="Who; default: the user of this machine.")]
KeyFile = Annotated[
    Path | None,
    typer.Option(help="File with your API key (mlops or admin); default: MICROSCORE_API_KEY."),
]


def promote(
    ref: Ref,
    alias: Alias = "champion",
    reason: Reason = "",
    actor: Actor = None,
    key_file: KeyFile = None,
    as_json: JsonOption = False,
) -> None:
    """Propose a version as champion, or agree to it; its signature and golden rows are checked.

    Four gates: on the held-out loans of its test period it ranks no worse than the champion
    (MICROSCORE_PROMOTION_MARGIN, AUC 0.02); a fairness audit of all protected attributes that is
    not too old (MICROSCORE_AUDIT_DAYS, 30) under each of MICROSCORE_AUDIT_PROFILES, a FAIL only
    when two people accepted it (microscore fairness accept); the newest shadow report says BETTER
    or NOT WORSE; and two different people give this same command within 7 days, each with an API
    key of their own and a reason. The first champion of all needs one person and no shadow.
    """
    from api.settings import Settings
    from api.wiring import open_registry
    from scoring.registry import CHAMPION

    settings = Settings()
    if alias == CHAMPION:
        _promote_champion(ref, reason, actor, key_file, settings, as_json)
        return
    with open_registry(settings) as registry:
        who = actor or getpass.getuser()
        version = registry.take_in(ref, who)
        registry.promote(version, [], who, alias, reason)
    payload = {"alias": alias, "version": version, "state": "promoted", "people": [], "gates": []}
    emit(as_json, payload, lambda: say(f"{alias} is now {version}"))


def evaluate(ref: Ref, as_json: JsonOption = False) -> None:
    """Compare a version with the champion on its held-out loans, and keep the result.

    That is the first gate of [bold]microscore models promote[/], which asks it again; the page of
    the promotion shows what was kept. Both are verified and proved in child processes, which
    takes seconds. Exit code 0 whatever it says.
    """
    from api.evaluating import evaluate as evaluate_version
    from api.settings import Settings
    from api.wiring import open_registry

    settings = Settings()
    with open_registry(settings) as registry:
        version, champion = registry.resolve(ref)[0], registry.champion()
        margin, now = settings.promotion_margin, datetime.now(UTC)
        gate = evaluate_version(registry, version, champion, margin, now).gate
    payload = {"version": version, "champion": champion, **gate.plain()}
    verdict = "passed" if gate.passed else "not passed"
    emit(as_json, payload, lambda: say(f"{version}: {verdict}: {gate.detail}"))


def _promote_champion(
    ref: str,
    reason: str,
    actor: str | None,
    key_file: Path | None,
    settings: "Settings",
    as_json: bool,
) -> None:
    from api.promoting import Person
    from api.promoting import promote as promote_champion
    from api.wiring import open_registry

    with open_registry(settings) as registry:
        if registry.champion() in {None, registry.resolve(ref)[0]}:
            who = Person(actor or getpass.getuser(), "this machine")
        else:
            who = _owner(registry.store, settings, key_file)
        now = datetime.now(UTC)
        done = promote_champion(registry, ref, who, reason, settings, now)
    gates = [gate.plain() for gate in done.gates]
    named = {"version": done.version, "state": done.state, "people": done.people}
    payload = {"alias": "champion", **named, "gates": gates}
    emit(as_json, payload, lambda: _show_promotion(done))


def _owner(store: "Store", settings: "Settings", key_file: Path | None) -> "Person":
    from api.api_keys import Pepper
    from api.people import given_key, owner
    from api.promoting import person_of

    pepper = Pepper.load_or_create(settings.keys_folder)
    key = owner(store, pepper, given_key(key_file), ("mlops", "admin"), datetime.now(UTC))
    return person_of(store, key.key_id)


def _show_promotion(done: "Promotion") -> None:
    for passed in done.gates:
        say(f"{passed.name}: {passed.detail}")
    if done.state == "promoted":
        say(f"champion is now {done.version}")
    elif done.state == "proposed":
        say(f"{done.version} is proposed; another person has to give the same command")
    else:
        say(f"{done.version} is champion already")


def say(text: str) -> None:
    """Print a text as it is."""
    out.print(text, markup=False, highlight=False, soft_wrap=True)
