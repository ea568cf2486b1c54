"""The console of the commands that draw tables: no line ends where French typography forbids it."""

from __future__ import annotations

import re
import sys
from typing import IO, Any, cast

from rich.console import Console
from rich.text import Text

from reglo.cli.output import HELD, held

_TAIL = re.compile(r" +$", re.MULTILINE)


class FrenchConsole(Console):
    """Rich, which would cut a line at any space, even one that does not break."""

    def __init__(self) -> None:
        super().__init__(highlight=False, file=cast(IO[str], _Released(sys.stdout)))

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(held(text), **options)


class _Released:
    """A stream that writes plain spaces where the console held words together, and none at a line's end."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(_TAIL.sub("", text.replace(HELD, " ")))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
