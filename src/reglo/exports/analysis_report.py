"""The *rapport d'analyse des offres*: what was asked, received, judged and is proposed.

Everything in it comes from the rules file, the bids and the judgement. What Réglo does not know
is said so, with who completes it; the last word is a person's (V14). CCP R.2184-1 to R.2184-6
list much of what the later *rapport de présentation* takes from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from reglo.exports.analysis_annexes import annexes, replay
from reglo.exports.analysis_lots import lot_ranking, lot_sections
from reglo.exports.analysis_method import method_sections
from reglo.exports.analysis_received import received_sections
from reglo.exports.documents import (
    Align,
    Block,
    BulletList,
    Callout,
    Column,
    Contents,
    Document,
    Heading,
    Inline,
    PageBreak,
    Paragraph,
    SignatureBlock,
    Table,
    strong,
)
from reglo.exports.wording import (
    BUYER_FR,
    NATURE_FR,
    PROCEDURE_FR,
    figure,
    is_money,
    lot_title,
    lower_first,
    mark,
    moment,
    unknown,
)
from reglo.procurement.bid import Standing
from reglo.procurement.consultation import BuyerKind, Consultation, ProcedureType
from reglo.procurement.french import counted, french_day, plural
from reglo.procurement.judging.judgement import Judgement, LotResult
from reglo.procurement.judging.lot_limits import TooManyLotsWon
from reglo.procurement.pieces.group_findings import RankedTogether


def analysis_report(
    consultation: Consultation,
    judgement: Judgement,
    day_of_report: date,
    *,
    rules_file: str = "",
    offers_file: str = "",
    offers_digest: str = "",
) -> Document:
    """The report of a judgement, in the eleven headings of a *rapport d'analyse* and its annexes.

    judgement: as ``scoring.judge`` gives it for these rules; lots left out of it are left out here.
    rules_file, offers_file: names of the files judged, printed in the annex that says how to do it again;
    offers_digest: sha256 of the offers file's bytes. Each may be left out when it is not known.
    """
    body: tuple[Block, ...] = (
        Callout(
            "Ce que ce rapport est",
            (
                "Un relevé calculé des règles publiées et des appréciations saisies. Le classement est "
                "une proposition : la décision appartient à la personne ou à la commission compétente.",
            ),
        ),
        Contents(2),
        PageBreak(),
        *_object(consultation),
        *_course(consultation),
        *received_sections(consultation, judgement),
        *method_sections(consultation),
        *_lots(consultation, judgement),
        *_low_bids(consultation, judgement),
        *_negotiation(consultation),
        *_ranking(consultation, judgement),
        *_proposal(consultation, judgement),
        *annexes(consultation, judgement),
        *replay(judgement, rules_file, offers_file, offers_digest),
    )
    return Document(
        title="Rapport d'analyse des offres",
        subject=consultation.title,
        reference=consultation.reference,
        issuer=consultation.buyer.name,
        day=day_of_report,
        digest=judgement.rules_digest,
        body=body,
    )


def _facts(caption: str, rows: list[tuple[str, str]]) -> Table:
    kept: list[tuple[Inline, ...]] = [(label, value) for label, value in rows if value]
    return Table(caption, (Column("Rubrique", width=1), Column("Contenu", width=2.6)), tuple(kept))


# --- 1 and 2: object, procedure, course -------------------------------------------------------


def _object(consultation: Consultation) -> Iterator[Block]:
    procedure, contract, allotment = consultation.procedure, consultation.contract, consultation.allotment
    basis = ", ".join(procedure.legal_basis)
    yield Heading(1, "1. Objet et procédure")
    yield _facts(
        "La consultation",
        [
            ("Objet", consultation.title),
            ("Description", consultation.description.strip()),
            ("Acheteur", f"{consultation.buyer.name} ({BUYER_FR[consultation.buyer.kind]})"),
            ("Représenté par", consultation.buyer.represented_by),
            ("Nature", NATURE_FR[consultation.nature]),
            ("Procédure", PROCEDURE_FR[procedure.type] + (f" ({basis})" if basis else "")),
            ("Code CPV", ", ".join(consultation.cpv)),
            ("Valeur estimée", str(consultation.estimated_value or "")),
            ("Valeur estimée, toutes périodes", str(consultation.estimated_total or "")),
            ("Forme du contrat", _form(consultation)),
            ("Durée", str(contract.duration or "") if contract else ""),
            ("Allotissement", _allotment(consultation)),
            ("Motif de non-allotissement", allotment.reason if allotment and not allotment.divided else ""),
            ("Variantes", _variants(consultation)),
        ],
    )
    if len(consultation.lots) > 1:
        yield Table(
            "Les lots",
            (
                Column("Lot", width=0.5),
                Column("Intitulé", width=4),
                Column("Durée", width=1),
                Column("Valeur estimée", Align.RIGHT, width=1.6),
            ),
            tuple(
                (
                    lot.id,
                    lot.name,
                    str(lot.duration or (contract.duration if contract else None) or ""),
                    str(lot.estimated_value or "non indiquée"),
                )
                for lot in consultation.lots
            ),
        )


def _form(consultation: Consultation) -> str:
    """The form of the contract, and of the lots that have another."""
    common = [consultation.contract.form] if consultation.contract else []
    return " ; ".join([*common, *(f"lot {lot.id} : {lot.form}" for lot in consultation.lots if lot.form)])


def _variants(consultation: Consultation) -> str:
    """What the rules say of variants; of their silence, what R.2151-8 makes."""
    procedure = consultation.procedure
    if procedure.variants_required:
        return "exigées"
    if procedure.variants_allowed is not None:
        return "autorisées" if procedure.variants_allowed else "interdites"
    if procedure.type is ProcedureType.ADAPTED:
        law = "autorisées en procédure adaptée (CCP R.2151-8 2°)"
    elif consultation.buyer.kind is BuyerKind.UTILITY:
        law = "autorisées, l'acheteur étant une entité adjudicatrice (CCP R.2151-8 1° b)"
    else:
        law = "interdites en procédure formalisée (CCP R.2151-8 1° a)"
    return f"non dit par les règles ; dans le silence des documents : {law}"


def _allotment(consultation: Consultation) -> str:
    if len(consultation.lots) == 1:
        return "marché unique"
    text = f"{len(consultation.lots)} lots"
    if consultation.allotment and consultation.allotment.max_lots_awarded:
        text += f", {consultation.allotment.max_lots_awarded} au plus par attributaire"
    return text


def _course(consultation: Consultation) -> Iterator[Block]:
    calendar = consultation.calendar
    announced = [
        ("Envoi de l'avis à la publication", moment(calendar.sent_at) if calendar.sent_at else ""),
        ("Lancement", french_day(calendar.launched_on) if calendar.launched_on else ""),
        (
            "Limite de réception des candidatures",
            moment(calendar.candidacy_deadline) if calendar.candidacy_deadline else "",
        ),
        *(
            (f"Visite « {visit.id} »{visit.whose}", moment(visit.at) if visit.at else "sur rendez-vous")
            for visit in calendar.visits
        ),
        (
            "Limite de réception des offres",
            moment(calendar.submission_deadline) if calendar.submission_deadline else "",
        ),
        (
            "Limite de réception des offres finales",
            moment(calendar.final_bids_deadline) if calendar.final_bids_deadline else "",
        ),
        (
            "Ouverture des plis" + (" (prévision)" if calendar.opening_indicative else ""),
            moment(calendar.opening_at) if calendar.opening_at else "",
        ),
        ("Validité des offres", str(calendar.bid_validity.period) if calendar.bid_validity else ""),
    ]
    yield Heading(1, "2. Déroulement")
    yield _facts("Dates annoncées par les documents de la consultation", announced)
    missing = [
        "publication effective de l'avis et rectificatifs",
        "retraits du dossier, questions reçues et réponses données",
        "modifications du dossier et reports de délais",
    ]
    if calendar.opening_at is None or calendar.opening_indicative:
        missing.append("date et membres de la séance d'ouverture")
    yield Paragraph(f"{unknown()[:-1]} :")
    yield BulletList(tuple(missing))


# --- 7 to 9 -----------------------------------------------------------------------------------


def _lots(consultation: Consultation, judgement: Judgement) -> Iterator[Block]:
    several = len(judgement.lots) > 1
    yield Heading(1, "7. Analyse par lot" if several else "7. Analyse des offres")
    for number, result in enumerate(judgement.lots, 1):
        yield Heading(2, f"7.{number} {lot_title(consultation, result)}")
        yield from lot_sections(consultation, result)


def _low_bids(consultation: Consultation, judgement: Judgement) -> Iterator[Block]:
    review = consultation.review
    yield Heading(1, "8. Offres paraissant anormalement basses")
    named = review.low_bid_formulas if review else ()
    yield Paragraph(
        f"Formules de détection du règlement : {', '.join(named)}."
        if named
        else "Le règlement ne donne pas de formule ; Réglo calcule les formules connues, pour information."
    )
    rows = [
        (result.lot.id, finding.code, finding.cause_text)
        for result in judgement.lots
        for finding in result.findings
        if finding.code.startswith("OAB-")
    ]
    if rows:
        yield Table(
            "Alertes",
            (Column("Lot", width=0.5), Column("Formule", width=0.8), Column("Constat", width=5)),
            tuple(rows),
        )
    else:
        yield Paragraph("Aucune alerte.")
    rejected = [
        (result.lot.id, aside.bid.name, aside.bid.reason or "motif non renseigné")
        for result in judgement.lots
        for aside in result.put_aside
        if aside.bid.standing is Standing.ABNORMALLY_LOW
    ]
    if rejected:
        yield Table(
            "Offres rejetées comme anormalement basses",
            (Column("Lot", width=0.5), Column("Candidat", width=2), Column("Motif", width=4)),
            tuple(rejected),
        )
    yield Paragraph(
        "Une alerte n'élimine pas : elle est à examiner ; si le prix paraît anormalement "
        "bas, demander par écrit des précisions et justifications (CCP L.2152-6, R.2152-3). Demandes "
        "faites, réponses et appréciation : " + lower_first(unknown()),
        small=True,
    )


def _negotiation(consultation: Consultation) -> Iterator[Block]:
    negotiation, kind = consultation.procedure.negotiation, consultation.procedure.type
    yield Heading(1, "9. Négociation")
    if kind in (ProcedureType.OPEN, ProcedureType.RESTRICTED):
        yield Paragraph("Sans objet : l'appel d'offres exclut la négociation (CCP L.2124-2, R.2161-5).")
        return
    if negotiation is None or not negotiation.allowed:
        yield Paragraph("Les documents de la consultation n'annoncent pas de négociation.")
        return
    who = f"les {negotiation.with_best} meilleures offres" if negotiation.with_best else "tous les candidats"
    announced = [f"négociation possible avec {who}"]
    if negotiation.award_without:
        announced.append("droit réservé d'attribuer sur la base des offres initiales")
    if negotiation.rounds:
        announced.append(f"tours annoncés : {negotiation.rounds}")
    if negotiation.channels:
        announced.append(f"par : {', '.join(negotiation.channels)}")
    if negotiation.excluded:
        announced.append(f"ne se négocient pas : {', '.join(negotiation.excluded)}")
    yield Paragraph(
        f"Ce qu'annoncent les documents{f' ({negotiation.source})' if negotiation.source else ''} :"
    )
    yield BulletList(tuple(announced))
    yield Paragraph(
        "Tenue de la négociation, participants, dates, évolution des offres : " + lower_first(unknown())
    )


# --- 10 and 11: ranking, proposal -------------------------------------------------------------


def _ranking(consultation: Consultation, judgement: Judgement) -> Iterator[Block]:
    yield Heading(1, "10. Notes et classement")
    if judgement.findings:
        yield Callout("À examiner", tuple(map(str, judgement.findings)))
    for number, result in enumerate(judgement.lots, 1):
        yield Heading(2, f"10.{number} {lot_title(consultation, result)}")
        yield from lot_ranking(consultation, result)


def _proposal(consultation: Consultation, judgement: Judgement) -> Iterator[Block]:
    bases = {consultation.in_lot(result.lot.id).award.price_basis for result in judgement.lots}
    common = next(iter(bases)) if len(bases) == 1 else None
    yield Heading(1, "11. Proposition")
    waiting = [
        f"{'' if len(consultation.lots) == 1 else f'Lot {result.lot.id} : '}{why}"
        for result in judgement.lots
        for why in _why_provisional(result)
    ]
    waiting += [
        told.cause_text for told in judgement.findings if isinstance(told, TooManyLotsWon | RankedTogether)
    ]
    if waiting:
        yield Callout("Proposition provisoire", tuple(waiting))
    rows: list[tuple[Inline, ...]] = []
    for result in judgement.lots:
        winner = result.winner
        if winner is None:
            rows.append((result.lot.id, _no_winner(result), "", ""))
            continue
        award = consultation.in_lot(result.lot.id).award
        name = award.price_figure
        price = winner.figures.get(name)
        shown = "" if price is None else figure(price, money=is_money(award, name))
        if shown and award.price_basis and len(bases) > 1:
            shown += f" {award.price_basis}"
        named = (strong(winner.bid.name), " (provisoire)" if result.provisional else "")
        rows.append((result.lot.id, named, mark(winner.total.value), shown))
    yield Table(
        "Offre proposée pour chaque lot" if len(rows) > 1 else "Offre proposée",
        (
            Column("Lot", width=0.5),
            Column("Offre classée première", width=3.4),
            Column("Note", Align.RIGHT, 0.9),
            Column(f"Prix jugé{f' ({common})' if common else ''}", Align.RIGHT, 1.3),
        ),
        tuple(rows),
    )
    yield Callout(
        "Une personne décide",
        (
            "Ce tableau propose d'attribuer à l'offre économiquement la plus avantageuse selon les critères "
            "publiés (CCP L.2152-7, R.2152-6). L'attribution suppose encore que l'attributaire pressenti "
            "produise ses justificatifs (CCP R.2144-4) et qu'il ne soit pas exclu.",
        ),
    )
    yield Paragraph(
        (
            "Avis ou décision, motifs propres, réserves : ",
            lower_first(unknown("la personne ou la commission compétente")),
        )
    )
    yield SignatureBlock(("Pour l'acheteur",))


def _why_provisional(result: LotResult) -> Iterator[str]:
    number = len(result.to_process)
    if number:
        yield (
            f"{counted(number, 'offre')} à traiter, laissée{plural(number)} hors du "
            "classement (partie 5) : le classement peut changer."
        )
    for finding in result.left_out:
        yield f"Une offre saisie n'est pas jugée : le classement peut changer. {finding.cause_text}"


def _no_winner(result: LotResult) -> str:
    first = [one.bid.name for one in result.ranked if one.rank in (1, None)]
    if first:
        return "Égalité à trancher entre " + " et ".join(first)
    if result.provisional:
        return "Aucune offre classée : des offres restent à traiter"
    if result.put_aside:
        return "Aucune offre classée : déclaration d'infructuosité ou suite à donner, à décider"
    return "Aucune offre reçue : suite à donner, à décider"
