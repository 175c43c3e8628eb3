"""``python -m api.cli`` is the same as ``microscore``."""

from api.cli import main

main()
