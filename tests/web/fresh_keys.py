"""For Schemathesis: a client that names every request anew, as the API asks for.

Without it, the one value that it likes best would come with one body after another, and be
refused with right (422). What is meant to be wrong is sent as it is.
"""

from typing import Any
from uuid import uuid4

import schemathesis

from api.idempotency import NAME


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Put a new key in the place of a valid one."""
    meant = case.meta is None or case.meta.generation.mode.is_positive
    if meant and NAME in case.headers:
        case.headers[NAME] = str(uuid4())
