"""The command line: ``microscore COMMAND``. Commands load what they need when they run."""

import sys
from collections.abc import Sequence

from data.errors import ContractError, DataFileError, MicroscoreError


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; known errors end with one clear message and no traceback."""
    from api.cli.commands import build_app
    from api.cli.output import BAD_DATA, emit, fail

    try:
        build_app()(arguments)
    except MicroscoreError as error:
        if "--json" in (sys.argv[1:] if arguments is None else arguments):
            emit(True, {"error": {"kind": type(error).__name__, "message": str(error)}})
        wrong_input = isinstance(error, ContractError | DataFileError)
        sys.exit(fail(error, BAD_DATA if wrong_input else 1).exit_code)
