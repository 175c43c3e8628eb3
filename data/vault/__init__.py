"""Keeps personal content unreadable for whoever has the database and not the keys."""

from data.vault.ring import KeyRing
from data.vault.vault import Vault

__all__ = ["KeyRing", "Vault"]
