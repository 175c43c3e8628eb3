"""kill -9 of a loaded server, again and again, and what its store holds afterwards."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from sqlalchemy import select

from api.settings import Settings
from api.wiring import open_audit
from data.store.chain import DECISION
from data.store.tables import audit_chain, decisions
from data.store.verify import verify
from tests.bundles import small_bundle
from tests.fault.load import Client, Sent, load
from tests.web.process import running
from tests.web.world import home_settings, make_key, promote

MOST_ANSWERS = 120
"""A round is killed after 1 to so many answers."""
_LONGEST_SLEEP = 0.02
_SENT_AGAIN = 20


@dataclass
class Figures:
    """What all rounds together came to; all but the first three must be 0."""

    rounds: int = 0
    acknowledged: int = 0
    unanswered: int = 0
    lost: int = 0
    not_on_chain: int = 0
    otherwise: int = 0
    twice: int = 0
    chain_faults: int = 0
    retries_refused: int = 0

    @property
    def faults(self) -> int:
        """How much is not as it must be."""
        lost = self.lost + self.not_on_chain + self.otherwise
        return lost + self.twice + self.chain_faults + self.retries_refused


def kill_rounds(
    home: Path,
    store_url: str | None,
    rounds: int,
    seed: int = 6,
    told: Callable[[Figures], None] = lambda _: None,
) -> Figures:
    """Kill the server ``rounds`` times under load at moments drawn from ``seed``.

    Each time it is started again, gets the unanswered requests and some of the answered ones once
    more, and the whole store is looked at.
    """
    settings = home_settings(home, store_url)
    promote(settings, small_bundle())
    key = make_key(settings, "admin")[0]
    random, figures, open_ends = Random(seed), Figures(), list[Sent]()
    for number in range(rounds + 1):
        with running(home, store_url) as server:
            figures.retries_refused += _send_again(server.url, open_ends)
            if number == rounds:
                break
            with load(server.url, key, f"R{number}") as clients:
                clients.wait_for(random.randint(1, MOST_ANSWERS))
                time.sleep(random.uniform(0, _LONGEST_SLEEP))
                server.process.kill()
            server.process.wait()
        acknowledged = clients.acknowledged
        assert len(acknowledged) == len(clients.answered), "an answer under load was an error"
        figures.rounds += 1
        figures.acknowledged += len(acknowledged)
        figures.unanswered += len(clients.sent) - len(acknowledged)
        _inspect(settings, acknowledged, figures)
        lost = [sent for sent in clients.sent if not sent.status]
        repeated = lost + random.sample(acknowledged, min(_SENT_AGAIN, len(acknowledged)))
        open_ends = [sent for sent in repeated if "Idempotency-Key" in sent.headers]
        told(figures)
    _inspect(settings, [], figures)
    return figures


def _send_again(url: str, sent: Iterable[Sent]) -> int:
    """Send what has an Idempotency-Key once more; how many were not answered as they must be."""
    client, wrong = Client(url), 0
    for before in sent:
        again = Sent(before.body, before.headers)
        client.send(again)
        same = not before.status or again.reply.get("decision_id") == before.reply["decision_id"]
        wrong += again.status != 200 or not same
    client.close()
    return wrong


def _inspect(settings: Settings, acknowledged: Iterable[Sent], figures: Figures) -> None:
    """Look for each acknowledged decision, for twins, and along the whole chain."""
    with open_audit(settings) as audit:
        heads, unsigned = audit.book.read()
        verdict = verify(audit.store, audit.vault, heads)
        figures.chain_faults += len(verdict.faults) + len(unsigned)
        with audit.store.read() as connection:
            on_chain = audit_chain.c.kind == DECISION
            refs = set(connection.execute(select(audit_chain.c.ref).where(on_chain)).scalars())
            rows = Counter(connection.execute(select(decisions.c.application)).scalars())
        figures.twice += sum(n - 1 for n in rows.values())
        for sent in acknowledged:
            stored = audit.ledger.find(sent.reply["decision_id"])
            figures.not_on_chain += sent.reply["decision_id"] not in refs
            if stored is None:
                figures.lost += 1
                continue
            said = (sent.application_id, sent.reply["log_odds"], sent.reply["recommendation"])
            held = (stored.application_id, stored.log_odds, stored.recommendation)
            figures.otherwise += said != held
