"""The report's sections 3 to 5: what was deposited and when, who bids, what is not ranked and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from reglo.exports.documents import Align, Block, BulletList, Column, Heading, Paragraph, Table
from reglo.exports.wording import (
    form_of,
    lower_first,
    moment,
    operators_of,
    situation_of,
    unknown,
)
from reglo.procurement.bid import Bid, Standing
from reglo.procurement.consultation import Calendar, Consultation
from reglo.procurement.deadlines.receipt import Timeliness, timeliness
from reglo.procurement.french import counted
from reglo.procurement.judging.judgement import Judgement


def received_sections(consultation: Consultation, judgement: Judgement) -> Iterator[Block]:
    yield from _deposits(consultation, judgement)
    yield from _candidacies(consultation, judgement)
    yield from _put_aside(judgement)


def _plis(judgement: Judgement) -> list[tuple[Bid, list[str]]]:
    """Each bidder's pli with the lots it bids for: by instant of receipt, then by id."""
    plis: dict[str, tuple[Bid, list[str]]] = {}
    for result in judgement.lots:
        for bid in [one.bid for one in result.ranked] + [one.bid for one in result.put_aside]:
            plis.setdefault(bid.id, (bid, []))[1].append(result.lot.id)
    return sorted(
        plis.values(),
        key=lambda pli: (pli[0].received_at is None, pli[0].received_at or date.min, pli[0].id),
    )


def _deposits(consultation: Consultation, judgement: Judgement) -> Iterator[Block]:
    plis = _plis(judgement)
    yield Heading(1, "3. Dépôts")
    if not plis:
        yield Paragraph("Aucune offre n'est connue de Réglo pour les lots de ce rapport.")
        return
    zones = {str(bid.received_at.tzinfo) for bid, _ in plis if bid.received_at}
    zone = " (heure de Paris)" if zones == {"Europe/Paris"} else ""
    late = sum(bid.standing is Standing.LATE for bid, _ in plis)
    untold = sum(bid.received_at is None and bid.standing is not Standing.LATE for bid, _ in plis)
    told = [counted(len(plis), "pli")]
    if late or not untold:
        told.append(f"hors délai : {late or 'aucun'}")
    if untold:
        told.append(f"heure de réception non saisie pour {counted(untold, 'pli')}")
    yield Paragraph(" ; ".join(told) + ".")
    yield Table(
        "Plis, dans l'ordre de réception",
        (
            Column("N°", Align.RIGHT, 0.4),
            Column("Candidat", width=3),
            Column("Lots", width=1.2),
            Column(f"Reçu le{zone}", width=2),
            Column("Délai", width=1.2),
        ),
        tuple(
            (
                str(number),
                bid.name,
                ", ".join(lots),
                _received(bid, zone),
                _timeliness(bid, consultation.calendar),
            )
            for number, (bid, lots) in enumerate(plis, 1)
        ),
    )
    yield Paragraph(
        "Registre des dépôts, copies de sauvegarde et plis remplacés : "
        + unknown("le service acheteur, d'après le profil d'acheteur"),
        small=True,
    )


def _timeliness(bid: Bid, calendar: Calendar) -> str:
    """In time or late, as far as the instants known say; a clash with the standing typed is told."""
    if bid.standing is Standing.LATE:
        return "hors délai"
    limit = calendar.submission_deadline
    if bid.received_at is None or limit is None or calendar.final_bids_deadline is not None:
        return "non vérifié"
    in_time = timeliness(bid.received_at, limit.at, calendar.exact_hour_in_time) is Timeliness.ON_TIME
    return "dans le délai" if in_time else "reçu après la limite : à vérifier"


def _received(bid: Bid, zone: str) -> str:
    return moment(bid.received_at).removesuffix(zone) if bid.received_at else "non renseigné"


def _candidacies(consultation: Consultation, judgement: Judgement) -> Iterator[Block]:
    plis = _plis(judgement)
    yield Heading(1, "4. Candidatures")
    if plis:
        yield Table(
            "Candidats et groupements",
            (
                Column("Candidat", width=2),
                Column("Forme", width=1.6),
                Column("Opérateurs (SIREN, rôle)", width=3.2),
                Column("Candidature", width=1.8),
            ),
            tuple((bid.name, form_of(bid), operators_of(bid), _candidacy(bid)) for bid, _ in plis),
        )
    if consultation.capacity is not None or consultation.pieces:
        yield Paragraph(
            "Les pièces et capacités exigées sont dans le fichier de règles ; « reglo check-bid » vérifie "
            "les pièces d'un pli. Suites données à chaque contrôle, demandes de complément (CCP R.2144-2) et "
            "réponses : " + lower_first(unknown())
        )


def _candidacy(bid: Bid) -> str:
    if bid.standing is Standing.EXCLUDED:
        return f"écartée : {bid.reason or 'motif non renseigné'}"
    if bid.standing is Standing.LATE:
        return "non examinée (hors délai)"
    return "non écartée"


def _put_aside(judgement: Judgement) -> Iterator[Block]:
    yield Heading(1, "5. Offres non classées et motifs")
    rows = [
        (result.lot.id, aside.bid.name, situation_of(aside.bid), aside.bid.reason or aside.reason)
        for result in judgement.lots
        for aside in result.put_aside
    ]
    told = (f"{one.cause_text} {one.mend_text}" for result in judgement.lots for one in result.left_out)
    left_out = tuple(dict.fromkeys(told))
    if left_out:
        yield Paragraph("Saisi, mais jugé nulle part :")
        yield BulletList(left_out)
    elif not rows:
        yield Paragraph("Toutes les offres reçues sont classées.")
    if not rows:
        return
    yield Table(
        "Offres non classées",
        (
            Column("Lot", width=0.5),
            Column("Candidat", width=2),
            Column("Qualification", width=1.3),
            Column("Motif", width=3.6),
        ),
        tuple(rows),
    )
    yield Paragraph(
        "La qualification est celle que le service a saisie ; Réglo n'élimine aucune offre. « À traiter » : "
        "l'offre attend une donnée ou une décision avant de pouvoir être notée.",
        small=True,
    )
