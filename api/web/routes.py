"""All pages; another area adds its module here."""

from starlette.routing import BaseRoute

from api.web import cases, door, officer, what_if


def routes() -> list[BaseRoute]:
    """The routes of all pages, for the app."""
    return [route for module in (door, officer, cases, what_if) for route in module.router.routes]
