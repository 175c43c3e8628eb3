"""A version that passes every gate, for tests of promotion."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from data.store import Store
from data.store.audits import AuditEntry, add_audits
from data.store.shadow_reports import ReportEntry, add_report
from scoring.bundle import Bundle
from scoring.keepsakes import reference
from scoring.registry import Registry
from scoring.scorer import Scorer
from scoring.sealing import write_bundle
from scoring.signing import SigningKey
from tests.bundles import small_bundle, small_columns

ROWS = 3_000


def with_held_out(bundle: Bundle, noise: float = 0.0, seed: int = 5) -> Bundle:
    """``bundle`` with a labelled reference; outcomes follow its own PDs, or ``noise`` instead."""
    scorer = Scorer(bundle, "v")
    scores = scorer.score(small_columns(ROWS, seed), ROWS, explain=False)
    rng = np.random.default_rng(seed)
    share = np.where(rng.random(ROWS) < noise, 0.3, scores.pd)
    y = (rng.random(ROWS) < share).astype(np.float64)
    features = bundle.contract.model_features
    kept = reference(features, scores.matrix, scores.pd, y, seed)
    return replace(bundle, reference=kept)


def register(registry: Registry, seed: int) -> str:
    """Seal and register a bundle that can be evaluated; its version."""
    key = SigningKey.load_or_create(registry.home / "keys")
    sealed = write_bundle(with_held_out(small_bundle(seed)), registry.models_folder, key)
    return registry.register(sealed, "test").version


def audited(store: Store, version: str, verdict: str = "PASS") -> None:
    """Keep a fairness audit of all protected attributes."""
    entry = AuditEntry(
        audit_id=f"{version[-12:]}{verdict.encode().hex()}".ljust(64, "0"),
        model_version=version,
        champion=None,
        profile="eu",
        profile_hash="1" * 64,
        about="data",
        made_at=datetime.now(UTC),
        verdict=verdict,
        result=b'{"titles": {"sex": {}}}',
    )
    with store.write() as connection:
        add_audits(connection, [entry])


def compared(store: Store, champion: str, challenger: str, state: str) -> None:
    """Keep a shadow report that ends in ``state``."""
    now = datetime.now(UTC)
    report_id = f"{challenger[-12:]}{state.encode().hex()}".ljust(64, "0")
    entry = ReportEntry(report_id, champion, challenger, now, state, None, 5000, b"{}")
    with store.write() as connection:
        add_report(connection, entry, "ana")
