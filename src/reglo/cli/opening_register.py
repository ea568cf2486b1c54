"""What the register written beside the plis by ``reglo collect`` says of one about to be opened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reglo.deposit.findings import NotToOpen
from reglo.procurement.findings import Finding

REGISTER = "registre.json"


def not_to_open(pli: Path) -> Iterator[Finding]:
    """Why this pli is none of those to open; nothing when it is one, or when no register is beside it."""
    from reglo.deposit.acts import STATE_FR
    from reglo.sealing.pli import envelope_of

    for folder in (pli.parent, pli.parent.parent):  # late plis are in a folder of their own
        deposits = _deposits(folder / REGISTER)
        if deposits is None:
            continue
        size = pli.stat().st_size
        alike = [each for each in deposits if each.get("size") == size]
        digest = envelope_of(pli) if alike else ""
        same = [each for each in alike if each.get("envelope_sha256") == digest]
        if any(each.get("state") == "received" for each in same):
            return
        state = STATE_FR.get(str(same[0].get("state")), "écarté") if same else "inconnu"
        yield NotToOpen(facts={"file": pli.name, "state": state})
        return


def _deposits(path: Path) -> list[dict[str, Any]] | None:
    try:
        given = json.loads(path.read_bytes())
        return [each for each in given["deposits"] if isinstance(each, dict)]
    except (OSError, ValueError, KeyError, TypeError):
        return None
