"""What the pages of MLOps call things, in English; translated like all texts of pages."""

from typing import Literal

from api.web.translations import mark

Tone = Literal["approve", "review", "decline"]
"""The colours of a verdict: good, open, bad."""

LEVEL_TONES: dict[str, Tone] = {
    "ok": "approve",
    "explain": "review",
    "ticket": "review",
    "page": "decline",
}
STATE_TONES: dict[str, Tone] = {
    "BETTER": "approve",
    "NOT WORSE": "approve",
    "WORSE": "decline",
    "KEEP WATCHING": "review",
}
JOB_TONES: dict[str, Tone] = {
    "waiting": "review",
    "running": "review",
    "done": "approve",
    "failed": "decline",
}
JOB_STATES = {
    "waiting": mark("Waiting"),
    "running": mark("Running"),
    "done": mark("Done"),
    "failed": mark("Failed"),
}
JOB_KINDS = {
    "fairness": mark("Fairness audit"),
    "retention": mark("Retention"),
    "outcomes": mark("Outcomes"),
    "data-quality": mark("Data quality"),
    "drift": mark("Drift check"),
    "drift-alert": mark("Drift alert"),
    "shadow": mark("Shadow scoring"),
    "shadow-report": mark("Shadow report"),
    "portfolio": mark("Portfolio summary"),
    "probe": mark("Probe of the service"),
    "today": mark("Figures of today"),
    "management": mark("Figures for management"),
    "follow-ups": mark("Follow-ups on loans"),
    "retrain": mark("Retraining: whether it is due"),
    "retrain-data": mark("Retraining: data"),
    "retrain-train": mark("Retraining: training"),
    "retrain-audit": mark("Retraining: fairness audit"),
    "retrain-shadow": mark("Retraining: start in shadow"),
}
"""A kind that is not here is shown by its name."""
JOB_SAYS = (
    mark("no version is champion"),
    mark("nothing calls for it"),
    mark("no profile is named in MICROSCORE_AUDIT_PROFILES"),
    mark("no webhook is set"),
)
"""What jobs say when there was nothing to do; other words of theirs are shown as they are."""
GIVEN_UP = mark("its worker ended without a word %(n)s times")
FAULT = mark("it ended by a fault of the program (%(fault)s)")
EVENTS = {
    "propose": mark("Proposed"),
    "promote": mark("Promoted"),
    "rollback": mark("Rolled back"),
    "suspend": mark("Suspended"),
    "resume": mark("Resumed"),
}
GATES = {
    "evaluation": mark("Ranks no worse on held-out loans"),
    "fairness": mark("Fairness audit"),
    "shadow": mark("In shadow beside the champion"),
    "people": mark("Two people"),
}
DONE = {
    "proposed": mark("Your proposal is kept. Another person has to agree within 7 days."),
    "promoted": mark("The version is champion now."),
    "rolled-back": mark("The version before is champion again."),
    "suspended": mark("The model is suspended: people decide."),
    "resumed": mark("The model decides again."),
    "retrain": mark("The retraining is entered. The worker begins it with its next look."),
}
FAULTS = {
    "store": mark("The database takes no writes now."),
    "disk": mark("The disk is nearly full."),
    "server": mark("The server is about to stop."),
}
OUTCOMES = {
    "disbursement": mark("Paid out"),
    "repayment": mark("Repayments"),
    "write_off": mark("Write-offs"),
    "reschedule": mark("Reschedules"),
    "reversal": mark("Reversals"),
}
