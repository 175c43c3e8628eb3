"""The report of a finished model: how good it is on the test, and beside what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scoring import baselines
from scoring.bundle import Bundle
from scoring.evaluation import BOOTSTRAP_SEED, FEWEST_EACH, Evaluation, Report
from scoring.preparing import Rows
from scoring.robustness import robustness
from scoring.scorer import Scorer
from scoring.segments import by_segment
from scoring.sources import without_each
from scoring.split import describe
from scoring.vector import Vectorizer


def evaluated(bundle: Bundle, rows: Rows, threads: int, more: Mapping[str, Any]) -> Bundle:
    """The bundle with its report, and what ``more`` says.

    ``rows`` (train, calibration, test, dropped), ``split``, ``test`` and ``baselines.<name>``
    (metric to value, low, high), ``detail`` (see ``Evaluation.detail``), ``returning`` (metrics
    on the applicants of the test period who were known before, or None), ``segments`` (see
    ``segments.by_segment``), ``without`` (see ``sources.without_each``) and ``robustness``.
    """
    metrics = {
        "rows": rows.parts.counts(),
        **more,
        "split": describe(rows.parts, bundle.contract, rows.as_of, rows.y),
        **_judge(Scorer(bundle, "new", threads), rows),
        "baselines": _baselines(Vectorizer(bundle.contract).categorical, rows),
    }
    return replace(bundle, metrics=metrics)


def _judge(scorer: Scorer, rows: Rows) -> dict[str, Any]:
    """Metrics on the test and, where there are enough, on the applicants known before."""
    sample, known = rows.sample("test"), rows.sample("returning")
    log_odds = scorer.score_matrix(sample.matrix, explain=False).log_odds
    test = Evaluation(log_odds, sample.y)
    returning = None
    if min(known.y.sum(), (1 - known.y).sum()) >= FEWEST_EACH:
        again = scorer.score_matrix(known.matrix, explain=False).log_odds
        returning = Evaluation(again, known.y).report()
    return {
        "test": test.report(),
        "detail": test.detail(scorer.bundle.rules),
        "returning": returning,
        "segments": by_segment(scorer.contract, rows, log_odds),
        "robustness": robustness(scorer, rows.inputs_of("test"), BOOTSTRAP_SEED),
        "without": without_each(
            scorer,
            sample.matrix,
            lambda source: rows.without(source, rows.parts.test),
            sample.y,
        ),
    }


def _baselines(categorical: list[int], rows: Rows) -> dict[str, Report]:
    learned, test = rows.sample("known"), rows.sample("test")
    log_odds = {
        "logistic": baselines.logistic(
            rows.sample("fit"), rows.sample("validation"), learned, test.matrix, categorical
        ),
        "majority": baselines.majority(learned, len(test.y)),
    }
    return {name: Evaluation(values, test.y).report() for name, values in log_odds.items()}
