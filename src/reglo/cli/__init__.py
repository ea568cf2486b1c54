"""The ``reglo`` command: one module per command, imported only when it is called.

Exit status: 0 done; 1 done, with blocking findings; 2 the input or the command line cannot be
used and nothing was written; 130 interrupted; 141 nobody reads what it says any more (``| head``).
"""

from __future__ import annotations

import io
import os
import signal
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import Abort, TyperException

from reglo import __version__
from reglo.cli import french

# name -> module of reglo.cli that defines ``command`` (a typer command function) or ``app`` (sub-commands)
COMMANDS = {
    "read": "read",
    "check": "check",
    "schema": "schema",
    "lint": "lint",
    "write": "write",
    "diff": "diff",
    "brief": "brief",
    "explain": "explain",
    "calendar": "calendar",
    "check-bid": "check_bid",
    "check-bids": "check_bids",
    "price-sheet": "price_sheet",
    "prices": "prices",
    "judge": "judge",
    "seal": "seal",
    "open": "open",
    "keys": "keys",
    "verify": "verify",
    "journal": "journal",
    "deposit": "deposit",
    "deposit-server": "deposit_server",
    "collect": "collect",
    "evidence": "evidence",
    "backup-copy": "backup_copy",
}


UNUSABLE, INTERRUPTED, UNREAD = 2, 130, 141  # 141: as the shell says of SIGPIPE
ASKED_TO_END = (signal.SIGINT, signal.SIGTERM)


class _Interrupted(BaseException):
    """A command was asked to end and has no words of its own for it: typer would end it without any."""


class _Unread(BaseException):
    """The reader of what a command says has left: typer would give the status of a refuted receipt."""


class LazyGroup(TyperGroup):
    """Subcommands are imported when asked for, so that each starts fast."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        found = import_module(f"reglo.cli.{module}")
        if hasattr(found, "app"):
            group = typer.main.get_command(found.app)
            group.name = cmd_name
            return group
        app = typer.Typer(add_completion=False)
        app.command(name=cmd_name)(found.command)
        return typer.main.get_command(app)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise _Interrupted from None
        except BrokenPipeError:
            raise _Unread from None


app = typer.Typer(
    cls=LazyGroup,
    name="reglo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Réglo : les règles publiées d'une consultation sont le programme.",
)


def _version(asked: bool) -> None:
    if asked:
        print(f"reglo {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Dire la version.")
    ] = False,
) -> None:
    """Réglo : les règles publiées d'une consultation sont le programme."""


def main() -> None:
    """Entry point of the ``reglo`` script. Asked to end, it ends as if interrupted: nothing half-written."""
    for asked in ASKED_TO_END:
        signal.signal(asked, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a sign still shows the rest
    try:
        status = _heard(run(sys.argv[1:]))
        for asked in ASKED_TO_END:  # the work is done: leaving must not become dying
            signal.signal(asked, signal.SIG_IGN)
    except KeyboardInterrupt:
        status = _interrupted()
    sys.exit(status)


def run(arguments: list[str]) -> int:
    """Run one command line; its exit status. What typer would say in English is said in French."""
    french.install()
    try:
        status = app(arguments, prog_name="reglo", standalone_mode=False)
    except TyperException as error:
        if arguments:
            french.report(error, list(COMMANDS))
        return UNUSABLE if arguments else 0
    except (Abort, KeyboardInterrupt, _Interrupted):
        return _interrupted()
    except _Unread:
        return UNREAD
    except RuntimeError as error:  # so Python 3.11 shows an interruption while a class is being made
        if not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        return _interrupted()
    return int(status or 0)  # interrupted with words of its own: 130, nothing to add


def _heard(status: int) -> int:
    """The status, once all was said; UNREAD when nobody listens any more. Python would show a traceback."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            status = UNREAD
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # takes what Python still holds
    return status


def _interrupted() -> int:
    print("Interrompu : aucun fichier n'a été laissé à moitié écrit.", file=sys.stderr)
    return INTERRUPTED
