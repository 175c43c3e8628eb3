"""Days and times in request bodies: strict texts that OpenAPI describes as what they are."""

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, Field

from api.problem_rules import DAY, TIME
from data.sentences import broken

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ].+")


def _is_day(value: Any) -> Any:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise broken(DAY.of())
    return value


def _is_time(value: Any) -> Any:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise broken(TIME.of())
    return value


Day = Annotated[dt.date, BeforeValidator(_is_day), Field(strict=False)]
Time = Annotated[AwareDatetime, BeforeValidator(_is_time), Field(strict=False)]
