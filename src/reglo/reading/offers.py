"""The offers of a consultation, read from YAML or from the workbook ``reglo judge --template`` writes.

A reader only says what stands where; ``procurement.offers.admit`` gives it meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from reglo.procurement.bid import Bid, Operator
from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Finding, Place, Severity
from reglo.procurement.judging.offer_faults import (
    ColumnMissing,
    NoBidFrom,
    NoBids,
    OffersShape,
    OtherConsultation,
    SharedId,
    UnknownBidder,
    WrongSiren,
)
from reglo.procurement.judging.offers import (
    BIDDER_COLUMNS,
    BIDDERS_SHEET,
    EXAMPLE_ID,
    LISTS_SHEET,
    STANDING_COLUMNS,
    Cell,
    Column,
    LeftOut,
    Offers,
    RawBid,
    admit,
    columns,
)
from reglo.procurement.rules_file.nodes import Entry, Mapping, Node, Scalar, Sequence, parse
from reglo.reading.cells import CellKind, Sheet
from reglo.reading.response_file import siren_fault, siren_of
from reglo.reading.rules import read_text
from reglo.reading.spreadsheet import open_workbook

_TEXT = ("", ".yaml", ".yml", ".json", ".txt")
TITLE_OF_ID = "Identifiant"  # begins the line of titles, below the keys
_DECIMALS = re.compile(r"\d{1,6}(?: ?(?:€|EUR))?(?: ?(?:HT|TTC))?")  # what follows a comma of a figure
_MEMBER = re.compile(r"(?P<name>[^()]+?)\s*(?:\((?P<siren>[\d\s]{9,})\))?")


def read_offers(path: Path, consultation: Consultation) -> Offers:
    """Every bid of the file, and a finding for each thing that cannot be read. Never raises on bad input."""
    left_out = LeftOut(lot.id for lot in consultation.lots)
    if path.suffix.lower() in _TEXT:
        raw, findings = _from_yaml(path, consultation, left_out)
    else:  # .xls, .csv and the like are told to be saved as .xlsx
        raw, findings = _from_workbook(path, consultation, left_out)
    offers = admit(consultation, raw, left_out)
    findings += [*offers.findings, *_wrong_sirens(offers.bids)]
    if not offers.bids and not any(finding.weight is Severity.BLOCKING for finding in findings):
        findings.append(NoBids(facts={"file": path.name}, place=Place(file=path.name)))
    return Offers(offers.bids, tuple(findings), offers.left_out)


def _wrong_sirens(bids: Iterable[Bid]) -> Iterator[Finding]:
    """One finding for each operator whose SIREN has a wrong key."""
    for operator in dict.fromkeys(operator for bid in bids for operator in bid.operators):
        if operator.siren and (why := siren_fault(operator.siren)):
            facts = {"operator": operator.name, "siren": operator.siren, "why": f"{why}."}
            yield WrongSiren(facts=facts)


# --- YAML -------------------------------------------------------------------------------------


def _from_yaml(
    path: Path, consultation: Consultation, left_out: LeftOut
) -> tuple[list[RawBid], list[Finding]]:
    text, findings = read_text(path)
    if text is None:
        return [], list(findings)
    root, faults = parse(text, path.name)
    if root is None or faults:
        return [], faults
    reader = _YamlReader(path.name, consultation, left_out)
    return list(reader.bids(root)), reader.findings


class _YamlReader:
    """Walks the tree of an offers file; ``findings`` grows as it goes."""

    def __init__(self, file: str, consultation: Consultation, left_out: LeftOut) -> None:
        self.file = file
        self.consultation = consultation
        self.left_out = left_out
        self.findings: list[Finding] = []

    def place(self, line: int) -> Place:
        return Place(file=self.file, line=line)

    def wrong(self, line: int, trouble: str) -> None:
        self.findings.append(OffersShape(facts={"trouble": trouble}, place=self.place(line)))

    def no_bid(self, line: int, trouble: str) -> None:
        """Something was typed for a bid, and no bid comes of it."""
        self.wrong(line, trouble)
        self.left_out.add(self.findings[-1])

    def bids(self, root: Node) -> Iterator[RawBid]:
        top = self.mapping(root, "Le fichier d'offres", {"reglo_offers", "consultation", "bids"})
        given = self.text(top.get("consultation"))
        if given != self.consultation.reference:
            line = top["consultation"].line if "consultation" in top else 1
            facts = {"given": given or "(non dit)", "expected": self.consultation.reference}
            self.findings.append(OtherConsultation(facts=facts, place=self.place(line)))
            return
        listed = top.get("bids")
        if listed is None or not isinstance(listed.node, Sequence):
            self.wrong(listed.line if listed else 1, "La clé « bids » doit être une liste d'offres.")
            return
        for item in listed.node.items:
            yield from self.bid(item)

    def bid(self, node: Node) -> Iterator[RawBid]:
        known = {"id", "bidder", "form", "operators", "received_at", "standing", "reason", "lots"}
        keys = self.mapping(node, "Une offre", known)
        name, bidder = self.text(keys.get("id")), self.text(keys.get("bidder"))
        if not name:
            self.no_bid(node.line, "Une offre n'a pas d'identifiant « id ».")
            return
        if not bidder:
            self.wrong(node.line, f"L'offre « {name} » n'a pas de nom de candidat « bidder ».")
        lots = keys.get("lots")
        if lots is None or not isinstance(lots.node, Mapping):
            trouble = f"L'offre « {name} » n'a pas de « lots » : on ne sait pas ce qu'elle vise."
            self.no_bid(node.line, trouble)
            return
        operators = tuple(self.operators(keys.get("operators")))
        for lot, entry in lots.node.entries.items():
            what = f"Le lot {lot} de « {name} »"
            below = self.mapping(
                entry.node, what, {"inputs", "unit_prices", "levels", "standing", "reason", "received_at"}
            )
            standing = self.text(below.get("standing")) or self.text(keys.get("standing"))
            own = below if "standing" in below or "reason" in below else keys
            yield RawBid(
                id=name,
                bidder=bidder or name,
                lot=lot,
                place=self.place(entry.line),
                cells=dict(self.cells(below)),
                operators=operators,
                form=self.text(keys.get("form")),
                received_at=self.text(below.get("received_at")) or self.text(keys.get("received_at")),
                standing=standing,
                reason=self.text(own.get("reason")),
            )

    def operators(self, entry: Entry | None) -> Iterator[Operator]:
        if entry is None:
            return
        if not isinstance(entry.node, Sequence):
            self.wrong(entry.line, "« operators » doit être une liste d'opérateurs.")
            return
        for item in entry.node.items:
            keys = self.mapping(item, "Un opérateur", {"name", "siren", "role", "represented_by"})
            yield Operator(
                name=self.text(keys.get("name")),
                siren=siren_of(self.text(keys.get("siren"))),
                role=self.text(keys.get("role")),
                represented_by=self.text(keys.get("represented_by")),
            )

    def cells(self, keys: dict[str, Entry]) -> Iterator[tuple[str, Cell]]:
        for section, kind in (("inputs", "input"), ("unit_prices", "price")):
            for name, cell in self.figures(keys, section):
                yield f"{kind}:{name}", cell
        for name, entry in self.section(keys, "levels").items():
            if isinstance(entry.node, Mapping):
                inner = self.mapping(
                    entry.node, f"L'appréciation « {name} »", {"level", "mark", "reason", "page"}
                )
                for key, part in inner.items():
                    yield f"{key}:{name}", self.cell(part)
            else:
                yield f"level:{name}", self.cell(entry)

    def figures(self, keys: dict[str, Entry], section: str) -> Iterator[tuple[str, Cell]]:
        """The figures of a section. Between braces, YAML cuts « prix: 3,30 » into « prix: 3 » and « 30 »."""
        entries = list(self.section(keys, section).items())
        for place, (name, entry) in enumerate(entries):
            cell = self.cell(entry)
            after, below = entries[place + 1] if place + 1 < len(entries) else ("", entry)
            if _DECIMALS.fullmatch(name) and place and self.cell(entry).value is None:
                continue  # told with the figure before
            if _DECIMALS.fullmatch(after) and self.cell(below).value is None:
                trouble = (
                    f"entre accolades, la virgule coupe « {cell.value},{after} » en deux. "
                    f'Mettez le montant entre guillemets : "{cell.value},{after}".'
                )
                cell = replace(cell, trouble=trouble)
            yield name, cell

    def section(self, keys: dict[str, Entry], name: str) -> dict[str, Entry]:
        entry = keys.get(name)
        if entry is None or (isinstance(entry.node, Scalar) and entry.node.is_null):
            return {}
        if not isinstance(entry.node, Mapping):
            self.wrong(entry.line, f"« {name} » doit être une suite « nom: valeur ».")
            return {}
        return entry.node.entries

    def cell(self, entry: Entry) -> Cell:
        if not isinstance(entry.node, Scalar):
            self.wrong(entry.line, "Une valeur simple est attendue ici, non une liste.")
            return Cell(value=None, place=self.place(entry.line))
        return Cell(value=None if entry.node.is_null else entry.node.text, place=self.place(entry.line))

    def mapping(self, node: Node, what: str, known: set[str]) -> dict[str, Entry]:
        """The entries of a mapping; unknown keys reported and left out."""
        if not isinstance(node, Mapping):
            self.wrong(node.line, f"{what} doit être une suite « clé: valeur ».")
            return {}
        for key, entry in node.entries.items():
            if key not in known:
                admitted = ", ".join(sorted(known))
                hint = ""
                if node.flow and isinstance(entry.node, Scalar) and entry.node.is_null:
                    hint = " Un texte qui contient une virgule se met entre guillemets."
                self.wrong(
                    entry.line, f"{what} ne connaît pas la clé « {key} » (connues : {admitted}).{hint}"
                )
        return {key: entry for key, entry in node.entries.items() if key in known}

    def text(self, entry: Entry | None) -> str:
        if entry is None:
            return ""
        if not isinstance(entry.node, Scalar):
            self.wrong(entry.line, "Un texte simple est attendu ici.")
            return ""
        return "" if entry.node.is_null else entry.node.text


# --- Workbook ---------------------------------------------------------------------------------


def _from_workbook(
    path: Path, consultation: Consultation, left_out: LeftOut
) -> tuple[list[RawBid], list[Finding]]:
    """The bids of a workbook laid out as ``exports.offers_template`` writes it."""
    book = open_workbook(path)
    tables = {sheet.name: _table(path.name, sheet) for sheet in book.sheets}
    of_ours = {(f"feuille {name}", f"La ligne {table.row}") for name, table in tables.items() if table}
    findings = [
        finding
        for finding in book.findings
        if finding.place.path != f"feuille {LISTS_SHEET}"
        and (finding.place.path, finding.facts.get("what")) not in of_ours
    ]
    if not book.sheets:
        return [], findings
    lots = {f"Lot {lot.id}"[:31]: lot.id for lot in consultation.lots}
    for name in (BIDDERS_SHEET, *lots):
        table, place = tables.get(name), Place(file=path.name, path=f"feuille {name}")
        if table is None:
            trouble = f"La feuille « {name} » " + (
                "n'a plus sa ligne de clés (id, …)." if name in tables else "manque au classeur."
            )
            findings.append(OffersShape(facts={"trouble": trouble}, place=Place(file=path.name)))
            continue
        expected: tuple[Column, ...] = BIDDER_COLUMNS
        if name in lots:
            expected = (*columns(consultation, lots[name]), *STANDING_COLUMNS)
        for column in expected:
            if column.key.partition(":")[0] not in ("reason", "page") and not table.has(column.key):
                facts = {"sheet": name, "title": column.title, "key": column.key, "row": table.row}
                findings.append(ColumnMissing(facts=facts, place=place))
    bidders: dict[str, dict[str, Cell]] = {}
    shared: dict[str, list[Finding]] = {}
    listed = tables.pop(BIDDERS_SHEET, None)
    for row in listed.records if listed else ():
        name = _string(row, "id")
        if name and name in bidders:
            facts = {"bid": name, "first": _name(bidders[name]), "second": _name(row)}
            findings.append(SharedId(facts=facts, place=row["id"].place))
            shared.setdefault(name, []).append(findings[-1])
        elif name:
            bidders[name] = row
    raw: list[RawBid] = []
    seen: set[str] = set()
    for sheet_name, table in tables.items():
        lot = lots.get(sheet_name, sheet_name.removeprefix("Lot ").strip())
        for line in table.records if table else ():
            if not any(_string(line, key) for key in line):
                continue
            bid = _string(line, "id")
            seen.add(bid)
            place = next(iter(line.values())).place
            if bid not in bidders:
                facts = {"place_name": f"« {sheet_name} »", "bid": bid or "(sans identifiant)"}
                findings.append(UnknownBidder(facts=facts, place=place))
                left_out.add(findings[-1], lot)
            elif bid in shared:
                for finding in shared[bid]:
                    left_out.add(finding, lot)
            else:
                raw.append(_workbook_bid(bid, bidders[bid], lot, line, place))
    for bid, row in bidders.items():
        if bid not in seen:
            findings.append(NoBidFrom(facts={"bidder": _name(row)}, place=row["id"].place))
    return raw, findings


def _workbook_bid(bid: str, bidder: dict[str, Cell], lot: str, line: dict[str, Cell], place: Place) -> RawBid:
    name = _string(bidder, "bidder") or bid
    own = line if _string(line, "standing") or _string(line, "reason") else bidder
    return RawBid(
        id=bid,
        bidder=name,
        lot=lot,
        place=place,
        cells={key: cell for key, cell in line.items() if ":" in key},
        operators=_members(name, _string(bidder, "siren"), _string(bidder, "members")),
        form=_string(bidder, "form"),
        received_at=_string(bidder, "received_at"),
        standing=_string(own, "standing"),
        reason=_string(own, "reason"),
        places={
            name: row[name].place
            for name, row in (("received_at", bidder), ("form", bidder), ("standing", own))
            if name in row
        },
    )


def _name(bidder: dict[str, Cell]) -> str:
    return _string(bidder, "bidder") or _string(bidder, "id")


def _members(name: str, siren: str, members: str) -> tuple[Operator, ...]:
    """The operators typed as "Nom (SIREN) ; Nom (SIREN)"; alone, the bidder itself.

    >>> [operator.role for operator in _members("A", "123456789", "B (987654321) ; C")]
    ['mandataire', 'membre', 'membre']
    """
    others = [_MEMBER.fullmatch(part.strip()) for part in members.split(";") if part.strip()]
    alone = Operator(name=name, siren=siren_of(siren), role="mandataire" if others else "")
    found = [
        Operator(name=match["name"].strip(), siren=siren_of(match["siren"] or ""), role="membre")
        for match in others
        if match is not None and (not siren or siren_of(match["siren"] or "") != siren_of(siren))
    ]
    return (alone, *found)


def _string(row: dict[str, Cell], key: str) -> str:
    cell = row.get(key)
    return "" if cell is None or cell.value is None else str(cell.value).strip()


@dataclass(frozen=True, slots=True)
class _Table:
    """A sheet as the template lays it out: its row of keys (the one with a cell "id") and what is below."""

    row: int
    keys: dict[int, str]  # by column
    records: list[dict[str, Cell]]

    def has(self, key: str) -> bool:
        """Whether a column has that key; a mark stands for a level."""
        return {key, key.replace("level:", "mark:")} & set(self.keys.values()) != set()


def _table(file: str, sheet: Sheet) -> _Table | None:
    """The cells below the row of keys, by key; None without that row."""
    keys: dict[int, str] = {}
    first, records = 0, []
    for row, cells in sheet.rows():
        if not keys:
            if any(cell.text.strip() == "id" for cell in cells.values()):
                first, keys = row, {column: cell.text.strip() for column, cell in cells.items()}
            continue
        record = {
            key: Cell(
                value=cells[column].number if cells[column].kind is CellKind.NUMBER else cells[column].text,
                place=Place(file=file, path=cells[column].where),
            )
            for column, key in keys.items()
            if column in cells
        }
        name = _string(record, "id")
        if not name.startswith(TITLE_OF_ID) and name != EXAMPLE_ID:
            records.append(record)
    return _Table(first, keys, records) if keys else None
