"""The text of a PDF: columns, ruled tables, words cut at the margin; hostile structures cost one process."""

from __future__ import annotations

import io
import sys
import time
import zlib
from pathlib import Path

import pypdf
import pytest
import typst

from reglo.reading.rc import read_files
from reglo.reading.text import Unreadable
from reglo.reading.text.layout import rows_of
from reglo.reading.text.pdf import read
from reglo.reading.text.runs import Run

_CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"
_PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
_FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</A %d 0 R>>>>"


def lines_of(tmp_path: Path, source: str) -> list[tuple[str, tuple[str, ...]]]:
    path = tmp_path / "rc.pdf"
    path.write_bytes(typst.compile(source.encode()))
    return [(line.text, line.cells) for line in read(path).lines]


def made(tmp_path: Path, *objects: bytes) -> Path:
    """A PDF of these objects, the first being its catalogue."""
    out, places = b"%PDF-1.7\n", []
    for rank, one in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (rank, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n%btrailer<</Size %d/Root 1 0 R>>\n" % (count, table, count)
    path = tmp_path / "piege.pdf"
    path.write_bytes(out + b"startxref\n%d\n%%%%EOF" % out.index(b"xref\n0"))
    return path


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(data), data)


def page(contents: bytes = b"") -> bytes:
    return b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]%b>>" % contents


def test_the_cells_of_a_ruled_table_hold_all_their_lines(tmp_path: Path) -> None:
    table = (
        "#set page(width: 12cm)\n#table(columns: (1cm, 1fr, 2cm), [1], [Méthodologie : procédure pour "
        "exécuter les prestations de nettoyage et d'entretien des locaux occupés], [8 points], "
        "[2], [Déchets], [6 points])"
    )
    first, second = lines_of(tmp_path, table)
    assert first[1][0] == "1"
    assert first[1][1].endswith("des locaux occupés")
    assert first[1][2] == "8 points"
    assert second[1] == ("2", "Déchets", "6 points")


def test_a_table_broken_over_two_pages_gives_all_its_rows(tmp_path: Path) -> None:
    rows = ", ".join(f"[Critère {rank}], [{rank} points]" for rank in range(1, 41))
    lines = lines_of(tmp_path, f"#set page(height: 12cm)\n#table(columns: 2, {rows})")
    assert [cells for _, cells in lines] == [(f"Critère {rank}", f"{rank} points") for rank in range(1, 41)]


def test_columns_without_rules_stay_apart_and_justified_words_together() -> None:
    runs = [Run(50, 700, 90, 710, "Prix"), Run(300, 700, 330, 710, "60 %"), Run(50, 680, 90, 690, "Le")]
    runs.append(Run(96, 680, 140, 690, "prix"))
    assert [(row.text, row.cells) for row in rows_of(runs, [])] == [
        ("Prix | 60 %", ("Prix", "60 %")),
        ("Le prix", ()),
    ]


def test_a_word_cut_at_the_margin_is_whole_and_a_compound_keeps_its_hyphen(tmp_path: Path) -> None:
    words = "la transformation du groupement attributaire de cet accord-cadre est possible " * 12
    setting = '#set page(width: 9cm)\n#set text(lang: "fr", hyphenate: true)\n#set par(justify: true)\n'
    (line,) = lines_of(tmp_path, setting + words)
    assert line[0] == words.strip()


def test_a_page_tree_that_turns_in_circles_ends(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        read(made(tmp_path, _CATALOGUE, b"<</Type/Pages/Kids[2 0 R]/Count 3>>"))


def test_forms_that_call_themselves_or_ten_others_each_end_in_a_message(tmp_path: Path) -> None:
    first = page(b"/Contents 4 0 R/Resources<</XObject<</A 5 0 R>>>>")
    called = [stream(b"/A Do " * 10, _FORM % (rank + 1)) for rank in range(5, 8)]
    turning = stream(b"/A Do", _FORM % 5)
    started = time.monotonic()
    for below in ([turning], [*called, stream(b"")]):
        with pytest.raises(Unreadable, match=r"secondes|scan|abîmée"):
            read(made(tmp_path, _CATALOGUE, _PAGES, first, stream(b"/A Do"), *below))
    assert time.monotonic() - started < 300


def test_a_bomb_of_compressed_blanks_takes_bounded_memory(tmp_path: Path) -> None:
    bomb = zlib.compress(zlib.compress(bytes(64 << 20), 9), 9)
    contents = stream(bomb, b"/Filter[/FlateDecode/FlateDecode]")
    with pytest.raises(Unreadable, match=r"mémoire|scan"):
        read(made(tmp_path, _CATALOGUE, _PAGES, page(b"/Contents 4 0 R"), contents))


def test_a_hundred_thousand_pages_declared_or_nested_arrays_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="100000 pages"):
        read(made(tmp_path, _CATALOGUE, b"<</Type/Pages/Kids[]/Count 100000>>"))
    path = tmp_path / "tableaux.pdf"
    path.write_bytes(b"%PDF-1.7\n1 0 obj\n" + b"[" * 200_000 + b"\nendobj\ntrailer<</Root 1 0 R>>")
    with pytest.raises(Unreadable):
        read(path)


@pytest.mark.parametrize(
    "seed", ["s4", pytest.param("s2", marks=pytest.mark.long), pytest.param("s3", marks=pytest.mark.long)]
)
def test_a_seed_composed_as_a_pdf_with_ruled_tables_reads_as_its_text(seed: str, tmp_path: Path) -> None:
    root = Path(__file__).parent.parent.parent
    sys.path.insert(0, str(root / "benchmarks"))
    try:
        from as_pdf import as_pdf

        import reading as benchmark
    finally:
        sys.path.pop(0)
    source = next((root.parent / "shared" / "seeds").glob(benchmark.SEEDS[seed]), None)
    if source is None:
        pytest.skip("les règlements réels ne sont pas à côté du dépôt (../shared/seeds)")
    composed = pypdf.PdfWriter(clone_from=io.BytesIO(as_pdf(source.read_text(encoding="utf-8"))))
    for declared in ("/StructTreeRoot", "/MarkInfo"):  # what says itself a table is read otherwise
        composed.root_object.pop(declared, None)
    composed.write(tmp_path / "rc.pdf")
    result = benchmark.score(read_files([tmp_path / "rc.pdf"]), benchmark.gold_of(seed))
    assert result.recall >= 0.97, result.missing
    assert result.precision >= 0.98, result.wrong


# --- Tables that no vertical rule draws ---------------------------------------------------------

_CRITERIA = """
  [Critère], [Ce qui est apprécié], [Points],
  [Prix], [Le montant du détail quantitatif estimatif, toutes taxes comprises], [40],
  [Valeur technique], [La méthode, les moyens humains et le phasage que le candidat propose pour tenir
  le chantier en site occupé, d'après son mémoire], [50],
  [Délai], [], [10]
"""
_CELLS = [
    ("Critère", "Ce qui est apprécié", "Points"),
    ("Prix", "Le montant du détail quantitatif estimatif, toutes taxes comprises", "40"),
    (
        "Valeur technique",
        "La méthode, les moyens humains et le phasage que le candidat propose pour tenir le chantier en "
        "site occupé, d'après son mémoire",
        "50",
    ),
    ("Délai", "", "10"),
]
_PROSE = (
    "Le titulaire prend toutes les dispositions utiles pour la protection des ouvrages et la sécurité des "
    "personnes pendant la durée du chantier. "
)


def untagged(tmp_path: Path, source: str) -> list[tuple[str, tuple[str, ...]]]:
    """The lines of a document printed without its structure."""
    printed = pypdf.PdfWriter(
        clone_from=io.BytesIO(typst.compile(f"#set smartquote(enabled: false)\n{source}".encode()))
    )
    for declared in ("/StructTreeRoot", "/MarkInfo"):
        printed.root_object.pop(declared, None)
    printed.write(tmp_path / "rc.pdf")
    return [(line.text, line.cells) for line in read(tmp_path / "rc.pdf").lines]


@pytest.mark.parametrize(
    "drawn",
    ["none", "(x, y) => (bottom: 0.5pt)", "(x, y) => if y == 0 { (bottom: 1pt) }", "(y: 0.4pt)"],
)
def test_a_table_without_vertical_rules_has_its_rows_and_its_cells(drawn: str, tmp_path: Path) -> None:
    setting = f"#set page(width: 15cm)\n#set table(stroke: {drawn})\nLes critères sont les suivants :\n\n"
    lines = untagged(tmp_path, f"{setting}#table(columns: (3cm, 1fr, 2cm), {_CRITERIA})\n\n{_PROSE}")
    assert lines[0] == ("Les critères sont les suivants :", ())
    assert [cells for _, cells in lines[1:5]] == _CELLS
    assert lines[5:] == [(_PROSE.strip(), ())]


def test_numbers_at_the_right_and_titles_at_the_centre_stay_in_their_column(tmp_path: Path) -> None:
    table = (
        "#set page(width: 15cm)\n#set table(stroke: none, align: (x, y) => if y == 0 { center } else "
        "if x == 1 { right } else { left })\n#table(columns: (1fr, 4cm), [Prestation], [Montant], "
        "[Étude des lieux et des réseaux], [12 500,00], [Plans], [900,00])"
    )
    assert [cells for _, cells in untagged(tmp_path, table)] == [
        ("Prestation", "Montant"),
        ("Étude des lieux et des réseaux", "12 500,00"),
        ("Plans", "900,00"),
    ]


def test_two_tables_under_their_names_stay_two(tmp_path: Path) -> None:
    two = "\n\n".join(
        f"{name}\n\n#table(columns: (4cm, 1fr), [Rubrique], [Contenu], [{first}], [oui], [Autre], [non])"
        for name, first in (("Le contrat", "Forme"), ("Les visites", "Lieu"))
    )
    rule = "#set table(stroke: (x, y) => (bottom: 0.5pt))\n"
    assert [text for text, _ in untagged(tmp_path, rule + two)] == [
        *("Le contrat", "Rubrique | Contenu", "Forme | oui", "Autre | non"),
        *("Les visites", "Rubrique | Contenu", "Lieu | oui", "Autre | non"),
    ]


def test_the_titles_repeated_on_a_new_page_are_said_once(tmp_path: Path) -> None:
    rows = ", ".join(f"[Pièce {rank}], [Ce que dit la pièce {rank}]" for rank in range(1, 41))
    source = (
        "#set page(height: 14cm)\n#set table(stroke: (x, y) => (bottom: 0.5pt))\n"
        f"#table(columns: (4cm, 1fr), table.header([Pièce], [Contenu]), {rows})"
    )
    cells = [cells for _, cells in untagged(tmp_path, source)]
    assert cells == [
        ("Pièce", "Contenu"),
        *((f"Pièce {rank}", f"Ce que dit la pièce {rank}") for rank in range(1, 41)),
    ]


def test_two_columns_of_a_page_are_read_one_after_the_other(tmp_path: Path) -> None:
    left, right = "Premier article. " + _PROSE * 4, "Second article. " + _PROSE * 4
    setting = '#set page(columns: 2)\n#set text(lang: "fr", hyphenate: false)\n#set par(justify: true)\n'
    lines = untagged(tmp_path, f"{setting}{left}\n#colbreak()\n{right}")
    assert not any(cells for _, cells in lines)
    assert " ".join(text for text, _ in lines).replace("  ", " ") == f"{left.strip()} {right.strip()}"


def test_justified_text_with_wide_gaps_is_no_table(tmp_path: Path) -> None:
    setting = "#set page(width: 8cm)\n#set text(hyphenate: false)\n#set par(justify: true)\n"
    words = "anticonstitutionnellement le professionnalisation du dédommagement et incompréhensiblement " * 6
    lines = untagged(tmp_path, setting + words)
    assert [cells for _, cells in lines if cells] == []
    assert " ".join(text for text, _ in lines) == words.strip()
