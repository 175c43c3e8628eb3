"""Which decisions go to a challenger: a share of them, chosen by a hash and never by chance."""

from hashlib import sha256

_WHOLE = 2**64


def chosen(decision_id: str, challenger: str, share: float) -> bool:
    """Whether the decision belongs to the challenger's ``share`` (0 to 1) of the traffic.

    The same whenever it is asked, so a replay picks the same; independent between challengers;
    whoever is in a share is in every larger one.
    """
    digest = sha256(f"{challenger}\0{decision_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * _WHOLE
