"""The ``reglo`` command from its first line: interrupted while Python loads, it ends without a traceback."""

import os
import signal

INTERRUPTED = 130


def main() -> None:
    """Entry point of the ``reglo`` command. Until it reads its arguments nothing is open to lose."""
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, lambda *_: os._exit(INTERRUPTED))
    from reglo.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
