"""The command line: ``microscore COMMAND``. Commands load what they need when they run."""

import sys
from collections.abc import Sequence

from data.errors import ContractError, DataFileError, MicroscoreError


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; known errors end with one clear message and no traceback."""
    from api.cli.commands import build_app
    from api.cli.output import BAD_DATA, fail

    try:
        build_app()(arguments)
    except (ContractError, DataFileError) as error:
        sys.exit(fail(error, BAD_DATA).exit_code)
    except MicroscoreError as error:
        sys.exit(fail(error).exit_code)
