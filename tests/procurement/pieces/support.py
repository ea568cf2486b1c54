"""A bid and the pieces asked of it, as the tests of completeness put them together."""

from __future__ import annotations

from typing import Any

from reglo.procurement.award import Award
from reglo.procurement.bid import Operator
from reglo.procurement.consultation import (
    Buyer,
    BuyerKind,
    Calendar,
    Consultation,
    ContractNature,
    Lot,
    Procedure,
    ProcedureType,
)
from reglo.procurement.pieces.documents import Completeness, Stage, State, completeness
from reglo.procurement.pieces.inventory import BidFile, FileFacts, FileKind, Inventory
from reglo.procurement.requirements import (
    Folder,
    Piece,
)

BOTH = (Stage.CANDIDACY, Stage.BID)
ALICE = Operator(name="Alice", siren="732829320", role="mandataire")
BOB = Operator(name="Bob", siren="552100554", role="membre")
CHLOE = Operator(name="Chloé", role="membre")
DENIS = Operator(name="Denis", role="sous-traitant")


def piece(code: str = "C1", **more: Any) -> Piece:
    more.setdefault("folder", Folder.CANDIDACY if code.startswith("C") else Folder.BID)
    return Piece(code=code, name=more.pop("name", f"Pièce {code}"), **more)


def consultation(*pieces: Piece, lots: int = 1, **more: Any) -> Consultation:
    kind = more.pop("type", ProcedureType.OPEN)
    return Consultation(
        reglo=1,
        reference="ESSAI-1",
        title="Essai",
        buyer=Buyer(name="Ville de Chloé", kind=BuyerKind.LOCAL),
        nature=ContractNature.SERVICES,
        procedure=Procedure(type=kind, legal_basis=()),
        lots=tuple(Lot(id=str(number), name=f"Lot {number}") for number in range(1, lots + 1)),
        calendar=Calendar(),
        award=Award(criteria=()),
        pieces=pieces,
        **more,
    )


def file(path: str, code: str = "", **more: Any) -> BidFile:
    own = {
        key: more.pop(key)
        for key in ("folder", "lots", "who", "named", "resembles", "technical")
        if key in more
    }
    more.setdefault("kind", FileKind.PDF)
    more.setdefault("size", 1000)
    name = path.rpartition("/")[2]
    return BidFile(
        path=path,
        code=code or own.pop("code", path.rpartition("/")[2].split(".")[0].split(" ")[0]),
        facts=FileFacts(name=name, **more),
        **own,
    )


def bid(*files: BidFile, **more: Any) -> Inventory:
    more.setdefault("lots", ("1",))
    more.setdefault("operators", (Operator(name="Alice"),))
    return Inventory(id="alice", bidder="Alice", files=files, **more)


def check(rules: Consultation, one: Inventory, *stages: Stage) -> Completeness:
    return completeness(rules, one, stages or BOTH)


def states(verdict: Completeness) -> dict[tuple[str, str, str], State]:
    return {(cell.piece.code, cell.lot, cell.who): cell.state for cell in verdict.cells}


def codes(verdict: Completeness) -> list[str]:
    return [finding.code for finding in verdict.findings]


def only(verdict: Completeness) -> State:
    (cell,) = verdict.cells
    return cell.state
