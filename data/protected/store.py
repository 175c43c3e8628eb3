"""The store of protected attributes: written by imports and the inbox, read by audits alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy import Connection, and_, delete, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from data.contract import Contract
from data.errors import ProtectedError
from data.inbox import Inbox, unseal
from data.protected import grants
from data.protected.database import Database
from data.protected.keys import ProtectedKeys
from data.protected.tables import access_log, fingerprints, statements
from data.statements import Stated, Statement, stated_values, statement_adapter

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
