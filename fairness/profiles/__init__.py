"""Jurisdiction profiles: dated files that say what an audit must test, and how strictly.

A profile changes verdicts, never code. It is help in keeping the law and no legal advice.
"""

from fairness.profiles.loading import load_profile, shipped_profiles
from fairness.profiles.profile import Profile

__all__ = ["Profile", "load_profile", "shipped_profiles"]
