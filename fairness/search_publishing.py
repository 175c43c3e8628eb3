"""From what a search found to its published form: rounded ratios, no counts of groups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import numpy as np
from scipy.stats import norm

from fairness.candidates import (
    APPROVALS_MARGIN,
    AUC_MARGIN,
    LOSS_MARGIN,
    Candidate,
    described,
    front,
    within_margins,
)
from fairness.intervals import ratio_interval
from fairness.schema_sections import Range
from fairness.search import Found, SearchOptions
from fairness.search_claims import CHECKS, ERROR, Z_ONE_SIDED, Decided, Judged
from fairness.search_paired import Change, Contrast
from fairness.search_schema import (
    Budget,
    Finalist,
    GroupRatio,
    LaterModel,
    LaterRatio,
    Margins,
    Parts,
    Search,
    SearchInputs,
    Trial,
)
from scoring.intervals import Z95, Estimate, delong
from scoring.scorer import Scorer

DECIMALS = 3
"""Of ratios; areas and losses have one more."""


def published(
    found: Found,
    scorer: Scorer,
    options: SearchOptions,
    *,
    data: Mapping[str, str],
    on: dt.date,
    profile: str | None = None,
    earlier_looks: int = 0,
) -> Search:
    """The search as it is kept and shown.

    ``data``: SHA-256 of each file; ``earlier_looks``: searches that have judged finalists on the
    same test period before, which makes it less untouched.
    """
    contract, rows = found.bench.contract, found.bench.rows
    later = _Later(found)
    named = {n for c in found.candidates for n in (*c.recipe.left_out, *c.recipe.coarse)}
    incumbent = later.model(0, found.incumbent)
    return Search(
        verdict=found.conclusion.verdict,
        found=found.conclusion.chosen,
        goal=next(r for r in incumbent.ratios if (r.attribute, r.group) == found.later.goal),
        inputs=SearchInputs(
            version=scorer.version,
            contract=contract.contract,
            contract_hash=scorer.contract_hash,
            data=dict(sorted(data.items())),
            attributes=tuple(g.title for g in found.bench.groupings),
            profile=profile,
            on=on,
            seed=options.seed,
        ),
        budget=Budget(
            trials=options.trials,
            done=len(found.candidates) - 1,
            seconds=options.seconds,
            ended=found.ended,
            reductions=options.reductions,
        ),
        margins=Margins(auc=AUC_MARGIN, loss=LOSS_MARGIN, approvals=APPROVALS_MARGIN, error=ERROR),
        parts=Parts(
            fit=len(rows.parts.fit),
            validation=len(rows.parts.validation),
            test=len(rows.parts.test),
            applicants=len(found.later.matrix),
            earlier_looks=earlier_looks,
        ),
        titles={g.title: contract.protected[g.title].title for g in found.bench.groupings},
        features={n: contract.features[n].title for n in sorted(named | {*found.proxies})},
        proxies=found.proxies,
        incumbent=incumbent,
        finalists=tuple(later.finalists()),
        candidates=tuple(_trials(found)),
    )


def _trials(found: Found) -> Iterator[Trial]:
    on_front, baseline = front(found.candidates), found.candidates[0].measured
    chosen = {c.number for c in found.finalists}
    for c in found.candidates:
        m = c.measured
        yield Trial(
            number=c.number,
            kind=c.recipe.kind,
            parameters=described(c.recipe),
            left_out=c.recipe.left_out,
            coarse=c.recipe.coarse,
            auc=round(m.auc, DECIMALS + 1),
            log_loss=round(m.log_loss, DECIMALS + 1),
            loss=round(m.loss, DECIMALS + 1),
            approved_share=round(m.approved_share, DECIMALS),
            agreement=round(m.agreement, DECIMALS),
            worst=round(m.worst, DECIMALS),
            ratios=tuple(_ratios(c)),
            on_front=c.number in on_front,
            within_margins=within_margins(m, baseline),
            finalist=c.number in chosen,
        )


def _ratios(candidate: Candidate) -> Iterator[GroupRatio]:
    for key, ratio in candidate.measured.air.items():
        shown = None if key in candidate.measured.hidden else round(ratio, DECIMALS)
        yield GroupRatio(attribute=key[0], group=key[1], air=shown)


class _Later:
    """Models on the later data; the intervals of ratios are Bonferroni's over all of them."""

    def __init__(self, found: Found) -> None:
        self._found = found
        models = len(found.finalists) + 1
        self._error = ERROR / (models * len(found.later.contrasts))

    def model(self, number: int, decided: Decided) -> LaterModel:
        """AUC and ratios of one model."""
        later = self._found.later
        return LaterModel(
            number=number,
            auc=_range(delong(later.y, decided.log_odds[later.loans]), DECIMALS + 1),
            approved_share=round(float(decided.approved.mean()), DECIMALS),
            ratios=tuple(self._ratio(c, decided) for c in later.contrasts),
        )

    def finalists(self) -> Iterator[Finalist]:
        """Each finalist with its comparison."""
        conclusion = self._found.conclusion
        rows = zip(
            self._found.decided, self._found.judged, conclusion.p, conclusion.met, strict=True
        )
        for decided, one, p, met in rows:
            area = one.area
            yield Finalist(
                **dict(self.model(one.number, decided)),
                auc_change=_range(area.interval(), DECIMALS + 1),
                auc_proven=round(area.value - Z_ONE_SIDED * area.error, DECIMALS + 1),
                loss_ratio=_exp(one.loss, Z95),
                air_change=self._change(one),
                p=round(one.p, 6),
                p_corrected=round(p, 6),
                met=tuple(check for check in CHECKS if check in met),
                failed=tuple(check for check in CHECKS if check not in met),
            )

    def _change(self, one: Judged) -> Range:
        """The named group's change, with an interval that holds for all finalists together."""
        z = float(norm.isf(ERROR / 2 / len(self._found.finalists)))
        return _exp(one.changes[self._found.later.goal], z)

    def _ratio(self, contrast: Contrast, decided: Decided) -> LaterRatio:
        """A ratio with its score interval; empty where too few are approved or declined."""
        counts = contrast.counts(decided.approved)
        air = Range()
        if contrast.enough(decided.approved):
            low, high = ratio_interval(*counts, self._error)
            value = float(np.exp(contrast.log_ratio(decided.approved)))
            air = _range(Estimate(value, float(low), float(high)), DECIMALS)
        return LaterRatio(
            attribute=contrast.attribute,
            group=contrast.group,
            reference=contrast.reference,
            air=air,
        )


def _exp(change: Change, z: float) -> Range:
    value, low, high = (float(np.exp(v)) for v in change.interval(z) if v is not None)
    return _range(Estimate(value, low, high), DECIMALS)


def _range(estimate: Estimate, digits: int) -> Range:
    value, low, high = (None if v is None else round(v, digits) for v in estimate)
    return Range(value=value, low=low, high=high)
