"""Each rule of the linter fires on a clean consultation when one thing is changed, and only then."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from reglo.linting import Report, lint, rule_classes
from reglo.procurement.findings import Severity
from reglo.procurement.rules_file import load

CLEAN = (Path(__file__).parent / "clean.yaml").read_text(encoding="utf-8")
POINT = "open_points: [{{id: p, rule: {rule}, question: Deux lectures ?, sources: [RC 99]}}]\n"


def linted(text: str, launch: date | None = None) -> Report:
    loaded = load(text)
    assert loaded.consultation is not None, [str(fault) for fault in loaded.faults]
    return lint(loaded, launch)


def rules_of(text: str, launch: date | None = None) -> set[str]:
    return {str(one.as_dict()["rule"]) for one in linted(text, launch).observations}  # every text is made


def changed(old: str, new: str) -> str:
    assert CLEAN.count(old) == 1, f"{old!r} is {CLEAN.count(old)} times in clean.yaml"
    return CLEAN.replace(old, new)


def test_a_clean_consultation_has_no_finding() -> None:
    assert [str(one.finding) for one in linted(CLEAN).observations] == []


ONE_CHANGE = [
    ("L-01", 'times_contract: "1.5"', 'times_contract: "2"'),
    ("L-01", 'times_contract: "1.5"', 'times_contract: "1.5", strictly_more: true'),
    ("L-01", 'times_contract: "1.5"', 'minimum: "450 001,00 EUR HT"'),
    ("L-02", "translation: simple", "translation: certifiée par un traducteur assermenté"),
    ("L-03", "level: avancée", "level: RGS **"),
    ("L-03", "level: avancée", "cited_texts: [arrêté du 12 avril 2018]"),
    ("L-03", "source: RC 6.1", "source: RC 6.1\n    legal_basis: [arrêté du 27 juillet 2018]"),
    ("L-04", "[L.2124-1, L.2124-2, R.2161-2]", "[L.2124-1, R.2161-12]"),
    ("L-04", "[L.2141-1 à L.2141-5, L.2141-7 à L.2141-11]", "[L.2141-1 à L.2141-5]"),
    (
        "L-04",
        "{id: conseil, topic: dépôt, rule: Il est conseillé d'essayer le dépôt avant la limite.",
        "{id: conseil, topic: dépôt, legal_basis: [R.2151-1], rule: On peut compléter.",
    ),
    ("L-04", "rule: Il est conseillé", "legal_basis: [R.2132], rule: Il est conseillé"),
    ("L-04", "rule: Il est conseillé", "legal_basis: [CJA L.2114], rule: Il est conseillé"),
    ("L-05", "formats: [XAdES, CAdES, PAdES]", "formats: [PAdES]"),
    (
        "L-06",
        "name: Déclaration sur l'honneur, folder: candidacy",
        "name: Déclaration sur l'honneur, folder: candidacy, template: AE1",
    ),
    ("L-06", "name: Références, folder: candidacy", "name: Références, folder: candidacy, template: BPU"),
    ("L-07", "{pages: 10, beyond", "{pages: 10, read_up_to: 12, beyond"),
    ("L-07", "max_references: 3", "max_references: 5"),
    ("L-08", "successive_deposits: last_only", "successive_deposits: last_then_earlier_documents"),
    (
        "L-08",
        "maximum_size: 2 Go",
        "maximum_size: 2 Go\n  one_pli_for_all_lots: true\n  separate_lots_allowed: true",
    ),
    ("L-11", "  ties: [{rule: best_mark, criterion: prix, source: RC 9}]\n", ""),
    ("L-11", ", {label: Absent, share: 0 %}", ""),
    (
        "L-12",
        'framework: {maximum: "400 000,00 EUR HT", maximum_per: total, source: RC 2.1}',
        "framework: {holders: 1}",
    ),
    ("L-12", "maximum_per: total", "maximum_per: période"),
    ("L-13", "forms_allowed: []", "forms_allowed: [solidaire]"),
    ("L-13", ", form_reason: site occupé", ""),
    ("L-13", "form_reason: site occupé", "form_reason: site occupé, preferred: conjoint"),
    ("L-14", "name: Déclaration sur l'honneur", "name: Extrait Kbis"),
    ("L-14", "name: Déclaration sur l'honneur", "name: Attestation de régularité fiscale"),
    ("L-15", "name: Déclaration sur l'honneur", "name: Certificats attestant l'absence d'exclusion"),
    ("L-16", "id: reponses, about: answers, period: 6", "id: reponses, about: answers, period: 11"),
    ("L-16", "id: reponses, about: answers, period: 6", "id: reponses, about: answers, period: 2"),
    (
        "L-17",
        "id: complement, about: supplement, period: 5 jours ouvrés",
        "id: complement, about: supplement, period: 5 jours",
    ),
    ("L-19", "    electronic: false\n", ""),
    ("L-20", "source: RC 11}", "text: 'Pénalité de 659,764 euros.', source: RC 11}"),
    ("L-21", "town: Villeneuve-sur-Lot}", "town: Villeneuve-sur-Lod}"),
    ("L-22", ", environmental: true", ""),
    ("L-24", "  similar_services_within: 3 ans\n", ""),
    ("L-24", "similar_services_within: 3 ans", "similar_services_within: 4 ans"),
    ("L-24", "  similar_services_amount: 50 000,00 EUR HT\n", ""),
    ("L-25", ", total_feeds: prix", ""),
    ("L-25", "Il est conseillé d'essayer le dépôt avant la limite.", "Le détail estimatif est corrigé."),
    (
        "CA-04",
        "  source: RC 5\nsubmission",
        "  equivalents_accepted: false\n  if_insufficient: eliminated\n  source: RC 5\nsubmission",
    ),
    ("CA-07", "  source: RC 5\nsubmission", "  equivalents_accepted: false\n  source: RC 5\nsubmission"),
    ("CA-08", "  source: RC 5\nsubmission", "  assessed: par membre\n  source: RC 5\nsubmission"),
    ("R.2143-4", "espd_accepted: true", "espd_accepted: false"),
    ("R.2144-2", "  source: RC 8\naward", "  completion_by_others: true\n  source: RC 8\naward"),
    ("R.2144-2", "of: request, source", "of: request, all_concerned: false, source"),
    ("CR-02", "  price_basis: HT\n", ""),
    ("CR-08", "elements: [moyens, planning]", "elements: [références de l'entreprise]"),
    ("CRIT-04", "  rounding: [{decimals: 2, stages: [criterion], source: RC 9}]\n", ""),
    ("CS-01", "[papier, support physique électronique]", "[support physique électronique]"),
    ("CS-01", "electronic: false", "electronic: false\n    allowed: false"),
    ("CS-03", "opened_if: [virus, late]", "opened_if: [late]"),
    ("CS-03", "electronic: false", "electronic: false\n    transmission_begun: false"),
    ("DM-05", "maximum_size: 2 Go", "maximum_size: 2 Go\n  electronic_only: false"),
    ("DM-06", "  maximum_size: 2 Go\n", ""),
    ("DM-09", "maximum_size: 2 Go", "maximum_size: 2 Go\n  late: none"),
    ("DM-10", "  successive_deposits: last_only\n", ""),
    ("PIECES-01", ', layout: "A4, corps 10"', ""),
    ("L.2125-1", "renewal: {count: 3", "renewal: {count: 4"),
    ("NG-01", "type: open", "type: open\n  negotiation: {allowed: true}"),
    ("R.2151-8", "type: open", "type: open\n  variants_required: true"),
    ("L.2113-11", "reason: un seul site, ", ""),
    ("PROC-09", "  bid_validity: {period: 120 jours, source: RC 3}\n", ""),
    ("PROC-10", "  sent_at: 2026-09-01 10:00 Europe/Paris\n", ""),
    ("R.2192-10", "payment_within: 30 jours", "payment_within: 45 jours"),
    ("R.2192-10", "payment_within: 30 jours", "payment_within: 2 mois"),
    ("R.2142-15", "type: open", "type: open\n  shortlist: {criteria: [moyens], minimum: 5}"),
    ("R.2143-5", "name: Références, folder", "name: Original du certificat de qualification, folder"),
    ("R.2143-5", "name: Références, folder", "name: Copie certifiée conforme des diplômes, folder"),
    ("R.2143-3", "name: Déclaration sur l'honneur", "name: Lettre de candidature"),
    ("R.2143-11", "references: [{minimum: 2", "years: 5\n  references: [{minimum: 2"),
    ("R.2151-10", "type: open", "type: open\n  variants_allowed: true"),
    ("R.2152-2", "about: supplement, period", "about: regularisation, all_concerned: false, period"),
    ("CR-01", "elements: [moyens, planning]", "elements: [politique RSE de l'entreprise]"),
    ("CS-02", "electronic: false", "electronic: false\n    mentions: [ne pas ouvrir]"),
    ("CS-04", "electronic: false", "electronic: false\n    infected: réparée"),
    ("CS-05", "electronic: false", "electronic: false\n    unopened: rendue au candidat"),
    ("DEMAT-12", "maximum_size: 2 Go", "maximum_size: 2 Go\n  receipt: false"),
    ("DEMAT-14", 'url: "https://profil.exemple.fr/1"', 'url: "https://profil.exemple.fr/1", free: false'),
    (
        "DEMAT-14",
        'url: "https://profil.exemple.fr/1"',
        'url: "https://profil.exemple.fr/1", identification_optional: false',
    ),
    ("DM-05", "type: open", "type: open\n  electronic: false"),
    ("SG-01", "level: avancée", "level: signature qualifiée"),
    ("L.2125-1", "name: Nettoyage}]", "name: Nettoyage, duration: 2 ans}]"),
    ("OAB", "after_demand: true, ", ""),
    ("DEMAT-08", "maximum_size: 2 Go", "maximum_size: 2 Go\n  virus_trace: false"),
    ("CRIT-05", "elements: [moyens, planning]", "elements: [moyens, proximité géographique du siège]"),
    (
        "CRIT-06",
        "rule: Il est conseillé",
        "rule: Le critère Méthode compte pour 25 % de la note. Il est conseillé",
    ),
    ("PIECES-02", "name: Mémoire\n", "name: Fiches des produits de marque Propretout\n"),
    ("DELAI-01", "sent_at: 2026-09-01", "sent_at: 2026-09-25"),
    (
        "INV-3",
        "method: inverse, of: prix",
        'method: formula, formula: "60 * (0.9 + 0.1 * lowest(prix) / prix)"',
    ),
]


@pytest.mark.parametrize(("rule", "old", "new"), ONE_CHANGE)
def test_one_change_brings_one_fault(rule: str, old: str, new: str) -> None:
    assert rule in rules_of(changed(old, new))


@pytest.mark.parametrize("rule", [f"L-{number:02}" for number in range(1, 26)])
def test_an_open_point_that_names_a_rule_is_that_fault_until_it_is_decided(rule: str) -> None:
    point = POINT.format(rule=rule)
    assert rules_of(CLEAN + point) == {rule}
    decided = point.replace("sources", "decided_by: Chloé, sources")
    assert rules_of(CLEAN + decided) == set()


def test_every_rule_of_the_list_has_its_code() -> None:
    listed = {rule: kind.code for rule, kind in rule_classes().items() if rule.startswith("L-")}
    assert listed == {f"L-{number:02}": f"LINT-{number:02}" for number in range(1, 26)}


NEIGHBOURS = [
    ("payment_within: 30 jours", "payment_within: 1 mois"),
    ("references: [{minimum: 2", "years: 3\n  references: [{minimum: 2"),
    ("electronic: false", "electronic: false\n    mentions: [copie de sauvegarde, ne pas ouvrir]"),
    ("electronic: false", "electronic: false\n    infected: écartée\n    unopened: détruite"),
    ("level: avancée", "level: 'avancée, certificat qualifié'"),
    ("type: open", "type: open\n  variants_allowed: true\n  text: Les exigences minimales sont au CCTP 4."),
    ("name: Déclaration sur l'honneur", "name: Formulaire DC1"),
    ("elements: [moyens, planning]", "elements: [mesures environnementales du chantier]"),
    (
        'url: "https://profil.exemple.fr/1"',
        'url: "https://profil.exemple.fr/1", identification_optional: false, confidentiality: [plans]',
    ),
]


@pytest.mark.parametrize(("old", "new"), NEIGHBOURS)
def test_its_lawful_neighbour_brings_none(old: str, new: str) -> None:
    assert rules_of(changed(old, new)) == set()


@pytest.mark.parametrize(
    ("name", "kind", "days", "told"),
    [
        ("CHU de Nantes", "local", 50, False),
        ("Centre hospitalier de Vierzon", "local", 51, True),
        ("Agence régionale de santé de Bretagne", "state", 50, True),
        ("Eau de l'Ouest", "utility", 60, False),
    ],
)
def test_a_hospital_pays_in_50_days_and_a_public_company_in_60(
    name: str, kind: str, days: int, told: bool
) -> None:
    text = changed("name: Ville de Villeneuve-sur-Lot, kind: local", f'name: "{name}", kind: {kind}')
    text = text.replace("payment_within: 30 jours", f"payment_within: {days} jours")
    assert ("R.2192-10" in rules_of(text)) is told


def test_a_framework_of_a_utility_lasts_eight_years() -> None:
    six_years = changed("renewal: {count: 3", "renewal: {count: 5")
    assert "L.2125-1" in rules_of(six_years)
    assert "L.2125-1" not in rules_of(six_years.replace("kind: local", "kind: utility"))


def test_the_value_of_a_framework_is_its_maximum() -> None:
    """R.2121-8: what may be ordered counts, not what the buyer expects to order."""
    mapa = CLEAN.replace("type: open", "type: adapted").replace(
        "[L.2124-1, L.2124-2, R.2161-2]", "[R.2123-1]"
    )
    for estimate in ("", "estimated_value: 100 000,00 EUR HT\n"):
        text = mapa.replace("estimated_value: 300 000,00 EUR HT\n", estimate)
        assert "PROC-06" in rules_of(text)
        assert "PROC-06" not in rules_of(text.replace("400 000,00 EUR HT", "150 000,00 EUR HT"))
        assert "PROC-06" not in rules_of(text.replace("[R.2123-1]", "[R.2123-1 3°]"))  # social services


def test_a_limit_of_lots_awarded_says_which_are_kept() -> None:
    text = changed('lots: [{id: "1", name: Nettoyage}]', "lots: [{id: a, name: Sols}, {id: b, name: Vitres}]")
    alone = text.replace("divided: false, reason: un seul site", "divided: true, max_lots_awarded: 1")
    ruled = alone.replace(
        "max_lots_awarded: 1", "max_lots_awarded: 1, text: Chacun donne son ordre de préférence des lots."
    )
    assert "R.2113-1" in rules_of(alone)
    assert "R.2113-1" not in rules_of(ruled)


def test_price_alone_is_a_fault_since_21_august_2026() -> None:
    criteria = CLEAN[CLEAN.index("    - {id: prix, name: Prix,") : CLEAN.index("  rounding:")]
    text = CLEAN.replace(criteria, criteria.splitlines()[0].replace("weight: 60", "weight: 100") + "\n")
    text = text[: text.index("  scales:")] + text[text.index("  criteria:") :]
    assert "L-23" in rules_of(text)
    assert not {"L-22", "L-23"} & rules_of(text, date(2026, 8, 20))
    assert rules_of(text, date(2026, 8, 21)) & {"L-22", "L-23"} == {"L-23"}


def test_twice_the_contract_was_lawful_before_2026() -> None:
    text = changed('times_contract: "1.5"', 'times_contract: "2"')
    assert "L-01" not in rules_of(text, date(2025, 12, 31))
    assert "L-01" in rules_of(text, date(2026, 1, 1))


def test_a_shortlist_says_how_many() -> None:
    text = CLEAN.replace("type: open", "type: restricted\n  shortlist: {criteria: [moyens]}")
    text = text.replace(
        "submission_deadline: 2026",
        "candidacy_deadline: 2026-10-08 12:00 Europe/Paris\n  submission_deadline: 2026",
    )
    assert {"L-18"} <= rules_of(text)
    assert {"CA-09"} <= rules_of(text.replace("[moyens]", "[moyens], minimum: 4"))
    assert not {"L-18", "CA-09"} & rules_of(text.replace("[moyens]", "[moyens], minimum: 5"))


def test_a_negotiated_procedure_names_its_ground_and_reserves_its_rights() -> None:
    text = CLEAN.replace(
        "type: open", "type: negotiated\n  negotiation: {allowed: true, award_without: true}"
    )
    text = text.replace("  source: RC 8\naward", "  bids_first: true\n  source: RC 8\naward")
    assert {"NG-02", "NG-07", "R.2161-4", "R.2151-1"} <= rules_of(text)


def test_a_mapa_stays_below_the_threshold_and_cites_its_own_articles() -> None:
    text = CLEAN.replace("type: open", "type: adapted")
    assert {"PROC-06", "L-04"} <= rules_of(text)
    lawful = text.replace("300 000,00", "100 000,00").replace("400 000,00", "150 000,00")
    lawful = lawful.replace("R.2161-2", "R.2123-1")
    assert rules_of(lawful) == set()
    assert "R.2123-7" in str(linted(lawful.replace("R.2123-1", "R.2123-7")).observations[0].finding)


def test_a_justification_silences_a_finding_and_keeps_the_reason() -> None:
    text = changed('times_contract: "1.5"', 'times_contract: "2"')
    said = linted(text + "justify: [{finding: L-01, reason: Risque financier du chantier, by: Chloé}]\n")
    (one,) = said.observations
    assert (one.rule, one.weight) == ("L-01", Severity.INFORMATION)
    assert one.justification is not None
    assert one.justification.reason == "Risque financier du chantier"
    assert said.justified == (one,)
    assert rules_of(CLEAN + "justify: [{finding: L-02, reason: rien}]\n") == {"justify"}
    assert rules_of(text + 'justify: [{finding: L-01, reason: " "}]\n') == {"L-01", "sans motif"}


def test_a_justification_with_an_article_accepts_only_what_is_found_there() -> None:
    text = changed("name: Déclaration sur l'honneur", "name: Extrait Kbis joint au DC1")
    text = text.replace(
        "name: Références, folder: candidacy", "name: Extrait Kbis du sous-traitant, folder: candidacy"
    )
    text = text.replace(
        "sous-traitant, folder: candidacy, max_references: 3, source: RC 7",
        "sous-traitant, folder: candidacy, max_references: 3, source: RC 7.2",
    )
    said = linted(text + "justify: [{finding: L-14, reason: registre étranger, source: RC 7.2}]\n")
    assert [one.finding.article for one in said.justified] == ["RC 7.2"]
    assert [one.finding.article for one in said.observations if one.weight is Severity.BLOCKING] == ["RC 7"]


def test_a_finding_points_at_its_line_and_quotes_the_buyer() -> None:
    text = changed("translation: simple", 'translation: assermentée\n  text: "Traduction assermentée."')
    (one,) = linted(text).observations
    line = next(n for n, it in enumerate(text.splitlines(), 1) if "translation:" in it)
    assert (one.finding.place.line, one.finding.place.path) == (line, "submission.translation")
    assert (one.quote, one.finding.article) == ("Traduction assermentée.", "RC 6")


def test_a_duty_that_hangs_on_an_unknown_day_of_launch_does_not_block() -> None:
    text = changed(", environmental: true", "").replace("  sent_at: 2026-09-01 10:00 Europe/Paris\n", "")
    (one,) = [one for one in linted(text).observations if one.rule == "L-22"]
    assert one.weight is Severity.TO_CHECK


@pytest.mark.parametrize(
    ("question", "choice", "rule"),
    [
        ("Quelle forme ?", "grouping.form_after_award: [conjoint]", "L-13"),
        ("Quel pli ?", "submission.successive_deposits: last_per_lot", "L-08"),
        ("Combien de pages ?", "'pieces[O3].page_limits[0].pages': 12", "L-07"),
        ("La formule divise-t-elle tout ?", "title: Autre", "L-09"),
        ("Quel titre ?", "title: Autre", "point ouvert"),
    ],
)
def test_a_point_of_the_reader_is_understood_from_what_it_leaves_undecided(
    question: str, choice: str, rule: str
) -> None:
    choices = f"choices: [{{id: a, label: b, set: {{{choice}}}}}]"
    point = f"open_points: [{{id: p, question: '{question}', {choices}}}]\n"
    assert rules_of(CLEAN + point) == {rule}


@pytest.mark.parametrize(
    ("line", "postcode", "told"),
    [
        ("12 rue Hugo", "47300", True),
        ("12 rue Hugo", "47000", False),
        ("14 rue Hugo", "47300", False),
        ("12 rue Victor Hugo", "47300", False),
    ],
)
def test_a_street_written_two_ways_is_told_when_number_and_postcode_are_the_same(
    line: str, postcode: str, told: bool
) -> None:
    one, two = ("lines: [12 rue Victor Hugo], postcode: '47300'", f"lines: [{line}], postcode: '{postcode}'")
    places = f"places: [{{name: École, {one}}}, {{name: Gymnase, {two}}}]"
    text = changed("places: [{name: École, town: Villeneuve-sur-Lot}]", places)
    assert ("L-21" in rules_of(text)) is told


def test_what_an_open_point_asks_about_is_not_said_to_be_silent() -> None:
    silent = changed("  successive_deposits: last_only\n", "")
    readings = "".join(
        f"{{id: {name.replace('_', '-')}, label: {name}, set: {{submission.successive_deposits: {name}}}}}, "
        for name in ("last_only", "last_per_lot")
    )
    asked = f"open_points: [{{id: p, question: Deux lectures ?, sources: [RC 99], choices: [{readings}]}}]\n"
    assert rules_of(silent) == {"DM-10"}
    assert rules_of(silent + asked) == {"L-08"}
