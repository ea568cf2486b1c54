"""The receipt: what each part proves, and the exact words of the verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.sealing.platform import DEADLINE, LAST_BYTE, ORIGIN, Platform, busy_platform, digest

from reglo.adapters.timestamp.local import LocalAuthority
from reglo.procurement.deadlines.receipt import Timeliness
from reglo.procurement.findings import Refused
from reglo.sealing.receipt import Completion, Receipt, Timestamp, complete, issue, stamped
from reglo.sealing.receipt_checks import GivenFile, timeliness_text, verify
from reglo.sealing.signing import PublicKey, SigningKey
from reglo.sealing.verdict import Standing, Verdict

OTHER = SigningKey(b"\x09" * 32)


@pytest.fixture
def platform() -> Platform:
    return busy_platform()


def verified(platform: Platform, receipt: Receipt, *files: GivenFile) -> Verdict:
    return verify(receipt, keys=[platform.key.public], authorities=[platform.authority.ca], files=files)


def standings(verdict: Verdict) -> dict[str, str]:
    return {point.subject: point.finding.code if point.finding else "prouvé" for point in verdict.points}


PROVED = dict.fromkeys(
    ("mentions", "documents", "signature", "copy", "inclusion", "instants", "timestamp"), "prouvé"
)


def test_the_depositors_copy_proves_the_five_mentions_of_the_annex_and_all_else(
    platform: Platform,
) -> None:
    receipt = platform.completed()
    given = GivenFile("pli.tar", receipt.statement.size, receipt.statement.envelope_sha256)
    verdict = verified(platform, Receipt.from_bytes(receipt.to_bytes()), given)
    assert verdict.all_proved
    assert [point.text for point in verdict.points] == [
        "Le reçu nomme le déposant (Alice SARL), l'acheteur (Ville d'Exemple), la consultation (Nettoyage "
        "; Nettoyage des écoles « Jean-Macé ») et dit l'instant de réception.",
        "La liste de 3 documents est signée par la clé qui a scellé le pli, et chacun y a son "
        "fichier scellé.",
        f"L'énoncé est signé par la clé {platform.key.public.id[:16]}… de la plateforme : rien n'y a changé.",
        "L'exemplaire est tel que la plateforme l'a remis, à l'octet près.",
        f"Le dépôt est l'entrée 41 du journal « {ORIGIN} », et le point de contrôle signé, de taille 42, la "
        "contient : la plateforme ne peut plus ni la retirer ni la modifier sans démentir cette signature.",
        "La plateforme atteste le premier octet le 29/01/2026 à 11:59:28,412 (heure de Paris) et "
        "le dernier le "
        "29/01/2026 à 11:59:59,412 (heure de Paris). Reçu dans les délais : son dernier octet "
        "précède de 0,588 s "
        "la date limite du 29/01/2026 à 12:00:00 (heure de Paris).",
        "L'autorité d'horodatage atteste que cet énoncé existait le 29/01/2026 à 11:59:59,8 "
        "(heure de Paris), "
        "0,388 s après le dernier octet.",
        "« pli.tar » est le pli reçu, à l'octet près.",
    ]
    assert verdict.limits == (
        "Le contenu du pli : il est resté scellé. À l'ouverture, son manifeste dira si les documents sont "
        "ceux que le déposant a déclarés.",
        "Les noms des documents : le déposant seul les a donnés, la plateforme ne les a pas connus.",
        "La personne : le reçu dit quel compte a déposé, et la clé du pli qui l'a scellé ; pas qui tenait le "
        "clavier.",
        "La suite : un pli peut avoir été remplacé ou retiré après ce reçu, et un journal montré autrement à "
        "d'autres. L'export du journal le dit (reglo journal verify).",
        "La qualité de l'autorité d'horodatage : son certificat n'a été cherché ni dans la liste "
        "de confiance "
        "européenne ni dans une liste de révocation. Si l'exploitant la tient lui-même (l'autorité locale de "
        "Réglo), le jeton n'ajoute rien à sa parole.",
    )


def test_the_platforms_copy_holds_no_name_and_says_so(platform: Platform) -> None:
    receipt = platform.receipt()
    assert "O1_pièce".encode() not in receipt.to_bytes()
    verdict = verified(platform, receipt)
    assert standings(verdict) == PROVED | {"documents": "RECU-10"}
    assert not verdict.refuted


def test_without_the_platforms_key_nothing_binds_it(platform: Platform) -> None:
    verdict = verify(platform.completed(), authorities=[platform.authority.ca])
    assert set(standings(verdict).values()) == {"RECU-05", "RECU-17", "prouvé"}
    assert verdict.points[0].subject == "signature"  # the one the others wait on
    assert standings(verdict)["timestamp"] == "prouvé"


def test_a_receipt_forged_under_another_key_proves_nothing(platform: Platform) -> None:
    forger = busy_platform(key=OTHER)
    verdict = verified(platform, forger.completed())
    assert verdict.refuted
    assert standings(verdict)["signature"] == "RECU-06"
    assert not any(
        point.standing is Standing.PROVED for point in verdict.points if point.subject != "timestamp"
    )


def test_ta_dijon_1803328_25_seconds_late_is_late_and_said_so(platform: Platform) -> None:
    late = platform.statement(last_byte_at=DEADLINE + timedelta(seconds=25))
    platform.now = DEADLINE + timedelta(seconds=26)
    receipt = platform.completed(platform.receipt(late))
    assert receipt.statement.timeliness is Timeliness.LATE
    assert timeliness_text(late) == (
        "Reçu hors délai : son dernier octet suit de 25 s la date limite du 29/01/2026 à 12:00:00 (heure de "
        "Paris). Le pli est gardé scellé ; c'est l'acheteur qui statue."
    )
    assert verified(platform, receipt).all_proved


def test_at_the_very_instant_it_depends_on_the_word_before(platform: Platform) -> None:
    at = platform.statement(last_byte_at=DEADLINE)
    assert timeliness_text(at).startswith("Reçu dans les délais : son dernier octet précède de 0 s")
    strictly = platform.statement(last_byte_at=DEADLINE, deadline_inclusive=False)
    assert timeliness_text(strictly).startswith(
        "Reçu hors délai : son dernier octet suit à l'instant même, alors qu'il fallait la précéder, la date"
    )


def test_stamped_later_both_instants_are_said_and_the_documents_stay_signed(platform: Platform) -> None:
    receipt = platform.completed(platform.receipt(token=False))
    assert standings(verified(platform, receipt)) == PROVED | {"timestamp": "RECU-13"}
    platform.now += timedelta(hours=3, minutes=4)
    verdict = verified(platform, platform.stamped(receipt))
    assert verdict.all_proved
    assert verdict.points[6].text == (
        "L'autorité d'horodatage atteste que cet énoncé existait le 29/01/2026 à 15:03:59,8 "
        "(heure de Paris), "
        "3 h 4 min après le dernier octet."
    )


def test_the_token_is_the_authoritys_and_not_an_earlier_one(platform: Platform) -> None:
    receipt = platform.completed()
    assert standings(verify(receipt, keys=[platform.key.public])) == PROVED | {"timestamp": "RECU-14"}
    stranger = LocalAuthority.create(organisation="Autre", now=lambda: LAST_BYTE)
    verdict = verify(receipt, keys=[platform.key.public], authorities=[stranger.ca])
    assert standings(verdict) == PROVED | {"timestamp": "RECU-12"}
    platform.now = LAST_BYTE - timedelta(milliseconds=412)  # an authority that counts whole seconds
    verdict = verified(platform, platform.stamped(receipt))
    assert verdict.points[6].text.endswith(
        "0,412 s avant le dernier octet, écart admis entre les deux horloges."
    )
    platform.now = LAST_BYTE - timedelta(seconds=6)
    early = platform.stamped(receipt)
    (finding,) = verified(platform, early).findings
    assert finding.cause_text == (
        "Le jeton d'horodatage ne vaut pas pour ce reçu : il dit le 29/01/2026 à 11:59:53,412 "
        "(heure de Paris), "
        "avant que le dernier octet n'arrive (29/01/2026 à 11:59:59,412 (heure de Paris))."
    )


def test_the_receipt_says_the_instant_of_its_token(platform: Platform) -> None:
    receipt = platform.completed()
    assert receipt.timestamp
    told = Timestamp(receipt.timestamp.token, LAST_BYTE)
    (finding,) = verified(platform, stamped(receipt, told, platform.key)).findings
    assert "le reçu en dit un autre" in finding.cause_text


def test_a_token_of_another_receipt_is_refused(platform: Platform) -> None:
    first = platform.completed()
    other = platform.receipt(platform.statement(id=digest("autre")[:32]))
    assert other.timestamp
    swapped = replace(first, timestamp=Timestamp(other.timestamp.token, other.timestamp.at))
    assert standings(verified(platform, swapped)) == PROVED | {"copy": "RECU-07", "timestamp": "RECU-12"}


def test_an_inclusion_that_is_not_this_receipts(platform: Platform) -> None:
    first, second = platform.completed(), platform.receipt(platform.statement(id=digest("autre")[:32]))
    swapped = replace(first, entry=second.entry, proof=second.proof, checkpoint=second.checkpoint)
    verdict = verified(platform, swapped)
    assert standings(verdict)["inclusion"] == "RECU-09"
    assert "n'est pas celle de ce reçu" in str(verdict.findings)
    shorter = replace(first, proof=first.proof[:-1])
    assert standings(verified(platform, shorter))["inclusion"] == "RECU-09"


def test_an_entry_at_another_place_than_the_statement_says(platform: Platform) -> None:
    statement = platform.statement(journal_index=3)
    appended = platform.record("deposit.received", facts=statement.facts)
    receipt = Receipt(
        statement=statement,
        key=platform.key.public,
        signature=platform.key.sign(statement.encoded),
        entry=appended.entry,
        proof=appended.proof,
        checkpoint=platform.checkpoint(),
        copy_signature=b"",
    )
    (finding,) = verified(platform, platform.completed(platform.stamped(receipt))).findings
    assert "l'entrée jointe est la 41, le reçu dit 3" in finding.cause_text


def test_instants_that_contradict_each_other(platform: Platform) -> None:
    backwards = platform.statement(first_byte_at=LAST_BYTE + timedelta(seconds=1))
    assert standings(verified(platform, platform.completed(platform.receipt(backwards)))) == PROVED | {
        "instants": "RECU-16"
    }
    platform.now = LAST_BYTE - timedelta(milliseconds=500)
    early = platform.completed(platform.receipt())
    assert standings(verified(platform, early)) == PROVED | {"instants": "RECU-16"}


def test_a_mention_left_blank_is_named(platform: Platform) -> None:
    receipt = platform.completed(platform.receipt(platform.statement(buyer=" ")))
    (finding,) = verified(platform, receipt).findings
    assert finding.cause_text == "Il manque au reçu une mention obligatoire : le nom de l'acheteur."


def test_the_list_of_documents_is_of_who_sealed_the_pli(platform: Platform) -> None:
    receipt = platform.receipt()
    with pytest.raises(Refused, match="RECU-03"):
        complete(receipt, [], OTHER)
    documents = platform.documents(receipt.statement)
    unsigned = replace(receipt, completion=Completion(tuple(documents), bytes(64)))
    assert standings(verified(platform, unsigned)) == PROVED | {"documents": "RECU-11"}
    named = GivenFile("AE.pdf", documents[0].size, documents[0].sha256)
    assert standings(verified(platform, unsigned, named))["file"] == "RECU-15"
    for wrong in ([documents[0], documents[0]], [replace(documents[0], blob="f" * 32)]):
        signed = complete(receipt, wrong, platform.pli_key)
        assert standings(verified(platform, signed)) == PROVED | {"documents": "RECU-11"}


def test_files_are_the_pli_its_sealed_files_or_declared_documents(platform: Platform) -> None:
    receipt = platform.completed()
    blob, document = receipt.statement.blobs[0], platform.documents(receipt.statement)[0]
    verdict = verified(
        platform,
        receipt,
        GivenFile("a.age", blob.size, blob.sha256),
        GivenFile("AE.pdf", document.size, document.sha256),
        GivenFile("autre.pdf", document.size + 1, document.sha256),
        GivenFile("pire.pdf", 3, digest("rien")),
    )
    assert [point.text for point in verdict.points[7:9]] == [
        f"« a.age » est le fichier scellé {blob.id} du pli reçu.",
        "« AE.pdf » est le document « O1_pièce.pdf » que le déposant a déclaré.",
    ]
    assert [finding.code for finding in verdict.findings] == ["RECU-15", "RECU-15"]


def test_a_receipt_never_leaves_with_the_entry_of_another(platform: Platform) -> None:
    statement = platform.statement()
    appended = platform.record("deposit.received", facts={"receipt_sha256": "0" * 64})
    with pytest.raises(ValueError, match="not this statement's"):
        issue(statement, appended, platform.key)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'"timeliness":"on_time"', b'"timeliness":"late"', "il se dit « late » alors"),
        (b"reglo-receipt/1", b"reglo-receipt/2", "le format est « reglo-receipt/2 »"),
        (b"Europe/Paris", b"Europe/Parisis", "fuseau « Europe/Parisis » est inconnu"),
        (b"Europe/Paris", b"../../../etc/passwd", "est inconnu"),
        (b'"size":200', b'"size":-200', "négatif"),
        (b'"replaces":[]', b'"replaces":["x"]', "32 chiffres hexadécimaux"),
        (b'"replaces":[]', b'"replaces":[1]', "un texte était attendu"),
        (b'"account":', b'"akount":', "le déposant n'a pas les champs attendus"),
        (b'"deadline_inclusive":true', b'"deadline_inclusive":1', "nature attendue"),
        (b"{", b"", "pas du JSON"),
    ],
)
def test_what_is_not_a_receipt_is_refused_with_its_reason(
    platform: Platform, old: bytes, new: bytes, said: str
) -> None:
    data = platform.completed().to_bytes()
    assert old in data
    with pytest.raises(Refused, match="RECU-02") as refusal:
        Receipt.from_bytes(data.replace(old, new))
    assert said in str(refusal.value)


def test_durations_across_a_change_of_clocks_are_true(platform: Platform) -> None:
    # on 25 October 2026 in Paris, 02:30 comes twice
    first = platform.statement(zone="Europe/Paris").shown(
        DEADLINE.replace(month=10, day=25, hour=0, minute=30)
    )
    statement = platform.statement(last_byte_at=first, deadline=first + timedelta(0), zone="Europe/Paris")
    later = replace(statement, deadline=DEADLINE.replace(month=10, day=25, hour=1, minute=30))
    assert "précède de 1 h la" in timeliness_text(later)


def test_a_key_has_32_bytes_and_one_spelling() -> None:
    for bad in ("", "AAAA", "A" * 44, "A" * 42 + "==", "é"):
        with pytest.raises(ValueError, match=r"32 octets|base64"):
            PublicKey.from_base64(bad)
    assert PublicKey.from_base64(OTHER.public.base64) == OTHER.public


def test_the_receipt_of_a_backup_copy_says_that_it_is_no_bid(platform: Platform) -> None:
    """CS-01, CS-03: « kind » is signed with the rest; the receipt of a bid has no such field."""
    statement = platform.statement(backup_copy=True)
    receipt = Receipt.from_bytes(platform.receipt(statement).to_bytes())
    assert receipt.statement.backup_copy
    told = {point.subject: point.text for point in verified(platform, receipt).points}
    assert "une copie de sauvegarde, non une offre" in told["kind"]
    hidden = receipt.to_bytes().replace(b'"kind":"backup_copy",', b"")
    assert standings(verified(platform, Receipt.from_bytes(hidden)))["signature"] == "RECU-06"
    invented = receipt.to_bytes().replace(b'"kind":"backup_copy"', b'"kind":"bid"')
    with pytest.raises(Refused, match="champs attendus"):
        Receipt.from_bytes(invented)


def test_a_late_backup_copy_is_not_the_buyers_to_decide_on(platform: Platform) -> None:
    late = platform.statement(backup_copy=True, last_byte_at=DEADLINE + timedelta(seconds=25))
    assert timeliness_text(late).endswith("La copie reste fermée et ne peut pas servir (CCP R.2132-11).")
