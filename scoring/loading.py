"""From a folder to a scorer that has been proved."""

from pathlib import Path

from scoring.canary import check_golden, prove
from scoring.scorer import Scorer
from scoring.sealing import open_bundle
from scoring.signing import TrustedKeys


def load_scorer(path: Path, trusted: TrustedKeys, threads: int = 1) -> Scorer:
    """Verify the bundle in ``path``, prove it in a child process, load it, prove it again.

    The second proof is of the very scorer that is returned. Raises BundleError; a model that
    LightGBM would die of takes the child with it, not this process.
    """
    bundle, version = open_bundle(path, trusted)
    prove(bundle)
    scorer = Scorer(bundle, version, threads)
    scores = scorer.score_matrix(bundle.golden.matrix())
    if scores.contributions is not None:
        check_golden(bundle, scores.log_odds, scores.contributions)
    return scorer
