"""The first gate of a promotion: held-out loans, scored by two models that are proved for it.

To prove two models, each in a child process, takes seconds, and the same two versions say the same
always. So what came of it is kept for pages; a promotion itself asks again each time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, ValidationError

from data.contract_base import Frozen
from data.store import Store
from data.store.summaries import forget_summaries, keep_summary, newest_summary
from scoring.gates import EVALUATION, GateResult
from scoring.noninferiority import SENTENCES, not_worse
from scoring.registry import Registry


def _known(code: str) -> str:
    if code not in SENTENCES:
        raise ValueError("a sentence of another version of the program")
    return code


class Evaluation(Frozen):
    """What held-out loans say of ``version`` beside ``champion`` (None: there was none).

    ``sentence`` is the code of one of ``noninferiority.SENTENCES``, with its ``values``;
    ``protected``: the attributes of its contract that a fairness audit has to be about.
    """

    version: str
    champion: str | None
    margin: float
    passed: bool
    sentence: Annotated[str, AfterValidator(_known)]
    values: dict[str, int | float]
    protected: tuple[str, ...]

    @property
    def gate(self) -> GateResult:
        """The gate of a promotion."""
        told = SENTENCES[self.sentence].of(**self.values)
        return GateResult.of(EVALUATION, self.passed, told)


def evaluate(
    registry: Registry, version: str, champion: str | None, margin: float, now: datetime
) -> Evaluation:
    """Load both, each proved in a child process, compare them, and keep what came of it.

    ``margin``: AUC that the version may lose. Raises RegistryError, BundleError, StoreError.
    """
    challenger = registry.load(version)
    gate = not_worse(challenger, registry.load(champion) if champion else None, margin)
    made = Evaluation(
        version=version,
        champion=champion,
        margin=margin,
        passed=gate.passed,
        sentence=gate.because[0].code,
        values=dict(gate.because[0].values),
        protected=tuple(challenger.contract.protected),
    )
    kind = _kind(version)
    keep_summary(registry.store, kind, now, made.model_dump_json().encode())
    forget_summaries(registry.store, kind, now)
    return made


def evaluation_of(
    store: Store, version: str, champion: str | None, margin: float
) -> Evaluation | None:
    """The kept evaluation of ``version`` against this champion under this margin, if one was made.

    Raises StoreError.
    """
    with store.read() as connection:
        kept = newest_summary(connection, _kind(version))
    try:
        found = Evaluation.model_validate_json(kept.result) if kept else None
    except ValidationError:
        return None
    asked = (version, champion, margin)
    same = found is not None and (found.version, found.champion, found.margin) == asked
    return found if same else None


def _kind(version: str) -> str:
    """The kind of its summary: versions of one lender differ in the figures of their hash."""
    return f"evaluation-{version[-12:]}"
