"""Ask the server in this container whether it is alive; the exit code is the answer.

Usage: healthcheck.py PORT. Standard library only, so that it costs nothing to start.
"""

import sys
from urllib.request import urlopen


def alive(port: int) -> bool:
    """Return whether ``GET /livez`` on this machine answers 200 within three seconds."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/livez", timeout=3) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if alive(int(sys.argv[1])) else 1)
