"""What the opening says of copies de sauvegarde when an electronic pli does not open whole (CS-03)."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from reglo.cli.output import usage_error
from reglo.deposit.findings import CopyMayOpen, CopyStaysClosed
from reglo.procurement.findings import Finding, Place
from reglo.procurement.french import system_cause

FORMAT = "reglo-backup-copies/1"
INCOMPLETE, UNREADABLE = "pli incomplet", "pli illisible"
OPTIONS = {INCOMPLETE: "incomplet", UNREADABLE: "illisible"}


def read_copies(path: Path) -> list[dict[str, Any]]:
    """The file of ``reglo backup-copy list -o`` or of ``reglo collect``; exit 2 when it is not one."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        if given["format"] != FORMAT:
            raise ValueError
        copies: list[dict[str, Any]] = given["copies"]
        for copy in copies:
            for sent in copy["transmissions"]:
                _ = sent["pli"], sent["upload"], sent["closed"][INCOMPLETE], sent["closed"][UNREADABLE]
            _ = copy["id"], copy["depositor"], copy["medium"], copy["place"]
    except OSError as error:
        usage_error(f"« {path} » ne se lit pas ({system_cause(error)}). Donnez l'état des copies.")
    except (ValueError, KeyError, TypeError, RecursionError):
        usage_error(
            f"« {path} » n'est pas l'état des copies. Donnez, tel quel, le fichier écrit par "
            "« reglo collect » ou « reglo backup-copy list -o »."
        )
    return copies


def copies_for(
    copies: list[dict[str, Any]], pli: Path, number: str, codes: Collection[str]
) -> tuple[Finding, ...]:
    """For a pli that did not open whole: which copies may be opened, and why the others stay closed.

    number: of the pli, "" when it cannot be read; the file's own name, as the platform keeps it, then tells.
    codes: of what went wrong; blobs missing alone make it incomplete, anything else unreadable.
    """
    ground = INCOMPLETE if codes and set(codes) <= {"SCEAU-33"} else UNREADABLE
    found: list[Finding] = []
    for copy in copies:
        for sent in copy["transmissions"]:
            names = (sent["upload"], Path(sent.get("file", "")).stem)
            if pli.stem not in names and not (number and sent["pli"] == number):
                continue
            facts = {**copy, "copy": copy["id"], "ground": ground, "option": OPTIONS[ground]}
            if why := sent["closed"][ground]:
                found.append(CopyStaysClosed(facts={"why": why}, place=Place(file=pli.name)))
            else:
                facts["pli"] = sent["pli"] or sent["upload"]
                found.append(CopyMayOpen(facts=facts, place=Place(file=pli.name)))
    return tuple(found)
