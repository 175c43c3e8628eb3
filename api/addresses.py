"""Addresses of the identity provider, and which of them may be trusted with what we ask."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def trustworthy(url: str) -> bool:
    """Whether ``url`` is https, or http on this machine, without a name or password in it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not host or parts.username is not None or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def discovery_url(issuer: str) -> str:
    """Where OpenID Connect Discovery 1.0 (section 4) has an issuer's description."""
    return issuer.rstrip("/") + "/.well-known/openid-configuration"


def is_loopback(host: str) -> bool:
    """Whether ``host`` names this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
