"""Checks that a version passed, for tests that promote without an audit."""

from scoring.gates import FAIRNESS, GateResult

FAIR = GateResult(FAIRNESS, True, "passed for a test")
"""What ``registry.promote`` asks of a champion."""
