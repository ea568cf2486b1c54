"""Documents required: the completeness of a bid, piece by piece, lot by lot, member by member.

The verdict proposes; a person decides (V14). What no program can see (a signature by hand, the
content of a paper) is said to be checked, never supposed good.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum
from itertools import chain

from reglo.procurement.consultation import Consultation, ProcedureType
from reglo.procurement.findings import Finding, Place, Severity
from reglo.procurement.folding import folded
from reglo.procurement.french import counted, plural
from reglo.procurement.pieces.checks import PieceChecks, check_whole, proposed_suffix
from reglo.procurement.pieces.conditions import DERIVED, all_hold, bare, fact_words
from reglo.procurement.pieces.findings import (
    BidPieceMissing,
    CandidacyPieceMissing,
    ConditionUnknown,
    EspdGiven,
    NamedTogether,
    NotDueButGiven,
    NothingNamed,
    Resembling,
    SharedFile,
    SignaturesSeen,
    StageAssumed,
    UnknownFact,
    Unrecognised,
)
from reglo.procurement.pieces.inventory import BidFile, FileKind, Inventory
from reglo.procurement.pieces.slots import FOLDER_FR, Notes, Slot
from reglo.procurement.requirements import (
    Folder,
    OwedBy,
    Piece,
    Requirement,
    Sanction,
    SignatureDue,
    Submission,
)


class Stage(StrEnum):
    """What is handed in at one time: candidacy, bid, or the evidence of the intended awardee."""

    CANDIDACY = "candidature"
    BID = "offre"
    AWARD = "attribution"


class State(StrEnum):
    PRESENT = "present"
    MISSING = "missing"
    FAULTY = "faulty"  # given, but cannot be taken as it is
    TO_CHECK = "to_check"
    NOT_DUE = "not_due"


STATE_FR = {
    State.PRESENT: "présente",
    State.MISSING: "manquante",
    State.FAULTY: "à corriger",
    State.TO_CHECK: "à vérifier",
    State.NOT_DUE: "non exigible",
}

_MISSING = (CandidacyPieceMissing, BidPieceMissing)
_ESPD = re.compile(r"\b(dume|espd)\b")
TWO_PHASES = {ProcedureType.RESTRICTED, ProcedureType.NEGOTIATED, ProcedureType.DIALOGUE}


@dataclass(frozen=True, slots=True)
class Cell:
    """One piece for one lot and one member; ``why`` it is not due or what made its state."""

    piece: Piece
    lot: str  # "" when common, or when the consultation has one lot
    who: str  # "" for the candidate
    state: State
    why: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Completeness:
    """The verdict on a bid folder: every cell, every finding, one ``bottom_line``."""

    reference: str
    bid: str
    bidder: str
    lots: tuple[str, ...]
    stages: tuple[Stage, ...]
    cells: tuple[Cell, ...]
    findings: tuple[Finding, ...]  # heaviest first
    files: int

    @property
    def blocking(self) -> bool:
        return any(finding.weight is Severity.BLOCKING for finding in self.findings)

    @property
    def bottom_line(self) -> str:
        """One sentence: what is missing, what is wrong, what is left for a person."""
        missing = sum(cell.state is State.MISSING for cell in self.cells)
        blocking = sum(finding.weight is Severity.BLOCKING for finding in self.findings)
        to_check = sum(finding.weight is Severity.TO_CHECK for finding in self.findings)
        left = f" {counted(to_check, 'point')} à vérifier par une personne." if to_check else ""
        if missing:
            wrong = blocking - sum(isinstance(finding, _MISSING) for finding in self.findings)
            also = f", {counted(wrong, 'autre')} point{plural(wrong)} à corriger" if wrong else ""
            lack = "manque" + plural(missing, "nt")
            return f"Incomplet : {counted(missing, 'pièce')} {lack}{also}.{left}"
        if blocking:
            return f"À corriger : rien ne manque, mais {counted(blocking, 'point')} à corriger.{left}"
        if to_check:
            return f"Rien ne manque de ce qui se voit.{left}"
        return "Complet : rien ne manque, rien n'est à vérifier."


def stages_of(consultation: Consultation, bid: Inventory) -> tuple[tuple[Stage, ...], tuple[Finding, ...]]:
    """The stages a folder is for: both in one phase; in two, those its files belong to."""
    if consultation.procedure.type not in TWO_PHASES:
        return (Stage.CANDIDACY, Stage.BID), ()
    pieces = consultation.piece_codes
    seen = {pieces[file.code].folder for file in bid.files if file.code} | {
        file.folder for file in bid.files if file.folder is not None
    }
    if seen == {Folder.CANDIDACY, Folder.BID}:
        return (Stage.CANDIDACY, Stage.BID), ()
    stage = Stage.BID if seen == {Folder.BID} else Stage.CANDIDACY
    return (stage,), (StageAssumed(facts={"stage": stage.value}),)


def completeness(
    consultation: Consultation, bid: Inventory, stages: Iterable[Stage], assumed: Iterable[Finding] = ()
) -> Completeness:
    """What is there, missing, wrong or to check. The order of the files changes nothing.

    ``assumed``: findings of ``stages_of``, when the stages were not given.

    Source: CCP R.2143-3, R.2144-2 (candidacy), L.2152-2, R.2152-1 and -2 (bid); CE 501774 (where a
    piece is asked decides its force); V14.
    """
    bid = replace(bid, files=tuple(sorted(bid.files, key=lambda file: file.path)))
    wanted = tuple(stage for stage in Stage if stage in set(stages))
    judge = _Judge(consultation, bid, wanted)
    cells = tuple(cell for piece in consultation.pieces for cell in judge.cells(piece))
    order = {piece.code: place for place, piece in enumerate(consultation.pieces)}
    findings = [
        *bid.findings,
        *assumed,
        *judge.notes.findings(order),
        *judge.on_files(),
        *check_whole(consultation, bid),
    ]
    findings += _unknown_facts(consultation, bid)
    weights = list(Severity)
    return Completeness(
        reference=consultation.reference,
        bid=bid.id,
        bidder=bid.bidder,
        lots=bid.lots,
        stages=wanted,
        cells=cells,
        findings=tuple(sorted(findings, key=lambda finding: weights.index(finding.weight))),
        files=sum(not file.technical for file in bid.files),
    )


def _lots_visited(consultation: Consultation) -> dict[str, frozenset[str]]:
    """Of the pieces owed after a visit of some lots only, those lots."""
    visits: dict[str, list[tuple[str, ...]]] = {}
    for visit in consultation.calendar.visits:
        for code in visit.pieces:
            visits.setdefault(code, []).append(visit.lots)
    return {code: frozenset(chain(*lots)) for code, lots in visits.items() if all(lots)}


class _Judge:
    """Gives each slot its state, noting what it finds on the way."""

    def __init__(self, consultation: Consultation, bid: Inventory, stages: tuple[Stage, ...]) -> None:
        self.notes = Notes()
        self._consultation = consultation
        self._bid = bid
        self._stages = stages
        self._checks = PieceChecks(consultation, bid, self.notes)
        self._needed: set[str] = set()  # unusable files a piece needs
        self._liked: set[str] = set()  # files without code already said to resemble a piece
        self._lacking = False  # a piece is missing
        self._by_code: dict[str, list[BidFile]] = {}
        for file in bid.files:
            if file.code and not file.technical:
                self._by_code.setdefault(file.code, []).append(file)
        self._several_lots = len(consultation.lots) > 1
        self._visited = _lots_visited(consultation)

    def cells(self, piece: Piece) -> Iterator[Cell]:
        for slot in self._slots(piece):
            cell = self._cell(slot)
            weights = self.notes.weights(slot)
            if cell.state is State.PRESENT and Severity.BLOCKING in weights:
                cell = replace(cell, state=State.FAULTY)
            elif cell.state is State.PRESENT and (Severity.TO_CHECK in weights or self._files_to_check(cell)):
                cell = replace(cell, state=State.TO_CHECK)
            yield cell

    def _files_to_check(self, cell: Cell) -> bool:
        """Whether a file given for the piece is itself in doubt: not what its suffix says, unread…"""
        return any(
            finding.weight is not Severity.INFORMATION
            for file in self._bid.files
            if file.path in cell.files and file.facts.usable
            for finding in file.facts.findings
        )

    def on_files(self) -> Iterator[Finding]:
        """Findings on files: unusable ones block only when a piece needs them."""
        for file in self._bid.files:
            unopened = file.facts.kind is FileKind.ZIP and not file.code  # nobody knows what it holds
            spared = file.path not in self._needed and not unopened
            for finding in file.facts.findings:
                lower = spared and finding.weight is Severity.BLOCKING
                yield replace(finding, severity=Severity.TO_CHECK) if lower else finding
            if self._unexplained(file):
                yield Unrecognised(facts={"file": file.path}, place=Place(file=file.path))
        if signed := list(self._signed()):
            yield SignaturesSeen(facts={"files": ", ".join(f"« {path} »" for path in signed)})
        documents = [file for file in self._bid.files if not file.technical and file.facts.usable]
        if self._lacking and documents and not self._liked and not any(file.code for file in documents):
            yield NothingNamed(facts={"count": len(documents)})

    def _signed(self) -> Iterator[str]:
        """Files that bear an electronic signature where one is due: present is not valid (SG-04)."""
        pieces = self._consultation.piece_codes
        for file in self._bid.files:
            if file.facts.signatures or file.facts.signature_files:
                piece = pieces.get(file.code)
                if piece is not None and piece.signature is not SignatureDue.NONE:
                    yield file.path

    def _unexplained(self, file: BidFile) -> bool:
        """Whether nothing else was said of a file without code."""
        told = file.facts.kind in (FileKind.EXECUTABLE, FileKind.ARCHIVE)
        said = file.path in self._liked or not file.facts.usable or told
        return not file.code and not file.technical and not said

    # --- Who owes what ------------------------------------------------------------------------

    def _slots(self, piece: Piece) -> Iterator[Slot]:
        lots = self._bid.lots if piece.per_lot and self._several_lots else ("",)
        for owed_by in dict.fromkeys((piece.owed_by, *piece.also_owed_by)):
            people = self._owing(owed_by, alone=owed_by is piece.owed_by)
            yield from (Slot(piece, lot, who, owed_by) for who in people for lot in lots)

    def _owing(self, owed_by: OwedBy, *, alone: bool) -> tuple[str, ...]:
        if owed_by is OwedBy.EACH_MEMBER and len(self._bid.members) > 1:
            return tuple(operator.name for operator in self._bid.members)
        if owed_by is OwedBy.EACH_SUBCONTRACTOR:
            names = tuple(operator.name for operator in self._bid.subcontractors)
            return names or (("",) if alone else ())
        if owed_by is OwedBy.EACH_NAMED_PERSON and self._bid.people:
            return self._bid.people
        return ("",)

    def _due(self, slot: Slot) -> tuple[bool | None, str]:
        """Whether the piece is due there; otherwise or in doubt, why or under which condition."""
        piece = slot.piece
        stage = Stage.CANDIDACY if piece.folder is Folder.CANDIDACY else Stage.BID
        if piece.at_award and Stage.AWARD not in self._stages:
            return False, "demandée au seul attributaire pressenti"
        if not piece.at_award and stage not in self._stages:
            return False, f"demandée au temps « {stage.value} »"
        if slot.owed_by is OwedBy.EACH_NAMED_PERSON and self._bid.people == ():
            return False, "aucune personne désignée"
        visited = self._visited.get(piece.code)
        if visited and visited.isdisjoint((slot.lot,) if slot.lot else self._bid.lots):
            return False, "liée à la visite d'un autre lot"
        when = piece.when
        if slot.owed_by is OwedBy.EACH_SUBCONTRACTOR and "sous traitance" not in map(_fact, when):
            when = ("sous-traitance", *when)
        answer, condition = all_hold(when, self._bid, slot.who, slot.lot)
        return answer, condition if answer is None else f"condition non remplie : {condition}"

    # --- The state of one slot ----------------------------------------------------------------

    def _cell(self, slot: Slot) -> Cell:
        due, why = self._due(slot)
        files, doubt = self._files(slot)
        paths = tuple(file.path for file in files)
        if due is False:
            if files:
                self.notes.add(NotDueButGiven, slot, why=why)
            return Cell(slot.piece, slot.lot, slot.who, State.NOT_DUE, why, paths)
        usable = [file for file in files if file.facts.usable]
        if not files:
            state, why = self._absent(slot, due, why)
            return Cell(slot.piece, slot.lot, slot.who, state, why, ())
        if not usable:
            required = due and slot.piece.where is Requirement.CONTENT and not slot.piece.optional
            self._needed.update(paths if required else ())
            return Cell(slot.piece, slot.lot, slot.who, State.FAULTY, "fichier inutilisable", paths)
        if doubt:
            facts = _DOUBTS[doubt]
            self.notes.add(SharedFile, slot, files=", ".join(paths), share=facts[0], mend_share=facts[1])
        self._checks.check(slot, usable)
        return Cell(slot.piece, slot.lot, slot.who, State.PRESENT, "", paths)

    def _absent(self, slot: Slot, due: bool | None, condition: str) -> tuple[State, str]:
        piece = slot.piece
        if piece.optional:
            return State.NOT_DUE, "facultative"
        other = self._replacement(slot)
        if other is not None:
            return State.NOT_DUE, f"remplacée par {other.code}"
        alike = [file for file in self._bid.files if file.resembles == piece.code and _may_be_for(file, slot)]
        if alike:
            for file in alike:
                self._liked.add(file.path)
                better = f"{piece.code} - {file.facts.name}"
                self.notes.add(Resembling, slot, file=file.path, better=better)
            return State.TO_CHECK, "un fichier sans code lui ressemble"
        together = [file.path for file in self._bid.files if piece.code in file.also and _fits(file, slot)]
        if together:
            self.notes.add(NamedTogether, slot, files=", ".join(f"« {path} »" for path in together))
            return State.TO_CHECK, "un fichier d'une autre pièce la nomme"
        espd = self._espd(slot)
        if espd and due:
            self._liked.update(espd)
            self.notes.add(EspdGiven, slot, files=", ".join(f"« {path} »" for path in espd))
            return State.TO_CHECK, "un DUME peut en tenir lieu"
        if due is None:
            self.notes.add(ConditionUnknown, slot, condition=condition, fact=fact_words(condition))
            return State.TO_CHECK, f"exigible si : {condition}"
        self._missing(slot)
        return State.MISSING, ""

    def _missing(self, slot: Slot) -> None:
        self._lacking = True
        piece = slot.piece
        rules = self._consultation.submission or Submission()
        suffixes = [group[0] for group in piece.versions] or [proposed_suffix(piece, rules)]
        files = " et ".join(f"« {piece.code}{suffix} »" for suffix in suffixes)
        add = f"À fournir : {files} dans « {FOLDER_FR[piece.folder]} »."
        instead = [other.code for other in self._consultation.pieces if piece.code in other.instead_of]
        if instead:
            add += f" {', '.join(instead)} peut la remplacer."
        judging = piece.where is Requirement.JUDGING
        self.notes.add(
            CandidacyPieceMissing if piece.folder is Folder.CANDIDACY else BidPieceMissing,
            slot,
            severity=Severity.TO_CHECK if judging else Severity.BLOCKING,
            add=add,
            consequence=f" {self._consequence(piece)}",
        )

    def _consequence(self, piece: Piece) -> str:
        review = self._consultation.review
        if piece.where is Requirement.JUDGING:
            return "Demandée pour juger seulement : la note peut en souffrir, sans élimination (CE 501774)."
        if piece.if_missing is Sanction.ELIMINATED:
            return "Le RC annonce l'élimination ; une personne en décide."
        if piece.at_award:
            return "Sans elle, l'acheteur passe au candidat suivant (R.2144-7)."
        if piece.folder is Folder.CANDIDACY:
            return "La candidature est incomplète ; l'acheteur peut la faire compléter."
        if piece.curable and review is not None and review.regularisation:
            return "L'offre serait irrégulière ; l'acheteur peut permettre de la régulariser."
        return "L'offre serait irrégulière."

    def _replacement(self, slot: Slot) -> Piece | None:
        """The piece given in place of this one (DUME, equivalents)."""
        for other in self._consultation.pieces:
            if slot.piece.code in other.instead_of:
                files, _ = self._files(replace(slot, piece=other), usable=True)
                if files:
                    return other
        return None

    def _espd(self, slot: Slot) -> list[str]:
        """The DUME given where the RC says nothing of one: it may always stand for R.2143-3 (R.2143-4)."""
        piece = slot.piece
        told = any(
            _ESPD.search(folded(f"{one.code} {one.name} {one.template}")) for one in self._consultation.pieces
        )
        company = slot.owed_by in (OwedBy.BIDDER, OwedBy.EACH_MEMBER)
        buyers = piece.template in {one.code for one in self._consultation.procurement_documents}
        own_words = piece.folder is Folder.CANDIDACY and not piece.at_award and not buyers
        if told or not company or not own_words or piece.signature is not SignatureDue.NONE:
            return []
        return [
            file.path
            for file in self._bid.files
            if _may_be_for(file, slot) and _ESPD.search(folded(file.facts.name))
        ]

    def _files(self, slot: Slot, *, usable: bool = False) -> tuple[list[BidFile], str]:
        """The files given for a slot, and what is doubtful in that: "", "member", "person" or "lot".

        ``usable``: only those that can be read.
        """
        found = [
            file
            for file in self._by_code.get(slot.piece.code, [])
            if (not slot.lot or not file.lots or slot.lot in file.lots) and (file.facts.usable or not usable)
        ]
        found, doubt = self._of_owner(slot, found)
        if found and slot.lot and len(self._bid.lots) > 1 and not any(file.lots for file in found):
            doubt = doubt or "lot"
        return found, doubt

    def _of_owner(self, slot: Slot, files: list[BidFile]) -> tuple[list[BidFile], str]:
        if not slot.who:
            return files, ""
        own = [file for file in files if slot.who in file.who]
        if own:
            return own, ""
        person = slot.owed_by is OwedBy.EACH_NAMED_PERSON
        names = set(self._bid.people or ()) if person else {operator.name for operator in self._bid.operators}
        shared = [file for file in files if not names & set(file.who)]
        if person:
            return shared, "person"
        if slot.owed_by is OwedBy.EACH_SUBCONTRACTOR:
            return shared, "" if len(self._bid.subcontractors) == 1 else "member"
        if slot.who == self._leader():
            return shared, ""
        return ([], "") if slot.who in self._bid.own_folder else (shared, "member")

    def _leader(self) -> str:
        """Whose the files outside a member's folder are."""
        members = self._bid.members
        leaders = [operator.name for operator in members if operator.role == "mandataire"]
        return (leaders or [operator.name for operator in members] or [""])[0]


_DOUBTS = {
    "member": ("par chaque membre", "mettez chaque pièce dans le dossier de son membre"),
    "person": ("par chaque personne désignée", "mettez le nom de la personne dans le nom du fichier"),
    "lot": ("pour chaque lot", "mettez-en une dans le dossier de chaque lot"),
}


def _may_be_for(file: BidFile, slot: Slot) -> bool:
    return not file.code and _fits(file, slot)


def _fits(file: BidFile, slot: Slot) -> bool:
    return (
        not file.technical
        and file.facts.usable
        and (not slot.lot or not file.lots or slot.lot in file.lots)
        and (not slot.who or not file.who or slot.who in file.who)
    )


def _fact(condition: str) -> str:
    return bare(condition)[0]


def _unknown_facts(consultation: Consultation, bid: Inventory) -> Iterator[Finding]:
    """Declared facts no piece depends on: a misspelt one would leave its piece undecided."""
    conditions = [*(each for piece in consultation.pieces for each in piece.when)]
    conditions += [each for piece in consultation.pieces for part in piece.parts for each in part.when]
    known = {_fact(condition): condition for condition in conditions}
    declared = {*bid.facts, *(fact for facts in bid.facts_of.values() for fact in facts)}
    for fact in sorted(declared - known.keys() - set(DERIVED)):
        near = get_close_matches(fact, sorted(known), n=1)
        hint = f"Les faits attendus sont : {', '.join(known.values())}." if known else "Retirez-le."
        if near:
            hint = f"Vouliez-vous « {known[near[0]]} » ?"
        yield UnknownFact(facts={"fact": fact, "hint": hint})
