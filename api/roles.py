"""Who may do what: the one table of roles and scopes. What is not in it is denied."""

from typing import Literal, get_args

Role = Literal["officer", "risk", "mlops", "auditor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)

Scope = Literal[
    "score:write",
    "scores:read",
    "scores:explain",
    "decisions:write",
    "feedback:write",
    "appeals:write",
    "appeals:resolve",
    "audits:accept",
    "oversight:read",
    "models:read",
    "models:write",
    "monitor:read",
    "outcomes:write",
    "keys:write",
    "protected:write",
    "consents:read",
    "consents:write",
    "privacy:read",
    "privacy:write",
]
SCOPES: tuple[Scope, ...] = get_args(Scope)

SCOPES_BY_ROLE: dict[Role, frozenset[Scope]] = {
    "officer": frozenset(
        {
            *("score:write", "scores:read", "protected:write", "consents:read", "consents:write"),
            *("decisions:write", "feedback:write", "appeals:write"),
        }
    ),
    "risk": frozenset(
        {
            *("scores:read", "scores:explain", "models:read", "monitor:read"),
            *("decisions:write", "feedback:write", "appeals:resolve", "oversight:read"),
            "audits:accept",
        }
    ),
    "mlops": frozenset(
        {
            *("scores:read", "scores:explain", "models:read", "models:write", "monitor:read"),
            "outcomes:write",
        }
    ),
    "auditor": frozenset(
        {
            *("scores:read", "scores:explain", "models:read", "monitor:read"),
            *("consents:read", "oversight:read"),
        }
    ),
    "admin": frozenset(SCOPES),
}
"""An officer sees the decisions of the own branch only; ``scores:explain`` shows contributions.

``decisions:write`` keeps a person's own decision and ``appeals:resolve`` answers an appeal, which
who decided may not; ``oversight:read`` shows problems reported, appeals and overrides.
``audits:accept`` lets a failed audit stand, as one of two people.
``protected:write`` hands in what a person states; no scope, role or route reads it back.
``privacy:read`` gives all that is held on a person and ``privacy:write`` erases it: they answer
people, which audits do not, so an auditor has neither."""
