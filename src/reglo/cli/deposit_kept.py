"""What deposits leave beside their plis: receipts and addresses. None is ever written over by another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from reglo.cli.output import whole_file
from reglo.deposit.sending import State, beside, remembered, state_path
from reglo.procurement.findings import Refused
from reglo.sealing.receipt import Receipt

_RECEIPT = (".recu.json", ".recu.pdf")


def read_receipt(path: Path) -> Receipt | None:
    """The receipt in a file; None when there is none that can be read."""
    try:
        return Receipt.from_bytes(path.read_bytes())
    except (OSError, Refused):
        return None


def set_aside(pli: Path, copy: bool) -> list[Path]:
    """Give the receipt and the address of the deposit before names of their own; where they now are.

    The address goes with its receipt, so that the deposit before can still be withdrawn or replaced.
    """
    receipt = read_receipt(beside(pli, _RECEIPT[0], copy))
    return _move(pli, (*_RECEIPT, ".depot"), copy, receipt)


def _move(pli: Path, suffixes: Iterable[str], copy: bool, receipt: Receipt | None) -> list[Path]:
    """ "alice.pli.recu.pdf" becomes "alice.pli-3f2a0c11.recu.pdf", after its receipt; never over a file."""
    tag = receipt.statement.id[:8] if receipt else "ancien"
    there = [suffix for suffix in suffixes if beside(pli, suffix, copy).exists()]
    for number in range(1, 1000):
        stem = pli.with_name(f"{pli.name}-{tag}" + (f"-{number}" if number > 1 else ""))
        asides = [beside(stem, suffix, copy) for suffix in there]
        if not any(aside.exists() for aside in asides):
            break
    else:
        raise AssertionError("a thousand deposits of one pli")
    for suffix, aside in zip(there, asides, strict=True):
        beside(pli, suffix, copy).rename(aside)
    return asides


def keep_receipt(pli: Path, receipt: Receipt, copy: bool) -> tuple[Path, Path]:
    """Write the receipt as JSON and PDF beside the pli; one of another deposit keeps a name of its own."""
    from reglo.exports.documents import write_pdf
    from reglo.exports.receipt_document import receipt_document

    path, printed = (beside(pli, suffix, copy) for suffix in _RECEIPT)
    there = read_receipt(path)
    if path.exists() and (there is None or there.statement.id != receipt.statement.id):
        _move(pli, _RECEIPT, copy, there)
    with whole_file(path) as temporary:
        temporary.write_bytes(receipt.to_bytes())
    with whole_file(printed) as temporary:
        write_pdf(receipt_document(receipt), temporary)
    return path, printed


def earlier_deposits(pli: Path, reference: str) -> Iterator[tuple[Receipt, State | None, Path]]:
    """The other deposits for this consultation: those whose receipts are in the folder of the pli.

    Each with its address, when it is remembered, and the path of its own pli. Copies de sauvegarde are none.
    """
    own = beside(pli, _RECEIPT[0])
    for path in sorted(pli.parent.glob(f"*{_RECEIPT[0]}")):
        receipt = None if path == own else read_receipt(path)
        if receipt is None or receipt.statement.backup_copy:
            continue
        if receipt.statement.consultation.reference == reference:
            stem = path.name.removesuffix(_RECEIPT[0])
            earlier = path.with_name(stem)
            yield receipt, remembered(state_path(earlier)), earlier
