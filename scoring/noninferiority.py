"""Whether a challenger ranks risk no worse than the champion, on loans that neither learned from.

The loans are those of the challenger's own test period (its bundle keeps a sample), so the champion
is asked about later loans than it knows: what it would meet if it stayed.
"""

from io import BytesIO

import numpy as np

from scoring.bundle import Bundle
from scoring.gates import EVALUATION, GateResult
from scoring.intervals import delong_difference
from scoring.keepsakes import BAD_COLUMN
from scoring.scorer import Scorer
from scoring.vector import FloatArray

FEWEST_BADS = 30


def not_worse(challenger: Scorer, champion: Scorer | None, margin: float) -> GateResult:
    """Pass when the 95 % interval of the difference in AUC stays above ``-margin``.

    Both score the same held-out loans (paired DeLong). Without a champion there is nothing to
    compare with.
    """
    if champion is None:
        return GateResult(EVALUATION, True, "there is no champion yet to compare with")
    matrix, y = held_out(challenger.bundle)
    bads = int(y.sum())
    if min(bads, len(y) - bads) < FEWEST_BADS:
        detail = f"its test sample has {bads} bad of {len(y)} loans; {FEWEST_BADS} are needed"
        return GateResult(EVALUATION, False, detail)
    theirs = _as_champion_sees(challenger, champion, matrix)
    if theirs is None:
        detail = "the champion needs fields that it was trained without; compare them in shadow"
        return GateResult(EVALUATION, False, detail)
    new = challenger.score_matrix(matrix, explain=False).log_odds
    old = champion.score_matrix(theirs, explain=False).log_odds
    difference = delong_difference(y, new, old)
    if difference.value is None or difference.low is None or difference.high is None:
        return GateResult(EVALUATION, False, "the difference in AUC cannot be estimated")
    limits = f"{difference.value:+.4f} [{difference.low:+.4f}, {difference.high:+.4f}]"
    told = f"AUC against the champion on {len(y)} held-out loans: {limits}, margin {margin:g}"
    return GateResult(EVALUATION, difference.low >= -margin, told)


def held_out(bundle: Bundle) -> tuple[FloatArray, FloatArray]:
    """The labelled test loans that a bundle keeps: matrix (n, k) and outcomes (n; 1 bad)."""
    import pyarrow.parquet as pq

    table = pq.read_table(BytesIO(bundle.reference))
    if BAD_COLUMN not in table.column_names:
        return np.empty((0, len(bundle.contract.model_features))), np.empty(0)
    y = table[BAD_COLUMN].to_numpy().astype(np.float64)
    columns = [table[name].to_numpy() for name in bundle.contract.model_features]
    labelled = ~np.isnan(y)
    return np.column_stack(columns).astype(np.float64)[labelled], y[labelled]


def _as_champion_sees(
    challenger: Scorer, champion: Scorer, matrix: FloatArray
) -> FloatArray | None:
    """The columns of the champion's matrix; None when one is missing or means another thing."""
    mine, theirs = challenger.contract, champion.contract
    places = {name: i for i, name in enumerate(mine.model_features)}
    for name in theirs.model_features:
        if name not in places or mine.spec(name).categories != theirs.spec(name).categories:
            return None
    return matrix[:, [places[name] for name in theirs.model_features]]
