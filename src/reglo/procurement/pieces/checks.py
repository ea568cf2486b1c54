"""What is wrong with the files given for a piece, once it is there: form, pages, signature, parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Finding, Place, Severity
from reglo.procurement.folding import folded
from reglo.procurement.french import counted as counted_out
from reglo.procurement.pieces.conditions import all_hold
from reglo.procurement.pieces.findings import (
    ContainerSigned,
    Discouraged,
    Doubled,
    FormNotAdmitted,
    LotNotAnswered,
    NotA4,
    OpenDocumentDue,
    OwnTemplate,
    PagesUnknown,
    PartsToCheck,
    PricesNotSeen,
    ReferencesToCount,
    SectionPages,
    SignatureFormat,
    SignatureMissing,
    SignatureToCheck,
    TooHeavy,
    TooManyLots,
    TooManyPages,
    TooManyReferences,
    Unpriced,
    VersionMissing,
    WrongFolder,
    WrongFormat,
)
from reglo.procurement.pieces.inventory import BidFile, FileKind, Inventory
from reglo.procurement.pieces.likeness import Likeness
from reglo.procurement.pieces.slots import FOLDER_FR, Notes, Slot, lots_text, named
from reglo.procurement.requirements import (
    Capacity,
    OwedBy,
    PageLimit,
    Piece,
    PiecePart,
    Requirement,
    Sanction,
    SignatureDue,
    Submission,
)
from reglo.procurement.values import parse_number

_SAME_FAMILY = {
    ".docx": ".doc",
    ".xlsx": ".xls",
    ".pptx": ".ppt",
    ".jpeg": ".jpg",
    ".doc": ".docx",
    ".xls": ".xlsx",
    ".ppt": ".pptx",
    ".jpg": ".jpeg",
}
_OPEN_DOCUMENT_FOR = {
    **dict.fromkeys((".doc", ".docx", ".docm", ".rtf"), ".odt"),
    **dict.fromkeys((".xls", ".xlsx", ".xlsm", ".csv"), ".ods"),
}
_UNITS = {"ko": 1 << 10, "mo": 1 << 20, "go": 1 << 30}
_OF_EACH = {
    OwedBy.EACH_MEMBER: "pour chaque membre",
    OwedBy.EACH_NAMED_PERSON: "pour chaque personne désignée",
    OwedBy.EACH_SUBCONTRACTOR: "pour chaque sous-traitant",
    OwedBy.MANDATARY: "du mandataire",
}
_LINES_SHOWN = 6
_ZERO = "un prix nul sera questionné : n'écrivez zéro que si la prestation est bien gratuite."
_FILL_EVERY_LINE = f"Le RC veut chaque ligne remplie : donnez le prix de chacune ; {_ZERO}"
_FILL_OR_CHECK = f"Donnez ces prix, ou vérifiez que le RC admet des lignes vides ; {_ZERO}"


class PieceChecks:
    """Checks the usable files of a slot against what the RC asks of the piece."""

    def __init__(self, consultation: Consultation, bid: Inventory, notes: Notes) -> None:
        self._submission = consultation.submission or Submission()
        self._capacity = consultation.capacity or Capacity()
        self._bid = bid
        self._notes = notes

    def check(self, slot: Slot, files: Sequence[BidFile]) -> None:
        for file in files:
            self._format(slot, file)
            self._folder(slot, file)
            self._signature_format(slot, file)
        self._versions(slot, files)
        self._pages(slot, files)
        self._signature(slot, files)
        self._parts(slot, files)
        self._doubled(slot, files)
        self._prices(slot, files)
        self._references(slot, files)
        if slot.piece.own_template_only:
            self._notes.add(OwnTemplate, slot, template=slot.piece.template)

    def _weight(self, slot: Slot) -> Severity:
        """A breach blocks when the piece is asked as content of the bid, not to judge (CE 501774)."""
        return Severity.BLOCKING if slot.piece.where is Requirement.CONTENT else Severity.TO_CHECK

    # --- Form ---------------------------------------------------------------------------------

    def _format(self, slot: Slot, file: BidFile) -> None:
        suffix, place, rules = file.facts.suffix, Place(file=file.path), self._submission
        better = _OPEN_DOCUMENT_FOR.get(suffix) if rules.open_document_required else None
        own = slot.piece.formats
        allowed = own or rules.formats
        if better:
            self._notes.add(
                OpenDocumentDue,
                slot,
                severity=self._weight(slot),
                place=place,
                article="" if own else rules.source,
                file=file.path,
                suffix=suffix,
                better=better,
            )
        elif allowed and suffix not in allowed and not any(suffix in group for group in slot.piece.versions):
            family = _SAME_FAMILY.get(suffix) in allowed
            strict = not family and not (rules.other_formats and not own)
            hint = f"Enregistrez-le en {proposed_suffix(slot.piece, rules)}."
            if family:
                hint = f"Proche de {_SAME_FAMILY[suffix]}, qui est admis ; {hint[0].lower()}{hint[1:]}"
            elif not strict:
                hint = f"{hint} Le RC dit des autres formats : {rules.other_formats}."
            self._notes.add(
                WrongFormat,
                slot,
                severity=self._weight(slot) if strict else Severity.TO_CHECK,
                place=place,
                article="" if own else rules.source,
                file=file.path,
                suffix=suffix or "sans terminaison",
                formats=", ".join(allowed),
                hint=hint,
            )

    def _folder(self, slot: Slot, file: BidFile) -> None:
        if file.folder is not None and file.folder is not slot.piece.folder:
            self._notes.add(
                WrongFolder,
                slot,
                place=Place(file=file.path),
                file=file.path,
                found=FOLDER_FR[file.folder],
                due=FOLDER_FR[slot.piece.folder],
            )

    def _versions(self, slot: Slot, files: Sequence[BidFile]) -> None:
        suffixes = {file.facts.suffix for file in files}
        groups = slot.piece.versions
        missing = [group for group in groups if not suffixes & set(group)]
        if missing:
            self._notes.add(
                VersionMissing,
                slot,
                severity=self._weight(slot),
                wanted=" et en ".join(" ou ".join(group) for group in groups),
                missing=" et ".join(f"la version {' ou '.join(group)}" for group in missing),
            )

    def _doubled(self, slot: Slot, files: Sequence[BidFile]) -> None:
        """Several files of one form under one code, when the piece is one document."""
        people = slot.owed_by is OwedBy.EACH_NAMED_PERSON or (
            slot.owed_by is OwedBy.EACH_SUBCONTRACTOR and not slot.who
        )
        if slot.piece.parts or people:
            return
        alike: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]] = {}
        beside = {"annexes", "CV", *(word for limit in slot.piece.page_limits for word in limit.excluding)}
        for file in _counted(files, tuple(beside), slot.piece):
            if file.named:
                alike.setdefault((file.facts.suffix, file.lots, file.who), []).append(file.path)
        for paths in alike.values():
            if len(paths) > 1:
                self._notes.add(Doubled, slot, count=len(paths), files=" ; ".join(paths))

    # --- Pages --------------------------------------------------------------------------------

    def _pages(self, slot: Slot, files: Sequence[BidFile]) -> None:
        limits = slot.piece.page_limits
        for limit in limits:
            if not limit.section:
                self._page_limit(slot, files, limit, named(slot.piece))
        apart: list[BidFile] = []  # files that are one section, by their name
        whole: list[PageLimit] = []  # sections within a longer file
        for limit in (limit for limit in limits if limit.section):
            own = [file for file in files if folded(limit.section) in folded(PurePosixPath(file.path).stem)]
            apart += own
            if own:
                self._page_limit(slot, own, limit, f"{named(slot.piece)} ({limit.section})")
            else:
                whole.append(limit)
        if whole:
            self._sections(slot, [file for file in files if file not in apart], whole)

    def _sections(self, slot: Slot, files: Sequence[BidFile], limits: Sequence[PageLimit]) -> None:
        excluding = tuple(word for limit in limits for word in limit.excluding)
        pages, _ = _page_count(_counted(files, excluding, slot.piece))
        if pages is not None and pages > min(limit.pages for limit in limits):
            listed = ", ".join(f"{limit.section} à {counted_out(limit.pages, 'page')}" for limit in limits)
            self._notes.add(SectionPages, slot, article=limits[0].source, pages=pages, sections=listed)

    def _page_limit(self, slot: Slot, files: Sequence[BidFile], limit: PageLimit, piece: str) -> None:
        counted = _counted(files, limit.excluding, slot.piece)
        pages, sure = _page_count(counted)
        excluding = f" (hors {', '.join(limit.excluding)})" if limit.excluding else ""
        if pages is None:
            self._notes.add(
                PagesUnknown,
                slot,
                article=limit.source,
                piece=piece,
                limit=limit.pages,
                excluding=excluding,
            )
        elif pages > limit.pages:
            enforceable = sure and limit.layout and not limit.excluding
            heavy = limit.beyond in (Sanction.IRREGULAR, Sanction.ELIMINATED, Sanction.INCOMPLETE)
            self._notes.add(
                TooManyPages,
                slot,
                severity=self._weight(slot) if heavy and enforceable else Severity.TO_CHECK,
                article=limit.source,
                piece=piece,
                pages=pages if sure else f"{pages} (nombre à vérifier)",
                limit=limit.pages,
                excluding=excluding,
                hint=_beyond(limit, pages),
            )
        large = sum(file.facts.not_a4 for file in counted)
        if large and "A4" in limit.layout:
            self._notes.add(NotA4, slot, article=limit.source, piece=piece, count=large, layout=limit.layout)

    # --- Signature ----------------------------------------------------------------------------

    def _signature(self, slot: Slot, files: Sequence[BidFile]) -> None:
        piece = slot.piece
        signed = any(file.facts.signatures or file.facts.signature_files for file in files)
        if piece.signature is SignatureDue.NONE or signed:
            return
        if piece.signature is SignatureDue.ELECTRONIC:
            formats = self._signature_formats()
            said = f" au format {' ou '.join(formats)}" if formats else ""
            self._notes.add(SignatureMissing, slot, severity=self._weight(slot), formats=said)
        else:
            duty = "datée et signée" if piece.dated else "signée"
            self._notes.add(SignatureToCheck, slot, duty=duty)

    def _signature_format(self, slot: Slot, file: BidFile) -> None:
        formats = self._signature_formats()
        found = set()
        if file.facts.signatures:
            found.add("PAdES" if file.facts.kind is FileKind.PDF else "XAdES")
        for name in file.facts.signature_files:
            found.add("CAdES" if name.lower().endswith((".p7s", ".sig")) else "XAdES")
        if slot.piece.signature is not SignatureDue.NONE and formats and found and not found & set(formats):
            self._notes.add(
                SignatureFormat,
                slot,
                place=Place(file=file.path),
                file=file.path,
                found=", ".join(sorted(found)),
                formats=", ".join(formats),
            )

    def _signature_formats(self) -> tuple[str, ...]:
        return self._submission.signature.formats if self._submission.signature else ()

    # --- Content ------------------------------------------------------------------------------

    def _parts(self, slot: Slot, files: Sequence[BidFile]) -> None:
        names = [PurePosixPath(file.path).stem for file in files]
        unseen = []
        for part in slot.piece.parts:
            due, condition = all_hold(part.when, self._bid, slot.who, slot.lot)
            likeness = Likeness.of(part)
            if due is not False and not part.optional and not any(likeness.score(name) for name in names):
                unseen.append(_part_text(part, "" if due else condition, slot.owed_by))
        if unseen:
            self._notes.add(PartsToCheck, slot, parts=" ; ".join(unseen))

    def _references(self, slot: Slot, files: Sequence[BidFile]) -> None:
        """As many references as the RC admits (CA-04): as declared, else one per file that is one."""
        limit = slot.piece.max_references
        if limit is None:
            return
        rules = [one for one in self._capacity.references if one.maximum in (None, limit)]
        per = next((f" par {one.per}" for one in rules if one.per and one.per != "candidat"), "")
        admitted = f"{limit}{per}"
        count = self._declared_references(slot)
        if count is None:
            alone = {PurePosixPath(file.path).stem for file in files}
            apart = {name for name in alone if "reference" in folded(name)}
            count = len(apart) if len(apart) > 1 else None
        if count is None:
            self._notes.add(ReferencesToCount, slot, code=slot.piece.code, limit=admitted)
        elif count > limit:
            surplus = next((", ".join(one.surplus) for one in rules if one.surplus), "")
            told = f" ; le RC règle ainsi le surplus : {surplus}" if surplus else ""
            self._notes.add(TooManyReferences, slot, count=count, surplus=told, limit=admitted)

    def _declared_references(self, slot: Slot) -> int | None:
        code, bid = slot.piece.code, self._bid
        own = bid.references_of.get(slot.who, {}) if slot.who else {}
        return own.get(code, bid.references.get(code))

    def _prices(self, slot: Slot, files: Sequence[BidFile]) -> None:
        looked = [file for file in files if file.facts.unpriced is not None]
        due = slot.piece.every_cell_filled
        for file in looked:
            lines = file.facts.unpriced or ()
            if lines:
                shown = " ; ".join(lines[:_LINES_SHOWN]) + (" ; …" if len(lines) > _LINES_SHOWN else "")
                self._notes.add(
                    Unpriced,
                    slot,
                    severity=self._weight(slot) if due else Severity.TO_CHECK,
                    place=Place(file=file.path),
                    count=len(lines),
                    file=file.path,
                    lines=shown,
                    mend=_FILL_EVERY_LINE if due else _FILL_OR_CHECK,
                )
        if due and not looked:
            self._notes.add(PricesNotSeen, slot)


def proposed_suffix(piece: Piece, rules: Submission) -> str:
    """A suffix the piece admits: PDF where it may be, else the first admitted."""
    allowed = piece.formats or rules.formats
    return ".pdf" if not allowed or ".pdf" in allowed else allowed[0]


def check_whole(consultation: Consultation, bid: Inventory) -> Iterator[Finding]:
    """What concerns the bid as a whole: weight, number of lots, discouraged files, misplaced lots."""
    rules = consultation.submission or Submission()
    limit = _bytes(rules.maximum_size)
    size = sum(file.facts.size for file in bid.files)
    if limit is not None and size > limit:
        facts: dict[str, object] = {"size": f"{size / (1 << 20):.0f} Mo", "limit": rules.maximum_size}
        yield TooHeavy(facts=facts, article=rules.source)
    allotment = consultation.allotment
    if (
        allotment is not None
        and allotment.max_lots_bid is not None
        and len(bid.lots) > allotment.max_lots_bid
    ):
        facts = {"count": len(bid.lots), "limit": allotment.max_lots_bid}
        yield TooManyLots(facts=facts, article=allotment.source)
    grouping = consultation.grouping
    forms = grouping.forms_allowed if grouping is not None else ()
    if grouping is not None and forms and bid.form is not None and bid.form not in forms:
        admitted = " ou ".join(f"« {form.value} »" for form in forms)
        facts = {"form": f"« {bid.form.value} »", "admitted": admitted}
        yield FormNotAdmitted(facts=facts, article=grouping.source)
    macros = any("macro" in folded(word) for word in rules.discouraged)
    for file in bid.files:
        place = Place(file=file.path)
        what = "les macros" if macros and file.facts.macros else ""
        if file.facts.suffix and file.facts.suffix in rules.discouraged:
            what = f"les fichiers {file.facts.suffix}"
        if what:
            yield Discouraged(facts={"file": file.path, "what": what}, place=place, article=rules.source)
        if file.facts.kind is FileKind.ZIP and file.facts.signature_files:
            facts = {"file": file.path, "signature": file.facts.signature_files[0]}
            yield ContainerSigned(facts=facts, place=place)
        if file.lots and bid.lots and not set(file.lots) & set(bid.lots):
            facts = {"file": file.path, "lots": lots_text(file.lots), "answered": lots_text(bid.lots)}
            yield LotNotAnswered(facts=facts, place=place)


def _counted(files: Sequence[BidFile], excluding: tuple[str, ...], piece: Piece) -> list[BidFile]:
    """The files whose pages count: not those whose name says they are excluded (annexes, CV…).

    A file that only its folder codes and that is a part of the piece is an annex of it.
    """
    roots = {word.rstrip("s") for phrase in excluding for word in folded(phrase).split() if len(word) > 1}
    roots -= {"de", "du", "document"}
    parts = [Likeness.of(part) for part in piece.parts] if "annexe" in roots else []

    def excluded(file: BidFile) -> bool:
        stem = PurePosixPath(file.path).stem
        annexed = not file.named and any(part.score(stem) for part in parts)
        return annexed or any(word.rstrip("s") in roots for word in folded(stem).split())

    return [file for file in files if not excluded(file)]


def _page_count(files: Sequence[BidFile]) -> tuple[int | None, bool]:
    """Pages of a document given in one or several forms, and whether they were measured.

    Two forms of one document (.odt and .pdf) are not added: the longest counts.
    """
    by_suffix: dict[str, list[BidFile]] = {}
    for file in files:
        if file.facts.pages is not None:
            by_suffix.setdefault(file.facts.suffix, []).append(file)
    totals = [
        (sum(file.facts.pages or 0 for file in group), all(file.facts.pages_measured for file in group))
        for group in by_suffix.values()
    ]
    return max(totals) if totals else (None, False)


def _beyond(limit: PageLimit, pages: int) -> str:
    if limit.beyond is Sanction.NOT_READ:
        last = limit.read_up_to or limit.pages
        read = f"Le RC prévoit que les pages après la {last}e peuvent ne pas être lues"
        text = f"{read}." if pages > last else f"{read} : toutes le seront."
    elif limit.beyond is Sanction.NONE:
        text = "Le RC n'y attache pas de sanction."
    else:
        text = "Le RC prévoit une sanction ; une personne en décide."
    if limit.excluding:
        text += " Refaites le compte sans ce qui est exclu."
    if not limit.layout:
        text += " Le RC ne définit pas la mise en page, la limite est peu opposable."
    return text


def _part_text(part: PiecePart, condition: str, owed_by: OwedBy) -> str:
    text = part.name[:1].lower() + part.name[1:] if part.name[1:2].islower() else part.name
    if part.max_age is not None:
        text += f" (de moins de {part.max_age})"
    if part.signature is not SignatureDue.NONE:
        text += ", signé"
    if part.owed_by in _OF_EACH and part.owed_by is not owed_by:
        text += f", {_OF_EACH[part.owed_by]}"
    return f"{text}, si {condition}" if condition else text


def _bytes(text: str) -> int | None:
    """A size limit as the RC writes it, in bytes; None when it states none."""
    found = re.search(r"([\d., ]+)\s*(ko|mo|go)\b", text.casefold())
    if not found:
        return None
    try:
        return int(parse_number(found.group(1)) * _UNITS[found.group(2)])
    except ValueError:
        return None
