"""The command line: ``microscore COMMAND``. Commands load what they need when they run."""

import sys
from collections.abc import Sequence
from typing import NoReturn

from data.errors import ContractError, DataFileError, MicroscoreError


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; known errors end with one clear message and no traceback."""
    from pydantic_core import ValidationError

    from api.cli.commands import build_app

    given = sys.argv[1:] if arguments is None else arguments
    try:
        build_app()(given)
    except MicroscoreError as error:
        _end(error, given)
    except ValidationError as error:
        from api.settings import settings_error

        wrong = settings_error(error)
        if wrong is None:
            raise
        _end(wrong, given)


def _end(error: MicroscoreError, arguments: Sequence[str]) -> NoReturn:
    """Tell ``error`` and leave with its exit code."""
    from api.cli.output import BAD_DATA, emit, fail

    if "--json" in arguments:
        emit(True, {"error": {"kind": type(error).__name__, "message": str(error)}})
    wrong_input = isinstance(error, ContractError | DataFileError)
    sys.exit(fail(error, BAD_DATA if wrong_input else 1).exit_code)
