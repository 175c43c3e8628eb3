"""How audits are printed for people: what fails them first."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from api.cli.output import out, table

if TYPE_CHECKING:
    from api.auditing import Kept
    from fairness.schema import Finding
    from fairness.schema_sections import Range


def show(audits: "Sequence[Kept]") -> None:
    """Print the verdicts of each audit, what fails it first, and of the comparison."""
    from api.reports.page import fails_audit, in_summary

    for kept in audits:
        record = kept.record
        rows = [
            [
                f.verdict.value,
                f.metric.replace("_", " "),
                f"{f.attribute}: {f.group or 'all'}",
                _at(f),
                _shown(f.estimate),
                _why(f),
            ]
            for f in sorted(record.findings, key=lambda f: not fails_audit(f))
            if in_summary(f)
        ]
        columns = ["verdict", "metric", "group", "at", "estimate", "why"]
        head = f"{record.inputs.version} under {record.inputs.profile}"
        out.print(f"[bold]{record.verdict.value}[/] {head}, audit {kept.audit_id[:12]}")
        out.print(table("Verdicts at the policy, and all that fails the audit", columns, rows))
        _show_comparison(kept)
        if kept.folder != Path():
            report = f"report: {kept.folder / 'report.html'}"
            out.print(report, markup=False, soft_wrap=True, highlight=False)


def _at(finding: "Finding") -> str:
    """The rule that approvals were judged under: the policy in force, or an approval rate."""
    if finding.rule is None:
        return ""
    return f"{finding.rule} approved" if finding.rule.endswith("%") else finding.rule


def _why(finding: "Finding") -> str:
    if finding.duties:
        return "legal duty"
    return "profile's family" if finding.counts else "good practice"


def _show_comparison(kept: "Kept") -> None:
    made = kept.record.comparison
    if made is None:
        return
    rows = [
        [g.verdict.value, f"{g.attribute}: {g.group}", _shown(g.air), _shown(g.difference)]
        for g in made.groups
    ]
    columns = ["verdict", "group", "impact ratio", "approval-rate difference"]
    out.print(f"[bold]{made.verdict.value}[/] than {made.champion}", highlight=False)
    out.print(table("Challenger less champion", columns, rows))


def _shown(estimate: "Range") -> str:
    """``1.08 (1.03 to 1.13)``; nothing where it is not defined."""
    if estimate.low is None or estimate.high is None:
        return ""
    value = "" if estimate.value is None else f"{estimate.value:.3g} "
    return f"{value}({estimate.low:.3g} to {estimate.high:.3g})"
