"""Whether a challenger ranks risk no worse than the champion, on loans that neither learned from.

The loans are those of the challenger's own test period (its bundle keeps a sample), so the champion
is asked about later loans than it knows: what it would meet if it stayed.
"""

from io import BytesIO

import numpy as np

from data.sentences import Sentence, Words
from scoring.bundle import Bundle
from scoring.gates import EVALUATION, GateResult
from scoring.intervals import delong_difference
from scoring.keepsakes import BAD_COLUMN
from scoring.scorer import Scorer
from scoring.vector import FloatArray

FEWEST_BADS = 30
NO_CHAMPION = Sentence(
    "no-champion-to-compare",
    Words(
        "there is no champion yet to compare with",
        "il n'y a pas encore de champion à qui le comparer",
        "hakuna bingwa bado wa kulinganisha naye",
    ),
)
FEW_LOANS = Sentence(
    "few-test-loans",
    Words(
        "its test sample has {bads} bad of {loans} loans; {needed} are needed",
        "son échantillon de test a {bads} mauvais prêts sur {loans} ; il en faut {needed}",
        "sampuli yake ya majaribio ina mikopo mibaya {bads} kati ya {loans}; {needed} inahitajika",
    ),
)
OTHER_FIELDS = Sentence(
    "champion-needs-other-fields",
    Words(
        "the champion needs fields that it was trained without; compare them in shadow",
        "le champion exige des champs sans lesquels elle a appris ; comparez-les dans l'ombre",
        "bingwa anahitaji sehemu ambazo toleo hili lilifundishwa bila hizo; walinganishe kivulini",
    ),
)
NO_ESTIMATE = Sentence(
    "auc-not-estimated",
    Words(
        "the difference in AUC cannot be estimated",
        "la différence d'AUC ne peut pas être estimée",
        "tofauti ya AUC haiwezi kukadiriwa",
    ),
)
COMPARED = Sentence(
    "auc-compared",
    Words(
        "AUC against the champion on {loans} held-out loans: {difference:+.4f} "
        "[{low:+.4f}, {high:+.4f}], margin {margin:g}",
        "AUC face au champion sur {loans} prêts mis de côté : {difference:+.4f} "
        "[{low:+.4f} ; {high:+.4f}], marge {margin:g}",
        "AUC dhidi ya bingwa kwa mikopo {loans} iliyotengwa: {difference:+.4f} "
        "[{low:+.4f}, {high:+.4f}], kiasi kinachoruhusiwa {margin:g}",
    ),
)

SENTENCES = {s.code: s for s in (NO_CHAMPION, FEW_LOANS, OTHER_FIELDS, NO_ESTIMATE, COMPARED)}
"""Everything that ``not_worse`` may say, by its code; the values are numbers."""


def not_worse(challenger: Scorer, champion: Scorer | None, margin: float) -> GateResult:
    """Pass when the 95 % interval of the difference in AUC stays above ``-margin``.

    Both score the same held-out loans (paired DeLong). Without a champion there is nothing to
    compare with.
    """
    if champion is None:
        return GateResult.of(EVALUATION, True, NO_CHAMPION.of())
    matrix, y = held_out(challenger.bundle)
    bads = int(y.sum())
    if min(bads, len(y) - bads) < FEWEST_BADS:
        few = FEW_LOANS.of(bads=bads, loans=len(y), needed=FEWEST_BADS)
        return GateResult.of(EVALUATION, False, few)
    theirs = _as_champion_sees(challenger, champion, matrix)
    if theirs is None:
        return GateResult.of(EVALUATION, False, OTHER_FIELDS.of())
    new = challenger.score_matrix(matrix, explain=False).log_odds
    old = champion.score_matrix(theirs, explain=False).log_odds
    difference = delong_difference(y, new, old)
    if difference.value is None or difference.low is None or difference.high is None:
        return GateResult.of(EVALUATION, False, NO_ESTIMATE.of())
    told = COMPARED.of(
        loans=len(y),
        difference=difference.value,
        low=difference.low,
        high=difference.high,
        margin=float(margin),
    )
    return GateResult.of(EVALUATION, difference.low >= -margin, told)


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
