"""Makes the bid folders of the examples: real, small files, so that no binary is kept in the project.

    .venv/bin/python script/make_bid_folders.py stands-de-tir FOLDER
    .venv/bin/python script/make_bid_folders.py commissariat-vaulx FOLDER
    .venv/bin/python script/make_bid_folders.py amo-domaine-de-loos FOLDER

Each folder follows ``docs/bid-folder.md``. Bidders and prices are those of ``examples/<name>/offres.yaml``;
the faults some folders hold are listed beside them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import typst
import xlsxwriter
import yaml
from odfdo import Cell, Document, Header, Paragraph, Row, Table

from reglo.procurement.award import PriceLine
from reglo.procurement.prices.words import to_words
from reglo.procurement.values import parse_number
from reglo.reading.rules import read_rules

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
_HEADINGS = ("N°", "Désignation", "Unité", "Quantité", "Prix unitaire", "Prix unitaire en lettres", "Montant")


@dataclass(frozen=True)
class Bidder:
    """A bidder of an example, as its offers file describes it, and where its files go."""

    example: str
    given: Mapping[str, Any]
    folder: Path

    def put(self, path: str, content: bytes) -> None:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)

    def pdf(self, path: str, title: str, pages: int = 1) -> None:
        body = "\n#pagebreak()\n".join(
            f'= #("{title}")\n#("{self.given["bidder"]}")\n\nPage {page} sur {pages}.'
            for page in range(1, pages + 1)
        )
        head = f'#set document(title: "{title}", date: none)\n#set page(paper: "a4")\n#set text(lang: "fr")\n'
        self.put(path, typst.compile((head + body).encode()))

    def pdfs(self, under: str, titles: Mapping[str, str]) -> None:
        for name, title in titles.items():
            self.pdf(f"{under}/{name} - {title}.pdf", title)

    def odt(self, path: str, title: str) -> None:
        document = Document("text")
        document.body.clear()
        document.body.append(Header(1, title))
        document.body.append(Paragraph(str(self.given["bidder"])))
        self.saved(document, path)

    def saved(self, document: Document, path: str) -> None:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        document.save(place)

    def response(self, lots: list[int], **facts: Any) -> None:
        """``reponse.yaml``: the operators of the offers file, and what holds of them."""
        keys = ("id", "bidder", "form", "operators")
        said = {"reglo_response": 1} | {key: self.given[key] for key in keys if key in self.given}
        text = yaml.safe_dump(said | {"lots": lots} | facts, allow_unicode=True, sort_keys=False)
        self.put("reponse.yaml", text.encode())


def make(name: str, folder: Path) -> list[Path]:
    """Make the bid folders of an example under ``folder``; their paths, none for an example without any."""
    made = []
    for bidder, build in FOLDERS.get(name, {}).items():
        offers = yaml.safe_load((EXAMPLES / name / "offres.yaml").read_text(encoding="utf-8"))
        given = next(bid for bid in offers["bids"] if bid["id"] == bidder)
        build(Bidder(name, given, folder / f"pli-{bidder}"))
        made.append(folder / f"pli-{bidder}")
    return made


# --- Price sheets ------------------------------------------------------------------------------


def price_lines(example: str, lot: str) -> list[PriceLine]:
    """The lines of the price sheet of a lot, as the rules list them."""
    consultation = read_rules(EXAMPLES / example / "rules.yaml").consultation
    assert consultation is not None
    assert consultation.prices is not None
    lines = consultation.prices.sheets[0].lines
    return [line for line in lines if not line.lots or lot in line.lots]


def bpu(
    bidder: Bidder,
    path: str,
    lot: str,
    others: Mapping[str, str],
    name: str = "BPU",
    figures: Mapping[str, str] | None = None,
) -> None:
    """The BPU of a lot as .xlsx, formulas with stored results.

    ``others``: prices not in the offers file; ``figures``: wrong ones, beside the right words.
    """
    prices = {**others, **bidder.given["lots"][lot].get("unit_prices", {})}
    place = bidder.folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(place) as workbook:
        sheet = workbook.add_worksheet(name)
        sheet.write_row(0, 0, _HEADINGS)
        for row, line in enumerate(price_lines(bidder.example, lot), 1):
            price = parse_number(prices[line.ref])
            sheet.write_row(row, 0, (line.ref, line.name, line.unit))
            if line.quantity is not None:
                sheet.write_number(row, 3, float(line.quantity))
                sheet.write_formula(row, 6, f"=D{row + 1}*E{row + 1}", None, float(line.quantity * price))
            sheet.write_number(row, 4, float(parse_number((figures or {}).get(line.ref) or prices[line.ref])))
            sheet.write_string(row, 5, to_words(price))


def dpgf(
    bidder: Bidder,
    path: str,
    amounts: Mapping[str, int],
    percents: tuple[int, ...],
    empty: str = "",
    total: int = 0,
) -> None:
    """The DPGF as .ods, a column per member who has his percentage of each element of mission.

    ``empty``: the element whose first cell is left empty; ``total``: a sum carried over wrongly.
    """
    members = [each["name"] for each in bidder.given["operators"] if each.get("role") != "sous-traitant"]
    rows: list[list[Any]] = [["N°", "Désignation", *(f"Montant {name}" for name in members), "Montant total"]]
    for line in price_lines(bidder.example, "1"):
        parts: list[Any] = [amounts[line.ref] * percent // 100 for percent in percents]
        rows.append([line.ref, line.name, *parts, amounts[line.ref]])
        if line.ref == empty:
            rows[-1][2] = None
    whole = sum(amounts.values())
    rows.append(["", "Total", *(whole * percent // 100 for percent in percents), total or whole])
    document = Document("spreadsheet")
    document.body.clear()
    table = Table("DPGF")
    for cells in rows:
        row = Row()
        for value in cells:
            row.append_cell(Cell() if value is None else Cell(value))
        table.append_row(row)
    document.body.append(table)
    bidder.saved(document, path)


_NO = {"redressement judiciaire": "non", "sous-traitance": "non"}


# --- S3, lot 1 ---------------------------------------------------------------------------------

_NO_S3 = _NO | {"absence de qualification": "non"}
_CANDIDACY_S3 = {
    "C1": "Pouvoirs",
    "C3": "Assurance des risques professionnels",
    "C5": "DC2",
    "C6": "Effectifs",
    "C7": "Tableau des qualifications",
    "C8": "Moyens techniques",
}


def orvanche(bidder: Bidder) -> None:
    """Complete: no C2, for there is no receivership; memoir of ten pages, annexes in the same folder."""
    bidder.response([1], people=["Inès Varade"], facts=_NO_S3 | {"visite effectuée": "oui"})
    bidder.pdfs("candidature", _CANDIDACY_S3 | {"C4": "DC1"})
    bidder.pdf("offre/lot 1/O1 - Acte d'engagement.pdf", "Acte d'engagement")
    bpu(
        bidder,
        "offre/lot 1/O2 - BPU.xlsx",
        "1",
        {"ENT-01": "575", "ENT-02": "750", "CON-01": "50", "VIS-01": "1 000", "VIS-02": "3 000"},
    )
    bidder.pdf("offre/lot 1/O2 - BPU.pdf", "Bordereau des prix unitaires")
    bidder.pdf(
        "offre/lot 1/O3-1 - Mémoire technique/O3-1 - Mémoire technique.pdf", "Mémoire technique", pages=10
    )
    bidder.pdf("offre/lot 1/O3-1 - Mémoire technique/CV du chef de chantier.pdf", "CV du chef de chantier")
    bidder.pdf("offre/lot 1/O3-1 - Mémoire technique/Fiches techniques.pdf", "Fiches techniques", pages=3)
    bidder.pdf(
        "offre/lot 1/O4 - Engagements/O4 - Engagement de l'entreprise.pdf", "Engagement de l'entreprise"
    )
    bidder.pdf(
        "offre/lot 1/O4 - Engagements/O4 - Engagement individuel Inès Varade.pdf", "Engagement individuel"
    )
    bidder.pdf("offre/lot 1/O5 - Attestation de visite.pdf", "Attestation de visite")


def tirelune(bidder: Bidder) -> None:
    """Faults: twelve pages, BPU without its PDF, its figures unlike its words, C5 twice, C6 without code."""
    bidder.response([1], facts=_NO_S3 | {"visite effectuée": "non"})
    bidder.pdfs("candidature", {code: title for code, title in _CANDIDACY_S3.items() if code != "C6"})
    bidder.pdf("candidature/C4 - DC1.pdf", "DC1")
    bidder.pdf("candidature/C5 - DC2 ancien.pdf", "DC2 de l'an passé")
    bidder.pdf("candidature/Effectifs.pdf", "Déclaration d'effectifs")
    bidder.pdf("offre/lot 1/O1 - Acte d'engagement.pdf", "Acte d'engagement")
    bpu(
        bidder,
        "offre/lot 1/O2 - BPU.xlsx",
        "1",
        {"ENT-01": "605", "ENT-02": "780", "CON-01": "56,50", "VIS-01": "1 040", "VIS-02": "3 450"},
        figures={"MUR-02": "29,00"},
    )
    bidder.pdf("offre/lot 1/O3-1 - Mémoire technique.pdf", "Mémoire technique", pages=12)
    bidder.put("offre/lot 1/calcul.exe", b"MZ\x90\x00" + bytes(60))


def cendrelle(bidder: Bidder) -> None:
    """A grouping, a folder per member; the second is in receivership (C2 given) and forgot C8."""
    first, second = (each["name"] for each in bidder.given["operators"])
    operators = [
        bidder.given["operators"][0],
        bidder.given["operators"][1] | {"facts": {"redressement judiciaire": "oui"}},
    ]
    bidder.response([1], operators=operators, facts=_NO_S3 | {"visite effectuée": "non"})
    bidder.pdf("candidature/C4 - DC1.pdf", "DC1")
    bidder.pdfs(f"candidature/membres/{first}", _CANDIDACY_S3)
    given = {code: title for code, title in _CANDIDACY_S3.items() if code != "C8"}
    bidder.pdfs(f"candidature/membres/{second}", given | {"C2": "Jugement de redressement"})
    bidder.pdf("offre/lot 1/O1 - Acte d'engagement.pdf", "Acte d'engagement")
    bpu(
        bidder,
        "offre/lot 1/O2 - BPU.xlsx",
        "1",
        {"ENT-01": "620", "ENT-02": "875", "CON-01": "55", "VIS-01": "1 100", "VIS-02": "3 800"},
    )
    bidder.pdf("offre/lot 1/O2 - BPU.pdf", "Bordereau des prix unitaires")
    bidder.pdf("offre/lot 1/O3-1 - Mémoire technique.pdf", "Mémoire technique", pages=9)


# --- S4 ----------------------------------------------------------------------------------------

_CANDIDACY_S4 = {
    "C2": "Pouvoirs",
    "C4": "DC2",
    "C6": "Assurance",
    "C8": "Références",
    "C9": "Effectifs",
}
_COMMON_S4 = {
    "C1": "DC1",
    "C5": "Chiffres d'affaires",
    "C7": "Économiste de la construction",
    "C11": "Délais AE2",
}


def _offer_s4(bidder: Bidder, people: list[str], memoir: int, visit: bool = True) -> None:
    bidder.pdf("offre/O1 - Acte d'engagement.pdf", "Acte d'engagement")
    bidder.odt("offre/O2 - Personnes désignées/O2 - AE1.odt", "Personnes nommément désignées")
    bidder.pdf("offre/O3 - DPGF.pdf", "Décomposition du prix")
    bidder.pdf("offre/O4 - Mémoire technique/O4 - Mémoire technique.pdf", "Mémoire technique", pages=memoir)
    for person in people:
        bidder.pdf(f"offre/O2 - Personnes désignées/Engagement {person}.pdf", f"Engagement de {person}")
        bidder.pdf(f"offre/O4 - Mémoire technique/CV {person}.pdf", f"CV de {person}", pages=2)
        bidder.pdf(f"offre/O4 - Mémoire technique/Habilitation {person}.pdf", f"Habilitation de {person}")
    if visit:
        bidder.pdf("offre/O5 - Attestation de visite.pdf", "Attestation de visite")


def _confidentiality(bidder: Bidder, under: str, people: list[str]) -> None:
    bidder.pdf(
        f"{under}/C10 - Engagements/C10 - Engagement de l'entreprise.pdf", "Engagement de l'entreprise"
    )
    for person in people:
        bidder.pdf(f"{under}/C10 - Engagements/C10 - Engagement {person}.pdf", f"Engagement de {person}")


def sorbier(bidder: Bidder) -> None:
    """Complete, alone; a memoir of fourteen pages."""
    people = ["Maud Serrano", "Ulysse Fabrègue"]
    bidder.response([1], people=people, facts=_NO)
    bidder.pdfs("candidature", _CANDIDACY_S4 | _COMMON_S4)
    _confidentiality(bidder, "candidature", people)
    _offer_s4(bidder, people, memoir=14)
    amounts = {"DIA": 7000, "AVP": 8500, "PRO": 11500, "ACT": 5000, "VISA": 7500, "DET": 27000, "OPC": 8500}
    dpgf(bidder, "offre/O3 - DPGF.ods", amounts | {"AOR": 5000}, (100,))


def cordelle(bidder: Bidder) -> None:
    """A complete grouping; its economist is also a member of vaneau's."""
    people = ["Louise Cordellat", "Badis Merzoug"]
    bidder.response([1], people=people, facts=_NO)
    bidder.pdfs("candidature", _COMMON_S4)
    for operator in bidder.given["operators"]:
        under = f"candidature/membres/{operator['name']}"
        bidder.pdfs(under, _CANDIDACY_S4)
        _confidentiality(bidder, under, people)
    _offer_s4(bidder, people, memoir=15)
    amounts = {"DIA": 8500, "AVP": 11000, "PRO": 15000, "ACT": 7000, "VISA": 9000, "DET": 33000, "OPC": 10500}
    dpgf(bidder, "offre/O3 - DPGF.ods", amounts | {"AOR": 6000}, (50, 20, 30))


def vaneau(bidder: Bidder) -> None:
    """Faults: memoir of 23 pages, empty cell and wrong sum in the DPGF, Word file, no visit certificate."""
    people = ["Gaspard Vaneaud", "Nour Lakhdar"]
    bidder.response([1], people=people, facts=_NO)
    bidder.pdfs("candidature", {code: title for code, title in _COMMON_S4.items() if code != "C5"})
    bidder.put("candidature/C5 - Chiffres d'affaires.docx", _word("Chiffres d'affaires"))
    for operator in bidder.given["operators"]:
        under = f"candidature/membres/{operator['name']}"
        bidder.pdfs(under, _CANDIDACY_S4)
        _confidentiality(bidder, under, people)
    _offer_s4(bidder, people, memoir=23, visit=False)
    amounts = {"DIA": 8000, "AVP": 10000, "PRO": 14000, "ACT": 6000, "VISA": 9000, "DET": 32000, "OPC": 10000}
    dpgf(bidder, "offre/O3 - DPGF.ods", amounts | {"AOR": 6000}, (40, 30, 30), empty="OPC", total=94000)


# --- S2 ----------------------------------------------------------------------------------------

_CANDIDACY_S2 = {
    "C1": "Déclaration sur l'honneur",
    "C3": "Emploi des travailleurs handicapés",
    "C4": "Numéro SIREN",
    "C5": "Chiffres d'affaires",
    "C6": "Assurance",
    "C8": "Titres d'études",
}
_FACTS_S2 = {"entreprise étrangère": "non", "entreprise française": "oui"}
_LOOS = "amo-domaine-de-loos"


def _candidacy_s2(bidder: Bidder, people: list[str]) -> None:
    bidder.response([1], people=people, facts=_FACTS_S2)
    bidder.pdfs("candidature", {"C2": "Lettre de candidature"})
    for operator, person in zip(bidder.given["operators"], people, strict=True):
        under = f"candidature/membres/{operator['name']}"
        bidder.pdfs(under, _CANDIDACY_S2)
        bidder.pdfs(f"{under}/C7 - Références", {"C7": "Services des trois dernières années"})
        bidder.pdf(f"{under}/C7 - Références/Attestations des destinataires.pdf", "Attestations")
        bidder.pdfs(f"{under}/C10 - Équipe", {"C10": "Noms et qualifications"})
        bidder.pdf(f"{under}/C10 - Équipe/CV {person}.pdf", f"CV de {person}", pages=2)


def _offer_s2(bidder: Bidder, people: list[str], chapters: tuple[int, ...]) -> None:
    bidder.pdf("offre/O1 - Engagement/O1 - Acte d'engagement.pdf", "Acte d'engagement", pages=6)
    bidder.pdf("offre/O1 - Engagement/AE-1 - Répartition des honoraires.pdf", "Répartition des honoraires")
    bidder.pdf("offre/O1 - Engagement/AE-2 - Bordereau de prix unitaires.pdf", "Bordereau de prix unitaires")
    bidder.pdf("offre/O2 - Engagement de confidentialité.pdf", "Engagement de confidentialité")
    inputs = bidder.given["lots"]["1"]["inputs"]
    amounts = {line.ref: inputs[line.feeds] for line in price_lines(_LOOS, "1")}
    bpu(bidder, "offre/O3 - DPGF.xlsx", "1", amounts, name="DPGF")
    for number, pages in enumerate(chapters, 1):
        bidder.pdf(f"offre/O4 - Mémoire/Chapitre {number}.pdf", f"Mémoire, chapitre {number}", pages)
    for person in people:
        bidder.pdf(f"offre/O4 - Mémoire/CV {person}.pdf", f"CV de {person}", pages=2)


def archipel(bidder: Bidder) -> None:
    """A complete grouping of three; chapters of fourteen and nine pages."""
    people = ["Solène Quéméneur", "Karim Delattre", "Ysaline Bracq"]
    _candidacy_s2(bidder, people)
    _offer_s2(bidder, people, (14, 9))


def flandre(bidder: Bidder) -> None:
    """Faults: no insurance of its second member, who is also in gayant; chapter 1 of eighteen pages."""
    people = ["Odile Wambergue", "Théau Lestienne"]
    _candidacy_s2(bidder, people)
    second = bidder.given["operators"][1]["name"]
    (bidder.folder / f"candidature/membres/{second}/C6 - Assurance.pdf").unlink()
    bidder.pdf("offre/O1 - Acte d'engagement.pdf", "Acte d'engagement", pages=6)
    bidder.pdf("offre/O4 - Mémoire/Chapitre 1.pdf", "Mémoire, chapitre 1", pages=18)


def gayant(bidder: Bidder) -> None:
    """A candidacy alone; its second member is also in flandre: both are concerned (RC 4.2)."""
    _candidacy_s2(bidder, ["Firmin Ledoux", "Maud Hennion"])


def _word(title: str) -> bytes:
    document = docx.Document()
    document.add_heading(title, 1)
    content = BytesIO()
    document.save(content)
    return content.getvalue()


# --- The command -------------------------------------------------------------------------------

FOLDERS: dict[str, dict[str, Callable[[Bidder], None]]] = {
    "stands-de-tir": {"orvanche": orvanche, "tirelune": tirelune, "cendrelle": cendrelle},
    "amo-domaine-de-loos": {"archipel": archipel, "flandre": flandre, "gayant": gayant},
    "commissariat-vaulx": {"sorbier": sorbier, "cordelle": cordelle, "vaneau": vaneau},
}


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or arguments[0] not in FOLDERS:
        print(f"Usage : make_bid_folders.py {'|'.join(FOLDERS)} DOSSIER", file=sys.stderr)
        return 2
    for folder in make(arguments[0], Path(arguments[1])):
        print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
