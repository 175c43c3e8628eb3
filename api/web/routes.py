"""All pages; another area adds its module here."""

from starlette.routing import BaseRoute

from api.web import (
    cases,
    door,
    follow_ups,
    mlops,
    mlops_challengers,
    mlops_changes,
    mlops_drift,
    mlops_jobs,
    mlops_models,
    mlops_quality,
    mlops_service,
    officer,
    oidc_door,
    overview,
    risk,
    risk_audits,
    risk_feedback,
    risk_impact,
    risk_overrides,
    risk_policy,
    what_if,
)

MLOPS = (
    mlops,
    mlops_models,
    mlops_challengers,
    mlops_changes,
    mlops_drift,
    mlops_quality,
    mlops_jobs,
    mlops_service,
)


def routes() -> list[BaseRoute]:
    """The routes of all pages, for the app."""
    return [
        route
        for module in (
            risk,
            risk_impact,
            risk_feedback,
            risk_policy,
            risk_overrides,
            risk_audits,
            door,
            oidc_door,
            officer,
            follow_ups,
            cases,
            what_if,
            overview,
            *MLOPS,
        )
        for route in module.router.routes
    ]
