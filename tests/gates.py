"""Checks that a version passed, for tests that promote without them."""

from scoring.gates import CHAMPION_NEEDS, GateResult

CLEARED = [GateResult(name, True, "passed for a test") for name in CHAMPION_NEEDS]
"""What ``registry.promote`` asks of a champion."""
