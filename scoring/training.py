"""Training: from inputs and outcomes to a bundle and the report of how good it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.contract import Contract
from scoring import background, calibrators, crossing, keepsakes
from scoring.boosting import SHAPES, Learner, Sample
from scoring.bundle import Bundle, Golden
from scoring.calibration import Calibration, probability
from scoring.crossing import HeldOut
from scoring.generalising import generalisation
from scoring.judging import evaluated
from scoring.leakage import LeakageError, implausible, scan
from scoring.model import Model
from scoring.policy import DecisionRules
from scoring.preparing import Rows, prepare
from scoring.readiness import readiness, require_ready, told
from scoring.scorer import Scorer
from scoring.selection import Progress, Selection, select
from scoring.tuning import tune
from scoring.uncertainty import Band
from scoring.vector import FloatArray


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

    ``report``: what ``judging.evaluated`` tells, and ``readiness``, ``imbalance`` (chosen,
    comparison), ``shapes`` (chosen, log-loss of each over the folds), ``tuning`` (see
    ``tuning.Tuned``) and ``elsewhere`` (see ``generalising.generalisation``).
    """

    bundle: Bundle
    report: dict[str, Any]


@dataclass(frozen=True)
class Fitted:
    """Trees that learned from all rows they may.

    ``prior_shift`` is that of their sample; ``told`` what the lineage says of how they were made.
    ``held_out`` are margins to calibrate on; None: the trees did not learn from the calibration
    rows, which serve for that. ``kinds`` of calibration are those to choose from.
    """

    text: str
    prior_shift: float
    told: Mapping[str, Any]
    held_out: HeldOut | None = None
    kinds: tuple[str, ...] = tuple(calibrators.KINDS)


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
    chosen = select(learner, candidates, rows, tell)
    tell("fitting the chosen model", 0.65)
    origin = {**lineage, "vouched": sorted(options.vouched)}
    bundle = assemble(learner, (fit or _fit)(learner, chosen, rows), rows, origin)
    tell("evaluating", 0.8)
    choices = {
        "readiness": told(ready),
        "imbalance": {"chosen": chosen.way, "comparison": chosen.comparison},
        "shapes": {"chosen": chosen.shape, "log_loss": chosen.shapes},
        "tuning": asdict(tuned) if tuned else None,
        "elsewhere": generalisation(learner, chosen, rows),
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
    """Fit what was chosen on all known rows, with margins from fits that did not see the row."""
    sample = crossing.resampled(learner, chosen, rows.sample("known"))
    told = {
        "shape": chosen.shape,
        "imbalance": chosen.way,
        "rounds": chosen.rounds,
        "bag": crossing.BAG,
        "parameters": learner.parameters(chosen.settings, sample),
    }
    text = crossing.fit(learner, chosen, sample)

    def again(at: NDArray[np.intp]) -> tuple[Model, float]:
        part = crossing.resampled(learner, chosen, Sample(rows.learned[at], rows.y[at]))
        return Model(crossing.fit(learner, chosen, part), learner.threads), part.prior_shift

    held_out = HeldOut.crossed(Model(text, learner.threads), sample.prior_shift, again, rows)
    return Fitted(text, sample.prior_shift, told, held_out)


def _calibrated(held_out: HeldOut, fitted: Fitted, seed: int) -> Calibration:
    """The calibration with its band; where the latest level is another, both are of it."""
    chosen = calibrators.choose(held_out.margin, held_out.y, fitted.prior_shift, seed, fitted.kinds)
    latest = held_out.latest
    levelled = calibrators.levelled(chosen, held_out.margin[latest], held_out.y[latest])
    told = latest if levelled != chosen else slice(None)
    band = Band.fit(levelled.log_odds(held_out.margin[told]), held_out.y[told], seed)
    return levelled.model_copy(update={"band": band})


def assemble(learner: Learner, fitted: Fitted, rows: Rows, lineage: Mapping[str, Any]) -> Bundle:
    """A bundle without metrics: calibrated, with cut-offs, golden rows and reference sample."""
    contract = learner.contract
    held_out = fitted.held_out or HeldOut.of(Model(fitted.text, learner.threads), rows)
    calibration = _calibrated(held_out, fitted, learner.seed)
    recent = calibration.log_odds(held_out.recent)
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
