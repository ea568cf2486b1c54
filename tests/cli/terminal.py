"""``reglo`` at a pseudo-terminal, as a person answers it."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable

Answer = str | Callable[[str], str]  # given what has been shown so far


def converse(arguments: list[str], answers: list[tuple[str, Answer]], limit: float = 300) -> str:
    """Run ``reglo`` at a pseudo-terminal, typing each answer when its question is shown."""
    command = [sys.executable, "-c", "from reglo.cli import main; main()", *arguments]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    shown, since, end = "", 0, time.monotonic() + limit
    left = list(answers)
    try:
        while time.monotonic() < end:
            if select.select([ours], [], [], 0.1)[0]:
                try:
                    data = os.read(ours, 4096)
                except OSError:  # the other side is closed
                    break
                if not data:
                    break
                shown += data.decode("utf-8", "replace")
            # the space is written last, once the terminal has stopped echoing
            if left and left[0][0] in shown[since:] and shown.endswith(" "):
                since = len(shown)
                answer = left.pop(0)[1]
                os.write(ours, f"{answer if isinstance(answer, str) else answer(shown)}\n".encode())
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert left == [], shown
    return shown
