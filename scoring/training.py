"""Training: from inputs and outcomes to a bundle and the report of how good it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from data.contract import Contract
from scoring import background, baselines, imbalance, keepsakes
from scoring.boosting import SHAPES, Learner
from scoring.bundle import Bundle, Golden
from scoring.calibration import Calibration, probability
from scoring.evaluation import BOOTSTRAP_SEED, FEWEST_EACH, Evaluation, Report
from scoring.leakage import LeakageError, implausible, scan
from scoring.model import Model
from scoring.policy import DecisionRules
from scoring.preparing import Rows, prepare
from scoring.readiness import readiness, require_ready, told
from scoring.robustness import robustness
from scoring.scorer import Scorer
from scoring.selection import Progress, Selection, select
from scoring.sources import without_each
from scoring.split import describe
from scoring.tuning import tune
from scoring.uncertainty import Band
from scoring.vector import FloatArray, Vectorizer


@dataclass(frozen=True)
class TrainingOptions:
    """``seed`` decides every random draw; ``threads`` only how fast it goes.

    One thread is the fastest up to some 100,000 rows, and by far on a busy machine: LightGBM's
    threads wait for each other spinning. ``vouched`` are features that a person answers for
    although the scan for leaks would stop at them; the lineage names them. ``trials`` of settings
    of the trees are made beforehand, within ``seconds`` (see ``tuning``).
    """

    seed: int = 1
    threads: int = 1
    vouched: tuple[str, ...] = ()
    trials: int = 0
    seconds: float = 600.0


@dataclass(frozen=True)
class TrainingResult:
    """The model and its report, which is also ``bundle.metrics``.

    ``report``: ``readiness``, ``rows`` (train, calibration, test, dropped), ``imbalance``
    (chosen, comparison), ``test`` and ``baselines.<name>`` (metric to value, low, high),
    ``detail`` (see ``Evaluation.detail``), ``returning`` (metrics on the applicants of the test
    period who were known before, or None), ``without`` (see ``sources.without_each``),
    ``robustness`` (see there),
    ``shapes`` (chosen, validation log-loss of each) and ``split``.
    """

    bundle: Bundle
    report: dict[str, Any]


@dataclass(frozen=True)
class Fitted:
    """Trees that learned from all training rows.

    ``prior_shift`` is that of their sample; ``told`` what the lineage says of how they were made.
    """

    text: str
    prior_shift: float
    told: Mapping[str, Any]


Fitting = Callable[[Learner, Selection, Rows], Fitted]


def train(  # noqa: PLR0913, PLR0917
    contract: Contract,
    columns: pd.DataFrame,
    keys: pd.DataFrame,
    as_of: pd.Series | None,
    y: FloatArray,
    options: TrainingOptions,
    lineage: Mapping[str, Any],
    progress: Progress | None = None,
    fit: Fitting | None = None,
) -> TrainingResult:
    """Train, calibrate and evaluate a model of ``contract``.

    ``columns`` (n rows) has the contract's inputs, ``keys`` application and applicant, ``as_of``
    the times of application, ``y`` 1 bad, 0 good, NaN no outcome. ``lineage`` is kept in the
    bundle. ``progress`` hears the name of each stage and the share that is done before it.

    ``fit``: what fits the chosen model, when it is not this machine.

    The same rows (in any order), options and library versions give the same bundle; threads do
    not matter. Raises NotReadyError where the data cannot carry a model, NotEnoughDataError where
    a part has too few outcomes, LeakageError where something is too good to be true.
    """
    tell = progress or _silent
    tell("building the matrix", 0.0)
    ready = readiness(contract, keys, as_of, y)
    require_ready(ready)
    rows = prepare(contract, columns, keys, as_of, y, options.seed)
    _refuse_leaks(rows, options)
    learner = Learner(contract, options.seed, options.threads)
    tuned = tune(learner, rows, options.trials, options.seconds, tell) if options.trials else None
    candidates = SHAPES | ({"tuned": tuned.shape} if tuned else {})
    chosen = select(learner, candidates, rows.sample("fit"), rows.sample("validation"), tell)
    tell("fitting the chosen model", 0.65)
    origin = {**lineage, "vouched": sorted(options.vouched)}
    bundle = assemble(learner, (fit or _fit)(learner, chosen, rows), rows, origin)
    tell("evaluating", 0.8)
    choices = {
        "readiness": told(ready),
        "imbalance": {"chosen": chosen.way, "comparison": chosen.comparison},
        "shapes": {"chosen": chosen.shape, "log_loss": chosen.shapes},
        "tuning": asdict(tuned) if tuned else None,
    }
    bundle = evaluated(bundle, rows, options.threads, choices)
    if suspicious := implausible(bundle.metrics["test"]["auc"]):
        raise LeakageError(suspicious)
    tell("done", 1.0)
    return TrainingResult(bundle, dict(bundle.metrics))


def _refuse_leaks(rows: Rows, options: TrainingOptions) -> None:
    """Raise LeakageError for a feature that knows the outcome of the rows to learn from."""
    known, vectorizer = rows.parts.train, rows.vectorizer
    found = scan(
        rows.matrix[known],
        rows.y[known],
        vectorizer.features,
        vectorizer.categorical,
        options.vouched,
    )
    if found:
        raise LeakageError(found)


def _silent(stage: str, share: float) -> None:
    """Tell nobody."""


def _fit(learner: Learner, chosen: Selection, rows: Rows) -> Fitted:
    """Fit what was chosen on all training rows."""
    shape = chosen.settings
    sample = imbalance.resample(chosen.way, rows.sample("train"), learner.categorical, learner.seed)
    told = {
        "shape": chosen.shape,
        "imbalance": chosen.way,
        "rounds": chosen.rounds,
        "parameters": learner.parameters(shape, sample),
    }
    return Fitted(learner.text(shape, sample, chosen.rounds), sample.prior_shift, told)


def assemble(learner: Learner, fitted: Fitted, rows: Rows, lineage: Mapping[str, Any]) -> Bundle:
    """A bundle without metrics: calibrated, with cut-offs, golden rows and reference sample."""
    contract = learner.contract
    held_out = rows.sample("calibration")
    model = Model(fitted.text, learner.threads)
    margin = model.margins(held_out.matrix)
    calibration = Calibration.fit(margin, held_out.y, fitted.prior_shift)
    band = Band.fit(calibration.log_odds(margin), held_out.y, learner.seed)
    calibration = calibration.model_copy(update={"band": band})
    recent = calibration.log_odds(model.margins(rows.sample("recent").matrix))
    decided = {
        "seed": learner.seed,
        **fitted.told,
        "rows": rows.parts.counts(),
        "versions": keepsakes.versions(),
    }
    bundle = Bundle(
        contract=contract,
        model_text=fitted.text,
        calibration=calibration,
        rules=DecisionRules.from_sample(contract.policy, probability(recent)),
        golden=Golden(rows=(), log_odds=()),
        metrics={},
        lineage={**lineage, **decided},
        reference=b"",
    )
    scorer = Scorer(bundle, "new", learner.threads)
    later = rows.sample("later")
    pd = scorer.score_matrix(later.matrix, explain=False).pd
    features, seed = contract.model_features, learner.seed
    return replace(
        bundle,
        golden=keepsakes.golden(scorer, rows.sample("test").matrix),
        reference=keepsakes.reference(features, later.matrix, pd, later.y, seed),
        background=background.choose(
            contract, later.matrix, later.y, pd < bundle.rules.approve_below, seed
        ),
    )


def evaluated(bundle: Bundle, rows: Rows, threads: int, more: Mapping[str, Any]) -> Bundle:
    """The bundle with its report: test, baselines, split, and what ``more`` says."""
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

    def evaluation(part: str) -> Evaluation:
        sample = rows.sample(part)
        log_odds = scorer.score_matrix(sample.matrix, explain=False).log_odds
        return Evaluation(log_odds, sample.y)

    test = evaluation("test")
    known = rows.sample("returning").y
    enough = min(known.sum(), (1 - known).sum()) >= FEWEST_EACH
    return {
        "test": test.report(),
        "detail": test.detail(scorer.bundle.rules),
        "returning": evaluation("returning").report() if enough else None,
        "robustness": robustness(scorer, rows.inputs_of("test"), BOOTSTRAP_SEED),
        "without": without_each(
            scorer,
            rows.sample("test").matrix,
            lambda source: rows.without(source, rows.parts.test),
            rows.sample("test").y,
        ),
    }


def _baselines(categorical: list[int], rows: Rows) -> dict[str, Report]:
    train, test = rows.sample("train"), rows.sample("test")
    log_odds = {
        "logistic": baselines.logistic(
            rows.sample("fit"), rows.sample("validation"), train, test.matrix, categorical
        ),
        "majority": baselines.majority(train, len(test.y)),
    }
    return {name: Evaluation(values, test.y).report() for name, values in log_odds.items()}
