"""What a bid folder holds, as facts: the input of ``documents`` and ``exclusivity``.

``reading.bid_folder`` makes an inventory from a folder; nothing here touches a disk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reglo.procurement.bid import Operator
from reglo.procurement.findings import Finding
from reglo.procurement.folding import folded
from reglo.procurement.requirements import Folder, GroupForm

_LEGAL_FORMS = {
    *("sa", "sas", "sasu", "sarl", "eurl", "scop", "sci", "snc", "selarl", "scp", "gie"),
    *("ets", "etablissements", "societe", "ste", "groupe", "groupement"),
}


def short_name(name: str) -> str:
    """An operator's name as it may appear in a path: folded, without its legal form.

    >>> short_name("Béton & Fils SARL"), short_name("SAS")
    ('beton fils', 'sas')
    """
    words = folded(name).split()
    return " ".join(word for word in words if word not in _LEGAL_FORMS) or " ".join(words)


class FileKind(StrEnum):
    """The type of a file by its content, whatever its suffix says."""

    PDF = "PDF"
    ODT = "texte OpenDocument"
    ODS = "classeur OpenDocument"
    ODP = "présentation OpenDocument"
    ODG = "dessin OpenDocument"
    DOCX = "texte Word (docx)"
    XLSX = "classeur Excel (xlsx)"
    PPTX = "présentation PowerPoint (pptx)"
    DOC = "texte Word (doc)"
    XLS = "classeur Excel (xls)"
    PPT = "présentation PowerPoint (ppt)"
    OLE = "document Office ancien"
    RTF = "texte RTF"
    ZIP = "archive zip"
    ARCHIVE = "archive 7z, rar ou gzip"
    IMAGE = "image"
    DWF = "plan DWF"
    XML = "XML ou HTML"
    TEXT = "texte brut"
    SIGNATURE = "signature électronique détachée"
    EXECUTABLE = "programme exécutable"
    EMPTY = "fichier vide"
    SPECIAL = "autre chose qu'un fichier"
    UNKNOWN = "type inconnu"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What was seen of one file. ``usable`` is False when nobody can read it as it is."""

    name: str
    size: int  # bytes
    kind: FileKind
    usable: bool = True
    pages: int | None = None  # None: not known, or meaningless
    pages_measured: bool = True  # False: as declared by the program that wrote the file
    not_a4: int = 0  # pages of another size than A4
    macros: bool = False
    signatures: int = 0  # electronic signatures inside the file, present, not verified
    signature_files: tuple[str, ...] = ()  # detached signatures beside it
    unpriced: tuple[str, ...] | None = None  # lines of a price sheet left empty; None: no table seen
    findings: tuple[Finding, ...] = ()

    @property
    def suffix(self) -> str:
        """The suffix in lower case with its dot, "" without one."""
        dot = self.name.rfind(".")
        return self.name[dot:].lower() if dot > 0 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BidFile:
    """One file of a bid and what its place in the folder and its name say of it."""

    path: str  # inside the folder; "pli.zip/candidature/C1.pdf" inside an archive
    facts: FileFacts
    held: str = ""  # as the disk writes it, once read from one: the file, or the archive it stands in
    code: str = ""  # of the piece; "" when the path bears none
    named: bool = True  # the file's own name bears the code, not only its folder's
    also: tuple[str, ...] = ()  # codes of other pieces its own name bears
    resembles: str = ""  # of the piece a file without code may be
    folder: Folder | None = None
    lots: tuple[str, ...] = ()  # empty: common to every lot
    who: tuple[str, ...] = ()  # operators or people named by the path; empty: the candidate
    technical: bool = False  # the response file, a detached signature, what a system leaves behind


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """One bid: who, for which lots, with which files.

    ``facts`` are the conditions known to hold or not, by ``folded`` text ("redressement
    judiciaire": False); ``facts_of`` those of one operator, which prevail. ``own_folder`` names
    the operators who have a folder of their own, so that what is not in it is not theirs.
    """

    id: str
    bidder: str
    lots: tuple[str, ...]
    operators: tuple[Operator, ...] = ()
    form: GroupForm | None = None
    people: tuple[str, ...] | None = None  # named people; None: not declared
    facts: Mapping[str, bool] = field(default_factory=dict)
    facts_of: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    references: Mapping[str, int] = field(default_factory=dict)  # given in a piece, by its code
    references_of: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # of one operator
    own_folder: frozenset[str] = frozenset()
    declared: bool = False  # a response file says who and what
    files: tuple[BidFile, ...] = ()
    findings: tuple[Finding, ...] = ()  # on the folder, its response file and what was assumed

    @property
    def members(self) -> tuple[Operator, ...]:
        """The single candidate, or the members of the grouping; subcontractors left out."""
        return tuple(operator for operator in self.operators if operator.role != "sous-traitant")

    @property
    def subcontractors(self) -> tuple[Operator, ...]:
        return tuple(operator for operator in self.operators if operator.role == "sous-traitant")
