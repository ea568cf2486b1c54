"""A receipt from its file: the JSON itself, or the PDF that carries it."""

from __future__ import annotations

import logging
from io import BytesIO
from pathlib import Path

from reglo.procurement.findings import Finding, Refused
from reglo.sealing.receipt import NotAReceipt, Receipt

_LARGEST = 64 * 1024 * 1024  # ten thousand blobs make a receipt of about 3 MB
ATTACHED = "recu.json"  # the name under which our PDF carry it


class NoAttachedReceipt(Finding):
    code = "RECU-30"
    cause = "Ce PDF ne porte pas de reçu joint : {why}."
    mend = "Prenez le PDF d'origine (numérisé, il a perdu sa pièce jointe), ou recu.json."
    source = "docs/seal.md §7"


def read_receipt(path: Path) -> tuple[Receipt, bytes]:
    """The receipt, and the file's bytes. Raises OSError, or Refused (RECU-02, RECU-30)."""
    with path.open("rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise Refused(NotAReceipt(facts={"why": f"le fichier dépasse {_LARGEST // 1024**2} Mio"}))
    return Receipt.from_bytes(_attached(data) if is_pdf(data) else data), data


def is_pdf(data: bytes) -> bool:
    return data.startswith(b"%PDF-")


def _attached(pdf: bytes) -> bytes:
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it would tell, in English, what is wrong
    try:
        held = PdfReader(BytesIO(pdf)).attachments.get(ATTACHED)
        found = bytes(held[0]) if held else None
    except Exception as error:  # a broken PDF breaks pypdf in many ways
        raise Refused(NoAttachedReceipt(facts={"why": "il est illisible"})) from error
    if found is None:
        raise Refused(NoAttachedReceipt(facts={"why": f"aucun fichier {ATTACHED} n'y est joint"}))
    return found
