"""Writing results: whole or not at all; findings in one shape."""

from __future__ import annotations

import errno
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import wrap
from typing import NoReturn, TextIO

import typer

from reglo.procurement.findings import Finding
from reglo.procurement.french import system_cause

_UNITS = (
    "€|EUR|euros?|HT|TTC|jours?|mois|ans?|années?|heures?|h|minutes?|min|s|pages?|points?|lots?|octets?|[kMG]i?o"
    "|bloquants?|informations?|constats?|fautes?|offres?|pièces?|lignes?"
    "|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
)
# where French typography never ends a line: inside « », before : ; ? ! %, within a number and its unit
_BOUND = re.compile(
    rf"(?<=«) | (?=[»?!;:%])|(?<=\d) (?=\d{{3}}\b|(?:{_UNITS})\b|€)|(?:(?<=\bn°)|(?<=\bRC)|(?<=\d h)) (?=\d)"
    r"|(?:(?<=€)|(?<=EUR)) (?=HT\b|TTC\b)"
)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
HELD = "\ue000"  # stands for such a space while lines are cut


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path`` that takes its place when the block ends well.

    Interrupted or failed, nothing is left and an older file stays as it was.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
    except OSError as error:
        usage_error(f"« {path} » ne s'écrit pas ({system_cause(error)}). Donnez un autre endroit (« -o »).")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(path)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        usage_error(
            f"« {path} » ne s'écrit pas ({system_cause(error)}). Rien n'a été laissé à moitié écrit : faites "
            "de la place, ou donnez un autre endroit (« -o »)."
        )
    finally:
        temporary.unlink(missing_ok=True)


def keep_existing(
    outputs: Iterable[Path], *, inputs: Iterable[Path] = (), force: bool | None = False
) -> None:
    """Refuse, status 2, to write over a file that is there: what was given or completed is never lost.

    ``force`` lets an older output be replaced, never an input of the same command; None: this command has no
    such option, for what it writes cannot be made again.
    """
    given = {path.resolve() for path in inputs}
    for path in outputs:
        if path.resolve() in given:
            usage_error(
                f"« {path} » est lu par cette commande : rien n'est écrit dessus. Donnez un autre nom."
            )
        if path.exists() and not force:
            usage_error(
                f"« {path} » existe déjà : rien n'est écrit. Donnez un autre nom"
                + ("." if force is None else ", ou ajoutez --force.")
            )


def print_findings(findings: Iterable[Finding], *, stream: TextIO | None = None) -> None:
    """One line per finding, ``file:line · CODE · cause · mend``, to standard output or ``stream``."""
    for finding in findings:
        print(finding, file=stream)


def held(text: str) -> str:
    """The text, each space that must not end a line held as ``HELD``.

    >>> held("« 1 234,56 EUR HT » : 12 h 30").replace(HELD, "_")
    '«_1_234,56_EUR_HT_»_: 12_h_30'
    """
    return _BOUND.sub(HELD, text)


def wrapped(text: str, width: int, *, first: str = "", then: str = "") -> list[str]:
    """The lines of a text, none cut where French typography forbids it.

    >>> wrapped("Quel est le prix ?", 16)
    ['Quel est le', 'prix ?']
    """
    lines = wrap(
        held(text),
        width,
        initial_indent=first,
        subsequent_indent=then,
        break_on_hyphens=False,
    )
    return [line.replace(HELD, " ") for line in lines]


def usage_error(message: str) -> NoReturn:
    """Say on standard error what is wrong with the command line and how to mend it; exit status 2."""
    print(message, file=sys.stderr)
    raise typer.Exit(2)
