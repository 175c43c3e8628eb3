"""The error of a run, and who may spend how much of it.

A run that finds anything where nothing happened is a false alarm, whichever test it was. The
parts add up to RUN_ERROR (Bonferroni); within the columns the smallest p is judged as a whole.
"""

RUN_ERROR = 0.01
SHARES = {"columns": 0.7, "units": 0.1, "inputs": 0.1, "contributions": 0.1}


def corrected(p: float, part: str) -> float:
    """``p`` of the whole of ``part`` as a p of the run: significant at RUN_ERROR or below."""
    return min(1.0, p / SHARES[part])
