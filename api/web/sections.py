"""The parts of the site that a role sees in its navigation; another area adds a row here."""

from typing import NamedTuple

from api.roles import ROLES, Role
from api.web.translations import mark


class Section(NamedTuple):
    """One entry of the navigation: its address, its title in English and who sees it."""

    path: str
    title: str
    roles: frozenset[Role]


SECTIONS = (
    Section("/officer", mark("Applications"), frozenset({"officer", "admin"})),
    Section("/overview", mark("Overview"), frozenset({"risk", "auditor", "admin"})),
    Section("/risk", mark("Risk"), frozenset({"risk", "auditor", "admin"})),
    Section("/mlops", mark("MLOps"), frozenset({"mlops", "admin"})),
    Section("/account", mark("Account"), frozenset(ROLES)),
)


def sections_of(role: Role) -> list[Section]:
    """What ``role`` sees, first the page that it begins with."""
    return [section for section in SECTIONS if role in section.roles]
