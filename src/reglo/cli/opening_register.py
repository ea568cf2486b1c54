"""What the register written beside the plis by ``reglo collect`` says of one about to be opened."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from reglo.deposit.acts import STATE_FR
from reglo.deposit.findings import NotToOpen, SeveralOfOne
from reglo.procurement.findings import Finding, Refused
from reglo.sealing.pli import envelope_of

REGISTER = "registre.json"


def before_opening(plis: Sequence[Path]) -> Iterator[Finding]:
    """What a person decides first: plis that are none of those to open, several of one depositor."""
    opened: dict[str, tuple[Path, dict[str, Any]]] = {}
    for pli in plis:
        deposits = _register_of(pli)
        try:
            same = _entries(pli, deposits or [])
        except Refused:
            continue  # no pli: opening it says why
        received = [each for each in same if each.get("state") == "received"]
        if received:
            opened[str(received[0].get("receipt"))] = pli, received[0]
        elif deposits is not None:
            state = STATE_FR.get(str(same[0].get("state")), "écarté") if same else "inconnu"
            yield NotToOpen(facts={"file": pli.name, "state": state})
    said: set[str] = set()
    for receipt, (_, entry) in opened.items():
        group = [each for each in (receipt, *entry.get("same_depositor", ())) if each in opened]
        if len(group) > 1 and receipt not in said:
            said.update(group)
            files = ", ".join(f"« {opened[each][0].name} »" for each in group)
            facts = {"count": len(group), "name": entry.get("depositor"), "files": files}
            yield SeveralOfOne(facts=facts)


def _entries(pli: Path, deposits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the register says of these very bytes."""
    size = pli.stat().st_size
    alike = [each for each in deposits if each.get("size") == size]
    digest = envelope_of(pli) if alike else ""
    return [each for each in alike if each.get("envelope_sha256") == digest]


def _register_of(pli: Path) -> list[dict[str, Any]] | None:
    folders = (pli.parent, pli.parent.parent)  # late plis are in a folder of their own
    return next((found for folder in folders if (found := _deposits(folder / REGISTER)) is not None), None)


def _deposits(path: Path) -> list[dict[str, Any]] | None:
    try:
        given = json.loads(path.read_bytes())
        return [each for each in given["deposits"] if isinstance(each, dict)]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
