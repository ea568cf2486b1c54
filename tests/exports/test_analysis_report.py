"""The analysis report: what it says of a judgement, and what it refuses to invent."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import docx
import odfdo
import pytest
from pypdf import PdfReader
from tests.examples.support import EXAMPLES, rules_of
from tests.procurement.cast import bid, consultation, shares
from tests.procurement.judging.test_lots_judged_apart import BIDS, RULES

from reglo.exports.analysis_report import analysis_report
from reglo.exports.documents import (
    Callout,
    Document,
    Figure,
    Formula,
    Heading,
    Paragraph,
    SignatureBlock,
    Table,
    plain,
    to_docx,
    to_odt,
    to_pdf,
)
from reglo.exports.wording import every, mark
from reglo.procurement.award import Award, AwardCriterion, Input, Method
from reglo.procurement.bid import Assessment, Standing
from reglo.procurement.consultation import Allotment, BuyerKind, Calendar, Negotiation, ProcedureType
from reglo.procurement.judging.judgement import Judgement
from reglo.procurement.judging.offers import UnknownLot
from reglo.procurement.judging.scoring import judge
from reglo.procurement.pieces.exclusivity import ranked_together
from reglo.procurement.rules_file import load
from reglo.procurement.values import Instant
from reglo.reading.offers import read_offers

DAY = date(2026, 3, 2)
EVERY = ("stands-de-tir", "amo-domaine-de-loos", "centre-operations-securite", "commissariat-vaulx")


def judged(example, offers="offres.yaml"):
    rules = rules_of(example)
    bids = read_offers(EXAMPLES / example / offers, rules.consultation).bids
    return rules.consultation, judge(rules.consultation, bids, digest=rules.digest)


def two_criteria(*bids, **more):
    award = Award(
        criteria=(
            AwardCriterion(id="prix", name="Prix", weight=60, method=Method.INVERSE, of="p", source="RC 7"),
            AwardCriterion(
                id="t", name="Technique", weight=40, method=Method.SCALE, scale="g", source="RC 8"
            ),
        ),
        inputs=(Input(id="p", name="Prix global"),),
        scales=(shares("g", 100, 50, 0),),
        price_figure="p",
    )
    rules = consultation(award, **more)
    return rules, judge(rules, bids)


def offer(name, price="100", level="100 %", **more):
    given = {"t": Assessment(level=level, reason=more.pop("reason", "Motif"), page="p. 3")}
    return bid(name, inputs={"p": price}, assessments=given, **more)


def headings(document: Document) -> list[str]:
    return [block.text for block in document.body if isinstance(block, Heading) and block.level == 1]


def section(document: Document, number: str) -> str:
    """The text of a first-level section, tables included."""
    parts, inside = [], False
    for block in document.body:
        if isinstance(block, Heading) and block.level == 1:
            inside = block.text.startswith(number)
        if not inside:
            continue
        if isinstance(block, Paragraph):
            parts.append(plain(block.content))
        elif isinstance(block, Callout):
            parts += [block.title, *map(plain, block.content)]
        elif isinstance(block, Table):
            parts += [" | ".join(map(plain, row)) for row in block.rows]
        elif isinstance(block, Formula):
            parts.append(block.text)
        elif hasattr(block, "items"):
            parts += map(plain, block.items)
    return "\n".join(parts)


def text_of(pdf: bytes, pages: int | None = None) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages[:pages])
    return re.sub(r"[\s\u00a0\u202f]+", " ", text.replace("\u200b", ""))


def test_a_proposal_of_more_lots_than_one_bidder_may_win_says_so_where_it_proposes():
    rules, judgement = two_criteria(offer("a"), allotment=Allotment(divided=True, max_lots_awarded=0))
    proposal = section(analysis_report(rules, judgement, DAY), "11.")
    assert "« a » est proposé pour 1 lots (1), alors qu'un même candidat en obtient 0 au plus." in proposal


def test_the_eleven_headings_then_the_annexes():
    document = analysis_report(*judged("stands-de-tir"), DAY)
    assert [text.partition(" ")[0] for text in headings(document)] == [
        *(f"{number}." for number in range(1, 12)),
        "Annexe",
        "Annexe",
        "Annexe",
    ]
    assert isinstance(document.body[-1], Paragraph)
    assert any(isinstance(block, SignatureBlock) for block in document.body)


@pytest.mark.parametrize("example", EVERY)
def test_every_mark_of_every_bid_is_in_the_report_with_its_calculation(example):
    rules, judgement = judged(example)
    document = analysis_report(rules, judgement, DAY)
    matrix, details = section(document, "Annexe A"), section(document, "Annexe B")
    ranking = section(document, "10.")
    for result in judgement.lots:
        for one in result.ranked:
            assert f"{one.rank} | {one.bid.bidder}" in ranking
            for _, score in every(one.total.parts):
                assert mark(score.value) in matrix
                assert mark(score.value) in details
            assert mark(one.total.value) in ranking


def test_the_golden_vector_of_s3_reads_in_pdf_odt_and_docx():
    rules, judgement = judged("stands-de-tir")
    lot = Judgement(judgement.reference, judgement.rules_digest, judgement.lots[3:4])
    document = analysis_report(rules, lot, DAY)
    pdf = text_of(to_pdf(document))
    odt = odfdo.Document(io.BytesIO(to_odt(document))).get_formatted_text()
    word = docx.Document(io.BytesIO(to_docx(document)))
    cells = {cell.text for table in word.tables for row in table.rows for cell in row.cells}
    for total in ("89,77", "86,52"):
        assert total in pdf
        assert total in odt
        assert total in cells
    assert "note = N × entretien" in document_formulas(document)
    assert judgement.rules_digest in pdf.replace(" ", "")


def document_formulas(document: Document) -> str:
    return "\n".join(
        block.text.replace("le plus bas de ", "") for block in document.body if isinstance(block, Formula)
    )


def test_formulas_are_set_as_mathematics():
    document = analysis_report(*judged("stands-de-tir"), DAY)
    set_as = [block.typst for block in document.body if isinstance(block, Formula)]
    assert '"note" = frac("N" times "entretien"_"min", "entretien")' in set_as


def test_bids_put_aside_are_told_with_their_qualification_and_reason():
    rules, judgement = two_criteria(
        offer("alice"),
        offer("bob", standing=Standing.IRREGULAR, reason="Acte d'engagement absent"),
        offer("eve", standing=Standing.LATE),
        bid("david", inputs={"p": "90"}),
    )
    told = section(analysis_report(rules, judgement, DAY), "5.")
    assert "bob | irrégulière" in told
    assert "eve | hors délai" in told
    assert "david | à traiter" in told
    assert "Réglo n'élimine aucune offre" in told


def test_what_reglo_does_not_know_is_said_with_who_completes_it():
    document = analysis_report(*two_criteria(offer("alice")), DAY)
    for number in ("2.", "3.", "8.", "11."):
        said = section(document, number).lower()
        assert "non renseigné dans réglo ; à compléter par" in said, number


def test_the_report_proposes_and_a_person_decides():
    document = analysis_report(*two_criteria(offer("alice"), offer("bob", "120")), DAY)
    proposal = section(document, "11.")
    assert "1 | alice | 100,00 | 100,00" in proposal
    assert "Une personne décide" in proposal


def test_a_tie_for_the_first_place_names_those_to_decide_between():
    document = analysis_report(*two_criteria(offer("alice"), offer("bob")), DAY)
    assert "Égalité à trancher entre alice et bob" in section(document, "11.")
    assert "RANG-01" in section(document, "10.")


def test_no_bid_at_all_still_makes_a_report():
    document = analysis_report(*two_criteria(), DAY)
    assert "Aucune offre reçue" in section(document, "11.")
    assert to_pdf(document).startswith(b"%PDF")


def test_low_bid_alerts_are_told_as_questions_to_ask_not_as_rejections():
    bids = (offer("alice", "40"), *(offer(name, "100") for name in ("bob", "chloe", "david", "eve")))
    told = section(analysis_report(*two_criteria(*bids), DAY), "8.")
    assert "OAB-01" in told
    assert "Une alerte n'élimine pas" in told


def test_negotiation_says_what_the_documents_announce():
    rules, judgement = two_criteria(offer("alice"))
    open_call = replace(rules, procedure=replace(rules.procedure, type=ProcedureType.OPEN))
    assert "exclut la négociation" in section(analysis_report(open_call, judgement, DAY), "9.")
    negotiated = replace(
        rules,
        procedure=replace(
            rules.procedure,
            type=ProcedureType.ADAPTED,
            negotiation=Negotiation(allowed=True, with_best=3, award_without=True, source="RC 2"),
        ),
    )
    told = section(analysis_report(negotiated, judgement, DAY), "9.")
    assert "les 3 meilleures offres" in told
    assert "offres initiales" in told


def test_open_points_that_change_the_judgement_are_told_with_the_reading_applied():
    told = section(analysis_report(*judged("centre-operations-securite"), DAY), "6.")
    assert "60 × prix le plus bas / prix (par défaut, à confirmer)" in told


def test_the_drawing_says_in_words_what_it_shows():
    document = analysis_report(*two_criteria(offer("alice"), offer("bob", "120")), DAY)
    (figure,) = (block for block in document.body if isinstance(block, Figure))
    assert "bob : 90,00 points, Prix 50,00, Technique 40,00." in figure.alt


def test_the_order_of_arrival_and_the_clock_change_nothing():
    bids = [offer(name, str(100 + place)) for place, name in enumerate(("alice", "bob", "chloe"))]
    one = analysis_report(*two_criteria(*bids), DAY)
    two = analysis_report(*two_criteria(*reversed(bids)), DAY)
    assert to_pdf(one) == to_pdf(two)


def test_forty_bidders_with_long_or_hostile_names_can_be_reported():
    nasty = '#read("x") <b>&amp;</b> 😀 \u202egnp'
    bids = [
        offer(f"b{n}", str(100 + n), bidder=f"{n} {nasty} {'long ' * 40}{'x' * 80}", reason="É" * 2_000)
        for n in range(40)
    ]
    rules, judgement = two_criteria(*bids)
    document = analysis_report(rules, judgement, DAY)
    text = text_of(to_pdf(document), pages=5)
    assert '#read("x") <b>&amp;</b>' in text
    assert docx.Document(io.BytesIO(to_docx(document))).tables
    assert judgement.lots[0].ranked[0].total.value == Fraction(100)


@pytest.mark.parametrize(
    ("kind", "buyer", "law"),
    [
        (ProcedureType.ADAPTED, BuyerKind.LOCAL, "autorisées en procédure adaptée (CCP R.2151-8 2°)"),
        (ProcedureType.OPEN, BuyerKind.LOCAL, "interdites en procédure formalisée (CCP R.2151-8 1° a)"),
        (ProcedureType.OPEN, BuyerKind.UTILITY, "entité adjudicatrice (CCP R.2151-8 1° b)"),
    ],
)
def test_what_the_rules_do_not_say_of_variants_is_said_so_with_the_law(kind, buyer, law):
    rules, judgement = two_criteria(offer("alice"))
    rules = replace(
        rules, procedure=replace(rules.procedure, type=kind), buyer=replace(rules.buyer, kind=buyer)
    )
    told = section(analysis_report(rules, judgement, DAY), "1.")
    assert "Variantes | non dit par les règles" in told
    assert law in told
    forbidden = replace(rules, procedure=replace(rules.procedure, variants_allowed=False))
    assert "Variantes | interdites\n" in section(analysis_report(forbidden, judgement, DAY), "1.") + "\n"


def test_an_instant_of_receipt_not_typed_is_not_taken_for_one_in_time():
    limit = Instant.parse("2026-02-18 12:00 Europe/Paris")
    calendar = Calendar(launched_on=date(2026, 1, 5), submission_deadline=limit)
    bids = (
        offer("alice", received_at=limit.at),
        offer("bob", received_at=limit.at + timedelta(seconds=1)),
        offer("chloe"),
    )
    rules, judgement = two_criteria(*bids)
    told = section(analysis_report(replace(rules, calendar=calendar), judgement, DAY), "3.")
    assert "3 plis ; heure de réception non saisie pour 1 pli." in told
    lines = {line.split(" | ")[1]: line.split(" | ")[-1] for line in told.splitlines() if " | " in line}
    assert lines == {
        "alice": "dans le délai",
        "bob": "reçu après la limite : à vérifier",
        "chloe": "non vérifié",
    }


def test_strong_and_weak_points_are_the_buyers_words_and_the_place_of_the_price():
    bids = (
        offer("alice", "100", "0 %", reason="Planning absent"),
        offer("bob", "113", "100 %", reason=""),
    )
    told = section(analysis_report(*two_criteria(*bids), DAY), "7.")
    assert "alice | Prix le plus bas | Technique (0,00/40) : Planning absent" in told
    assert "bob | — | Prix le plus élevé, + 13,0 % sur le plus bas" in told


def test_an_offer_to_process_makes_the_proposal_provisional():
    settled = section(analysis_report(*two_criteria(offer("alice")), DAY), "11.")
    assert "provisoire" not in settled
    waiting = bid("david", inputs={"p": "90"})
    told = section(analysis_report(*two_criteria(offer("alice"), waiting), DAY), "11.")
    assert "Proposition provisoire\n1 offre à traiter, laissée hors du classement" in told
    assert "alice (provisoire)" in told
    alone = section(analysis_report(*two_criteria(waiting), DAY), "11.")
    assert "infructuosité" not in alone


def test_an_offer_typed_for_no_known_lot_makes_the_proposal_provisional():
    rules, judgement = two_criteria(offer("alice"))
    fault = UnknownLot(facts={"bidder": "Bob", "lot": "9", "known": "1"})
    lots = tuple(replace(result, left_out=(fault,)) for result in judgement.lots)
    report = analysis_report(rules, replace(judgement, lots=lots), DAY)
    assert "Bob » vise le lot « 9 »" in section(report, "5.")
    assert "Toutes les offres reçues sont classées" not in section(report, "5.")
    assert "Une offre saisie n'est pas jugée : le classement peut changer." in section(report, "11.")
    assert "alice (provisoire)" in section(report, "11.")


def test_offers_the_rc_forbids_together_make_the_proposal_provisional():
    rules, judgement = judged("commissariat-vaulx")
    bids = read_offers(EXAMPLES / "commissariat-vaulx" / "offres.yaml", rules).bids
    document = analysis_report(rules, replace(judgement, findings=ranked_together(rules, bids)), DAY)
    told = section(document, "11.")
    assert "Proposition provisoire" in told
    assert "Métré Brumaire SARL" in told


def test_a_low_bid_alert_is_to_examine_and_the_buyer_signs():
    document = analysis_report(*two_criteria(offer("alice")), DAY)
    assert "si le prix paraît anormalement bas, demander par écrit" in section(document, "8.")
    (signed,) = (block for block in document.body if isinstance(block, SignatureBlock))
    assert signed.capacities == ("Pour l'acheteur",)


def test_a_scale_without_meanings_has_no_empty_column_and_is_called_by_its_criteria():
    document = analysis_report(*two_criteria(offer("alice")), DAY)
    (scale,) = (b for b in document.body if isinstance(b, Table) and b.columns[0].title == "Niveau")
    assert scale.caption == "Grille de « Technique »"
    assert [column.title for column in scale.columns] == ["Niveau", "Valeur"]


def test_the_annexes_number_their_lots_and_show_cents():
    document = analysis_report(*two_criteria(offer("alice", "112350.5")), DAY)
    assert "B.1 Lot 1" in [block.text for block in document.body if isinstance(block, Heading)]
    assert "| 112 350,50 | 112 350,50 |" in section(document, "Annexe B")


def test_the_way_to_do_it_again_names_the_users_own_files():
    rules, judgement = two_criteria(offer("alice"))
    told = section(analysis_report(rules, judgement, DAY), "Annexe C")
    assert "reglo judge RÈGLES OFFRES" in told
    assert "noms de vos fichiers" in told
    known = analysis_report(
        rules, judgement, DAY, rules_file="mes règles.yaml", offers_file="o.ods", offers_digest="ab" * 32
    )
    told = section(known, "Annexe C")
    assert "reglo judge 'mes règles.yaml' o.ods" in told
    assert f"fichier des offres : {'ab' * 32}" in told


def test_a_short_callout_is_not_split_over_two_pages():
    def pages_of(callout: Callout, before: int = 0) -> list[int]:
        document = Document(
            title="Essai",
            subject="Essai",
            reference="E",
            issuer="Ville",
            day=DAY,
            body=(*(Paragraph(f"Ligne {n}") for n in range(before)), callout),
        )
        pages = PdfReader(io.BytesIO(to_pdf(document))).pages
        return [number for number, page in enumerate(pages) if "alerte" in page.extract_text()]

    short = Callout("À examiner", ("alerte ",) * 14)
    assert [len(pages_of(short, before)) for before in (20, 28, 36)] == [1, 1, 1]
    assert len(pages_of(Callout("À examiner", ("alerte " * 20,) * 60))) > 1  # longer than a page


def test_each_group_of_lots_judged_alike_has_its_method_and_each_lot_its_figures() -> None:
    rules = load(RULES).consultation
    assert rules is not None
    document = analysis_report(rules, judge(rules, BIDS), date(2026, 4, 1))
    titles = [block.text for block in document.body if isinstance(block, Heading)]
    assert [title for title in titles if title.startswith("6.")] == [
        "6. Méthode de jugement",
        "6.1 Lots 1, 3",
        "6.2 Lot 2",
        "6.3 Points laissés ouverts",
    ]
    weights = [
        [plain(row[1]) for row in block.rows]
        for block in document.body
        if isinstance(block, Table) and block.caption == "Critères, sous-critères et points"
    ]
    assert weights == [["60", "40", "100"], ["5", "9", "6", "20"]]
    formulas = [block.label for block in document.body if isinstance(block, Formula)]
    assert "Note « Délai », N = 9 points (RC 6.2)" in formulas
    assert "Délai (sur 9 points)" in titles
