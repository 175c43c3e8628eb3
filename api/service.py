"""What the routes work with: the model in service, the store and the answer to 'are you well?'."""

import asyncio
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from api.auth import Authenticator, Pepper
from api.intake import Intake
from api.log import Event, Log
from api.metrics import Metrics
from api.problems import Problem
from api.settings import Settings
from data.errors import StoreError
from data.store import Store, open_store
from data.store.decisions import Decision, find_decision
from data.store.writer import DecisionWriter
from scoring.champion import ChampionWatcher
from scoring.scorer import Scorer
