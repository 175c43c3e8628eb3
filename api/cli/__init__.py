"""The command line: ``microscore COMMAND``. Commands load what they need when they run."""

import sys
from collections.abc import Sequence
from typing import NoReturn

from data.errors import ContractError, DataFileError, MicroscoreError


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave; known errors end with one clear message and no traceback.

    With ``--json`` what is wrong with the usage is an object on standard output as well.
    """
    import typer
    from pydantic_core import ValidationError

    from api.cli.commands import build_app

    given = sys.argv[1:] if arguments is None else arguments
    try:
        code = build_app()(given, standalone_mode="--json" not in given)
    except typer.TyperException as error:
        _end(error, given, error.format_message(), wrong_input=True)
    except typer.Abort as error:
        _end(error, given, "stopped", wrong_input=False)
    except MicroscoreError as error:
        wrong_input = isinstance(error, ContractError | DataFileError)
        _end(error, given, str(error), wrong_input=wrong_input)
    except ValidationError as error:
        from api.settings import settings_error

        wrong = settings_error(error)
        if wrong is None:
            raise
        _end(wrong, given, str(wrong), wrong_input=False)
    sys.exit(code or 0)


def _end(
    error: Exception, arguments: Sequence[str], message: str, *, wrong_input: bool
) -> NoReturn:
    """Tell ``error`` and leave with its exit code."""
    from api.cli.output import BAD_DATA, emit, fail

    if "--json" in arguments:
        emit(True, {"error": {"kind": type(error).__name__, "message": message}})
    sys.exit(fail(message, BAD_DATA if wrong_input else 1).exit_code)
