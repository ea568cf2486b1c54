"""Reading an RC or a notice: our own invented documents, in several styles and formats."""

# ruff: noqa: E501  (sentences of the documents under test)

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from reglo.procurement.findings import Refused
from reglo.procurement.rules_file import load
from reglo.reading.rc import Read, read_files
from reglo.reading.rc.assembly import _loadable
from reglo.reading.rc.draft import Draft

VECTORS = Path(__file__).parent.parent / "vectors" / "reading"
SEEDS = Path(__file__).parent.parent.parent.parent / "shared" / "seeds"
FLOOR = 0.95


def read(name: str) -> Read:
    return read_files([VECTORS / name])


def weights(given: Read) -> list[tuple[str, Decimal | None, str]]:
    return [(each.name, each.weight, each.method.value) for each in given.consultation.award.criteria]


@pytest.mark.parametrize(
    "path", sorted(VECTORS.glob("*.md")) + sorted(VECTORS.glob("*.json")), ids=lambda path: path.stem
)
def test_every_reading_is_a_rules_file_that_loads(path: Path) -> None:
    given = read_files([path])
    assert load(given.text).consultation == given.consultation


def test_a_value_shows_the_words_the_line_the_rule_and_the_confidence() -> None:
    given = read("travaux-ouvert.md")
    found = next(each for each in given.values if each.path == "calendar.submission_deadline")
    assert found.value == "2026-06-12 16:30 Europe/Paris"
    assert "vendredi 12 juin 2026" in found.quote.words
    assert found.quote.line == 11
    assert found.rule == "DATE-01"
    assert 0 < found.confidence <= 1
    assert "l. 11, DATE-01" in given.text


def test_a_works_tender_with_lots_sub_criteria_and_a_linear_formula() -> None:
    rules = read("travaux-ouvert.md").consultation
    assert [lot.name for lot in rules.lots] == ["Gros œuvre", "Charpente bois", "Électricité"]
    assert rules.allotment is not None
    assert rules.allotment.max_lots_bid == 2
    assert rules.procedure.variants_allowed
    price, value, green = rules.award.criteria
    assert (price.weight, price.method) == (55, "linear")
    assert [(each.weight, each.method) for each in value.criteria] == [(20, "scale"), (15, "scale")]
    assert green.environmental
    terms = {term.about.value: str(term.period) for term in rules.calendar.terms}
    assert terms == {"questions": "10 jours", "answers": "6 jours"}


def test_a_small_supplies_contract_with_coefficients_and_marks_on_ten() -> None:
    given = read("fournitures-mapa.md")
    rules = given.consultation
    assert [(name, weight) for name, weight, _ in weights(given)] == [
        ("Prix", 60),
        ("Qualité du mobilier", 30),
        ("Délai de livraison", 10),
    ]
    assert rules.award.criteria[0].method == "inverse"
    assert rules.award.criteria[1].method == "scale"
    assert rules.award.criteria[2].method == "formula", (
        "no way of marking is given for the time: the mark is by hand"
    )
    assert rules.contract is not None
    assert rules.contract.framework is not None
    assert str(rules.contract.framework.maximum) == "90 000,00 EUR HT"
    assert rules.contract.renewal is not None
    assert (rules.contract.renewal.count, rules.contract.renewal.tacit) == (3, True)
    assert "notation" in {point.id for point in rules.open_points}


def test_hospital_services_with_a_quadratic_formula_and_shares() -> None:
    rules = read("services-hopital.md").consultation
    price, value = rules.award.criteria
    assert price.formula == "N * (lowest(prix_offre) / prix_offre) ^ 2"
    assert [str(each.share) for each in value.criteria] == ["50 %", "30 %", "20 %"]
    visit = rules.calendar.visits[0]
    assert (visit.compulsory, str(visit.at), visit.if_missed) == (
        True,
        "2026-04-14 09:30 Europe/Paris",
        "eliminated",
    )


def test_a_restricted_procedure_has_a_deadline_for_candidacies_only() -> None:
    rules = read("restreint.md").consultation
    assert rules.procedure.type == "restricted"
    assert str(rules.calendar.candidacy_deadline) == "2026-03-20 17:00 Europe/Paris"
    assert rules.calendar.submission_deadline is None
    assert rules.award.criteria[0].method == "min_max"


def test_a_boamp_record_of_the_mapa_shape() -> None:
    given = read("avis-mapa.json")
    rules = given.consultation
    assert (rules.buyer.name, rules.nature, rules.procedure.type) == (
        "Commune de Sablonville",
        "services",
        "adapted",
    )
    assert str(rules.calendar.submission_deadline) == "2026-05-11 12:00 Europe/Paris"
    assert [(name, weight) for name, weight, _ in weights(given)] == [("Prix", 60), ("Valeur technique", 40)]


def test_what_is_missing_is_marked_and_never_invented() -> None:
    rules = read("avis-mapa.json").consultation
    assert rules.reference == "A-COMPLETER"
    assert {"reference", "notation"} <= {point.id for point in rules.open_points}


# --- Clashes ----------------------------------------------------------------------------------


def changed(tmp_path: Path, name: str, old: str, new: str) -> Path:
    text = (VECTORS / name).read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / f"autre-{name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_two_deadlines_in_one_document_give_no_value_and_a_point_citing_both(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        "travaux-ouvert.md",
        "Les plis parvenus après",
        "La date limite de réception des offres est fixée au 19 juin 2026 à 12h00.\n\nLes plis parvenus après",
    )
    rules = read_files([path]).consultation
    assert rules.calendar.submission_deadline is None
    point = next(each for each in rules.open_points if each.id == "calendar-submission-deadline")
    assert len(point.sources) == 2
    assert {choice.set["calendar.submission_deadline"] for choice in point.choices} == {
        "2026-06-12 16:30 Europe/Paris",
        "2026-06-19 12:00 Europe/Paris",
    }


def test_a_second_document_that_differs_leaves_a_point_and_one_that_agrees_adds_nothing(
    tmp_path: Path,
) -> None:
    other = changed(tmp_path, "travaux-ouvert.md", "12 juin 2026 à 16 h 30", "15 juin 2026 à 16 h 30")
    both = read_files([VECTORS / "travaux-ouvert.md", other]).consultation
    assert both.calendar.submission_deadline is None
    same = read_files(
        [
            VECTORS / "travaux-ouvert.md",
            changed(
                tmp_path,
                "travaux-ouvert.md",
                "Commune de Valmorin\n\nMarché",
                "Commune de Valmorin\n\nUn marché",
            ),
        ]
    )
    assert str(same.consultation.calendar.submission_deadline) == "2026-06-12 16:30 Europe/Paris"


def test_weights_that_do_not_add_up_are_not_given(tmp_path: Path) -> None:
    path = changed(
        tmp_path, "travaux-ouvert.md", "Prix des travaux : 55 points", "Prix des travaux : 50 points"
    )
    rules = read_files([path]).consultation
    assert rules.award.criteria[0].name == "À COMPLÉTER"
    assert "criteres" in {point.id for point in rules.open_points}


def test_a_coefficient_not_understood_gives_no_share_to_the_others(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        "fournitures-mapa.md",
        "3) Délai de livraison (coefficient 1)",
        "et pour le reste, avec un coefficient 1, divers",
    )
    assert read_files([path]).consultation.award.criteria[0].name == "À COMPLÉTER"


# --- Formats ----------------------------------------------------------------------------------


def test_word_open_document_and_pdf_say_the_same_as_the_text(tmp_path: Path) -> None:
    import docx
    import odfdo
    import typst

    text = (VECTORS / "services-hopital.md").read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if line.strip()]
    word = docx.Document()
    for line in lines:
        word.add_paragraph(line)
    word.save(str(tmp_path / "rc.docx"))
    open_text = odfdo.Document("text")
    open_text.body.clear()
    for line in lines:
        open_text.body.append(odfdo.Paragraph(line))
    open_text.save(str(tmp_path / "rc.odt"))
    escaped = "\n\n".join(
        "".join(f"\\{sign}" if sign in "#*_$@<>=-[]\\/`~'\"" else sign for sign in line) for line in lines
    )
    (tmp_path / "rc.pdf").write_bytes(typst.compile(escaped.encode()))
    expected = read_files([VECTORS / "services-hopital.md"]).consultation
    for name in ("rc.docx", "rc.odt", "rc.pdf"):
        given = read_files([tmp_path / name]).consultation
        assert given.calendar.submission_deadline == expected.calendar.submission_deadline, name
        assert [each.weight for each in given.award.criteria] == [
            each.weight for each in expected.award.criteria
        ], name
        assert given.reference == expected.reference, name
    pages = {found.quote.page for found in read_files([tmp_path / "rc.pdf"]).values}
    assert pages <= {1, 2, 3}


def test_a_table_of_criteria_in_word_keeps_its_weights(tmp_path: Path) -> None:
    import docx

    word = docx.Document()
    for line in (
        "Règlement de la consultation",
        "Acheteur : Ville de Bellerive",
        "1. Objet",
        "La consultation a pour objet l'entretien des stades.",
        "2. Critères de jugement des offres",
        "Les candidatures et les offres sont jugées selon le code de la commande publique. Date limite de remise des plis : 5 mai 2026 à 11h00",
    ):
        word.add_paragraph(line)
    table = word.add_table(rows=4, cols=2)
    for row, (name, weight) in enumerate(
        (("Critères", "Pondération"), ("Prix", "45 %"), ("Valeur technique", "40 %"), ("Délais", "15 %"))
    ):
        table.cell(row, 0).text, table.cell(row, 1).text = name, weight
    word.save(str(tmp_path / "rc.docx"))
    assert [(name, weight) for name, weight, _ in weights(read_files([tmp_path / "rc.docx"]))] == [
        ("Prix", 45),
        ("Valeur technique", 40),
        ("Délais", 15),
    ]


# --- Bad input --------------------------------------------------------------------------------


def refusal(path: Path) -> str:
    with pytest.raises(Refused) as refused:
        read_files([path])
    return str(refused.value)


def put(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def test_an_empty_file_a_novel_and_a_cctp_are_refused_in_words(tmp_path: Path) -> None:
    assert "vide" in refusal(put(tmp_path, "vide.pdf", b""))
    novel = "Longtemps la rivière avait coulé sans que personne ne la regarde. " * 200
    assert "ne ressemble pas" in refusal(put(tmp_path, "roman.txt", novel.encode()))
    cctp = "CAHIER DES CLAUSES TECHNIQUES PARTICULIÈRES\n\n1. Objet\n\nLes offres, candidatures, critères, plis et points de la consultation.\n"
    assert "CCTP" in refusal(put(tmp_path, "cctp.txt", cctp.encode()))


def test_two_rcs_in_one_file_are_refused_with_the_line_of_the_second(tmp_path: Path) -> None:
    one = (VECTORS / "travaux-ouvert.md").read_text(encoding="utf-8")
    message = refusal(put(tmp_path, "deux.md", f"{one}\n\n{one}".encode()))
    assert "deux règlements" in message


def test_a_scan_a_truncated_and_an_encrypted_pdf_are_told_apart(tmp_path: Path) -> None:
    import pypdf

    blank = pypdf.PdfWriter()
    blank.add_blank_page(595, 842)
    blank.write(tmp_path / "scan.pdf")
    assert "scan, pas de texte" in refusal(tmp_path / "scan.pdf")
    blank.encrypt("secret")
    blank.write(tmp_path / "chiffre.pdf")
    assert "mot de passe" in refusal(tmp_path / "chiffre.pdf")
    assert "abîmée" in refusal(put(tmp_path, "coupe.pdf", (tmp_path / "scan.pdf").read_bytes()[:200]))


def test_a_pdf_of_too_many_pages_is_refused_before_it_is_read(tmp_path: Path) -> None:
    import pypdf

    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(595, 842)
    kids = writer.root_object["/Pages"].get_object()["/Kids"]
    for _ in range(100_000):
        kids.append(page.indirect_reference)
    writer.root_object["/Pages"].get_object()[pypdf.generic.NameObject("/Count")] = (
        pypdf.generic.NumberObject(100_001)
    )
    writer.write(tmp_path / "long.pdf")
    assert "pages" in refusal(tmp_path / "long.pdf")


def test_a_huge_sparse_file_costs_nothing(tmp_path: Path) -> None:
    for name, head in (
        ("gros.txt", b"R\xc3\xa8glement de la consultation\n"),
        ("gros.pdf", b"%PDF-1.7\n"),
        ("gros.json", b'{"idweb": 1'),
    ):
        path = put(tmp_path, name, head)
        with path.open("r+b") as stream:
            stream.truncate(500 << 20)
        assert "LIRE-01" in refusal(path)


def test_xml_with_entities_and_json_of_something_else_are_refused(tmp_path: Path) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><ContractNotice>&c;</ContractNotice>'
    assert "entités" in refusal(put(tmp_path, "avis.xml", bomb))
    assert "n'est pas un avis" in refusal(put(tmp_path, "autre.xml", b"<?xml version='1.0'?><a/>"))
    assert "BOAMP" in refusal(put(tmp_path, "autre.json", b'{"a": 1}'))
    assert "bien formé" in refusal(put(tmp_path, "coupe.json", b'{"idweb": "26-1", "donn'))
    assert "bien formé" in refusal(put(tmp_path, "profond.json", b"[" * 100_000))


def test_mixed_encodings_are_read_line_by_line(tmp_path: Path) -> None:
    text = (VECTORS / "travaux-ouvert.md").read_text(encoding="utf-8").split("\n")
    data = b"\n".join(
        line.encode("cp1252" if rank % 3 == 0 else "utf-8", "replace") for rank, line in enumerate(text)
    )
    rules = read_files([put(tmp_path, "melange.md", data)]).consultation
    assert rules.buyer.name == "Commune de Valmorin"
    assert str(rules.calendar.submission_deadline) == "2026-06-12 16:30 Europe/Paris"


def test_the_command_writes_all_or_nothing_and_never_over_its_source(tmp_path: Path) -> None:
    out = tmp_path / "regles.yaml"
    page = tmp_path / "page.html"

    script = [
        sys.executable,
        "-c",
        "import sys; from reglo.cli import main; sys.argv[0] = 'reglo'; main()",
        "read",
    ]

    done = subprocess.run(
        [*script, str(VECTORS / "travaux-ouvert.md"), "-o", str(out), "--review", str(page)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert load(out.read_text(encoding="utf-8")).consultation is not None
    html = page.read_text(encoding="utf-8")
    assert "<script" not in html
    assert 'href="#v0"' in html
    before = out.read_bytes()
    refused = subprocess.run(
        [*script, str(put(tmp_path, "vide.txt", b"")), "-o", str(out)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (refused.returncode, out.read_bytes()) == (2, before)
    assert "Traceback" not in refused.stderr


# --- The seeds --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", ["s0", "s2", "s3", "s4"])
def test_the_reader_keeps_its_recall_and_precision_on_the_seeds(seed: str) -> None:
    if not SEEDS.is_dir():
        pytest.skip("les règlements réels ne sont pas à côté du dépôt (../shared/seeds)")
    sys.path.insert(0, str(Path(__file__).parent.parent.parent / "benchmarks"))
    try:
        import reading as benchmark
    finally:
        sys.path.pop(0)
    path = next(SEEDS.glob(benchmark.SEEDS[seed]))
    result = benchmark.score(read_files([path]), benchmark.gold_of(seed))
    assert result.recall >= FLOOR, result.missing
    assert result.precision >= 0.98, result.wrong


def test_the_json_form_names_every_value_with_its_place() -> None:
    given = json.loads(json.dumps(read("services-hopital.md").as_dict()))
    assert {"path", "value", "file", "page", "line", "article", "words", "confidence", "rule"} == set(
        given["values"][0]
    )


def test_an_element_that_lacks_what_it_needs_is_left_out_and_its_neighbours_stay() -> None:
    draft = Draft()
    rules = (Path(__file__).resolve().parents[2] / "examples" / "stands-de-tir" / "rules.yaml").read_text(
        encoding="utf-8"
    )
    data = yaml.safe_load(rules)
    data["lots"].insert(3, {"duration": "1 an"})
    consultation, loaded = _loadable(data, draft)
    whole = load(rules).consultation
    assert whole is not None
    assert consultation.lots == whole.lots
    assert len(draft.doubts) == 1  # said once, not key by key
    assert not [fault for fault in loaded.faults if fault.weight.value == "blocking"]
    assert "« name »" in draft.doubts[0].question or "« id »" in draft.doubts[0].question
