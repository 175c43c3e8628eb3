"""One check of one window: layers 0 to 3, with an error of 1 % for the whole run."""

from __future__ import annotations

from typing import Literal

from data.errors import NotEnoughDataError
from drift.budget import RUN_ERROR
from drift.contract_checks import check_contract, check_units
from drift.judging import against
from drift.null import Nulls
from drift.observed import observe
from drift.reference import Reference
from drift.verdicts import Against, Broken, DriftReport, FeatureVerdict
from drift.window import Expected, Window

FEWEST_ROWS = 30
"""Below it nothing but layer 0 is said: too few to tell drift from chance."""

NotChecked = Literal["freshness", "duplicates", "volume", "overrides", "decisions"]


def check(
    reference: Reference,
    window: Window,
    *,
    season: Reference | None = None,
    nulls: Nulls | None = None,
    expected: Expected | None = None,
) -> DriftReport:
    """Compare ``window`` with the training ``reference`` and with the same ``season``.

    ``nulls`` keeps calibrations between runs; without it each check makes its own. Raises
    NotEnoughDataError when the window has too few rows to be judged and no broken rule says why,
    and ValueError when the references have different features.
    """
    if season is not None and season.features != reference.features:
        raise ValueError("both references must have the same features")
    expected = expected or Expected()
    broken, columns = check_contract(reference, window, expected)
    found: list[Against] = []
    if len(window) >= FEWEST_ROWS:
        n, known = len(window), nulls or Nulls()
        seen = observe(reference, columns, n, window.overridden)
        broken += check_units(reference, seen)
        found.append(against("training", reference, columns, seen, known))
        if season is not None:
            seen = observe(season, columns, n, window.overridden)
            found.append(against("season", season, columns, seen, known))
    elif not broken:
        raise NotEnoughDataError(
            f"a window needs at least {FEWEST_ROWS} applications: give a longer one"
        )
    return _report(reference, window, expected, broken, found)


def _report(
    reference: Reference,
    window: Window,
    expected: Expected,
    broken: tuple[Broken, ...],
    found: list[Against],
) -> DriftReport:
    confirmed = _confirmed(found)
    scorer = reference.scorer
    return DriftReport(
        contract=scorer.contract.contract if scorer else None,
        model=scorer.version if scorer else None,
        rows=len(window),
        run_error=RUN_ERROR,
        quarantined=bool(broken),
        alarm=bool(confirmed),
        confirmed=tuple(sorted(confirmed)),
        at_fault=_at_fault(reference, broken, found, confirmed),
        broken=broken,
        not_checked=_not_checked(reference, window, expected, found),
        against=tuple(found),
    )


def _confirmed(found: list[Against]) -> set[str]:
    """What differs from every reference that has it; training data know no overrides."""
    differing = set[str]().union(*(a.significant() for a in found))
    return {n for n in differing if all(n in a.significant() or not a.has(n) for a in found)}


def _at_fault(
    reference: Reference,
    broken: tuple[Broken, ...],
    found: list[Against],
    confirmed: set[str],
) -> tuple[str, ...]:
    """Features with a broken rule, most rows first, then those of the alarm, worst first.

    Where only a classifier tells, the one that it splits by most.
    """
    ordered = sorted((b for b in broken if b.rule != "unknown-column"), key=lambda b: -b.rows)
    names = [b.field for b in ordered if b.field]
    if found:
        drifted = _unexplained(found, confirmed)
        wrong = set(names)
        names += [f.name for f in drifted if wrong.isdisjoint(reference.operands(f.name))]
        together = [d.leads[:1] for d in found[0].together if d.space in confirmed]
        names += [name for leads in together for name in leads if not names]
    return tuple(dict.fromkeys(names))


def _unexplained(found: list[Against], confirmed: set[str]) -> list[FeatureVerdict]:
    """Features of the alarm that no other one explains, against any of the references.

    What comes every season always differs from training, by itself; where it differs from the
    same season only as another feature has shifted, that one is at fault.
    """
    drifted = [f for f in found[0].features if f.name in confirmed and not f.explained_by]
    causes = {f.name for f in drifted}
    shown = {f.name for a in found[1:] for f in a.features if f.explained_by in causes}
    return [f for f in drifted if f.name not in shown]


def _not_checked(
    reference: Reference, window: Window, expected: Expected, found: list[Against]
) -> tuple[NotChecked, ...]:
    timed = window.as_of is not None and expected.until is not None
    missing: dict[NotChecked, bool] = {
        "freshness": not timed or expected.fresh_within is None,
        "duplicates": window.application is None,
        "volume": expected.rows is None,
        "overrides": window.overridden is None or not any(a.has("override") for a in found),
        "decisions": reference.scorer is None,
    }
    return tuple(name for name, absent in missing.items() if absent)
