"""Alerts go out: one signed POST each, in a job of its own, tried again until it arrives.

The body is JSON without anything personal. The header ``Microscore-Signature`` is
``t=SECONDS,v1=HEX``: HMAC-SHA-256 under the shared secret over ``SECONDS.BODY``, so that a
receiver can refuse what is old or not ours. ``Microscore-Alert`` names the alert: it may come
twice, when the reply to the first was lost.
"""

import hashlib
import hmac
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any
from urllib.request import HTTPRedirectHandler, Request, build_opener

import orjson

from api.drifting_keeping import ALERT_JOB
from api.drifting_settings import DriftSettings
from api.drifting_words import told
from api.log import Event, Log
from api.schedule import Work
from data.contract import LANGUAGES
from data.store.jobs import enqueue
from data.store.monitoring import Alert, find_alert

TIMEOUT = 5.0
"""Seconds that a receiver has to answer."""
MOST_TRIES = 8
FIRST_PAUSE = timedelta(minutes=1)
"""Doubled after each try: the last one is two hours after the first."""
SIGNATURE, ALERT = "Microscore-Signature", "Microscore-Alert"


class _NoRedirect(HTTPRedirectHandler):
    """An alert goes where the settings say, and nowhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def run(work: Work) -> Mapping[str, Any]:
    """The job of one alert. A try that fails enters the next one. Raises StoreError."""
    settings, number = work.settings.drift, int(work.arguments["alert"])
    alert = find_alert(work.store, number)
    if alert is None or settings.webhook_url is None:
        return {"delivered": False, "why": "no webhook is set"}
    tried = int(work.arguments.get("tried", 0)) + 1
    why = post(settings, alert, work.now)
    if why is None:
        return {"delivered": True, "tries": tried}
    Log().error(Event.WEBHOOK_FAILURE, alert_id=number, why=why, tries=tried)
    if tried < MOST_TRIES:
        again = work.now + FIRST_PAUSE * 2 ** (tried - 1)
        arguments = {"alert": number, "tried": tried}
        enqueue(work.store, ALERT_JOB, f"{number}-{tried}", arguments, again)
    return {"delivered": False, "why": why, "tries": tried}


def post(settings: DriftSettings, alert: Alert, now: datetime) -> str | None:
    """Post ``alert``; None when it arrived, else why not."""
    if settings.webhook_url is None or settings.webhook_secret is None:
        raise AssertionError("the settings have both or none")
    body = body_of(alert)
    stamp = int(now.timestamp())
    signature = sign(settings.webhook_secret.get_secret_value(), stamp, body)
    headers = {
        "Content-Type": "application/json",
        SIGNATURE: f"t={stamp},v1={signature}",
        ALERT: f"{alert.alert_id}",
    }
    request = Request(settings.webhook_url, body, headers, method="POST")  # noqa: S310 (checked)
    try:
        with build_opener(_NoRedirect).open(request, timeout=TIMEOUT):
            return None
    except (OSError, HTTPException, ValueError) as error:
        with suppress(AttributeError):
            error.close()  # type: ignore[union-attr]
        return type(error).__name__


def sign(secret: str, stamp: int, body: bytes) -> str:
    """The signature of ``body`` sent at ``stamp`` (seconds since 1970)."""
    return hmac.new(secret.encode(), b"%d." % stamp + body, hashlib.sha256).hexdigest()


def body_of(alert: Alert) -> bytes:
    """The JSON that is posted."""
    return orjson.dumps(
        {
            "alert_id": alert.alert_id,
            "episode_id": alert.episode_id,
            "model": alert.model_version,
            "level": alert.level,
            "layer": alert.layer,
            "subject": alert.subject,
            "severity": alert.severity,
            "check_id": alert.check_id,
            "at": alert.at.isoformat(),
            "text": {language: told(alert, language) for language in LANGUAGES},
        }
    )
