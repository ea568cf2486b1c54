"""The judge's page: the evidence as a document, and as lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from reglo.deposit.acts import STATE_FR
from reglo.deposit.evidence import LONGEST_MINUTES, Attempt, Evidence, Minute, Run, by_sender
from reglo.deposit.evidence_drawings import drawings, size_fr
from reglo.deposit.store import french
from reglo.exports.documents import (
    Align,
    Block,
    BulletList,
    Column,
    Document,
    Figure,
    Heading,
    Paragraph,
    Table,
    code,
)
from reglo.procurement.french import counted

KIND_FR = {"create": "création", "append": "envoi", "terminate": "abandon", "withdraw": "retrait"}
_AROUND = timedelta(minutes=10)  # of the deadline: each minute is shown
_LEFT_OUT = "les minutes normales, sans tentative et loin de l'heure limite ne sont pas redites"
BEFORE_DEADLINE = (
    "L'heure limite n'est pas passée : qui dépose, quoi et combien ne se dit à personne avant elle. Ce "
    "relevé ne dit que la santé de la plateforme et ce qui a échoué de son fait ; refaites-le ensuite."
)


WORTH = (
    "Les tentatives et les mesures de santé sont les écritures de la plateforme elle-même. Elles ne sont ni "
    "signées ni au journal : qui administre la base pourrait les modifier sans que ce relevé le montre. Le "
    "journal de l'ordinateur du déposant et une sonde extérieure les confirment ou les démentent.",
    "Le déposant est nommé comme il s'est nommé : deux personnes peuvent avoir donné le même nom, que "
    "l'adresse électronique et l'adresse réseau distinguent.",
    "Les plis reçus, eux, ont chacun un reçu signé et une entrée du journal, à vérifier sans la plateforme "
    "(docs/receipt.md).",
)


def document(evidence: Evidence) -> Document:
    """The page as a document to print, sign or attach."""
    consultation = evidence.consultation
    return Document(
        title="Relevé des tentatives de dépôt et du fonctionnement de la plateforme",
        subject=consultation.title,
        reference=consultation.reference,
        issuer=consultation.buyer,
        day=evidence.made_at.astimezone(ZoneInfo(consultation.zone)).date(),
        body=tuple(_body(evidence)),
    )


def _body(evidence: Evidence) -> Iterator[Block]:
    consultation = evidence.consultation
    zone = consultation.zone
    yield Paragraph(
        f"Du {french(evidence.start, zone)} au {french(evidence.end, zone)}. Heure limite : "
        f"{_deadline(evidence)}. Relevé établi le {french(evidence.made_at, zone)} ; le journal "
        f"compte alors {evidence.journal_size} entrées."
    )
    yield Paragraph(
        ("Empreinte de la dernière entrée du journal : ", code(evidence.journal_head)), small=True
    )
    yield Heading(1, "En bref")
    yield BulletList(tuple(summary(evidence)))
    yield Heading(1, "Vue d'ensemble")
    for drawing in drawings(evidence):
        yield Figure(drawing.svg, f"{drawing.title}. {drawing.words}", caption=drawing.title)
        yield Paragraph(drawing.words, small=True)
    yield Paragraph(
        "Les tableaux qui suivent donnent les mêmes faits en chiffres. Au-dessus de chaque envoi, le débit "
        "de chaque seconde ; au-dessous, les requêtes et leur issue.",
        small=True,
    )
    yield Heading(1, "Qui a tenté quoi, et quand")
    if evidence.before_deadline:
        yield Paragraph(BEFORE_DEADLINE)
    elif not evidence.attempts:
        yield Paragraph("Aucune tentative de dépôt pendant cette période.")
    for name, attempts in by_sender(evidence.attempts).items():
        yield _attempts(name, attempts, zone)
    yield Paragraph(
        "Une ligne est une requête reçue par la plateforme. « Reçus » compte les octets arrivés, « gardés » "
        "ceux qui ont été rendus durables et acquittés.",
        small=True,
    )
    if evidence.deposits:
        yield Heading(1, "Plis reçus")
        yield _deposits(evidence)
    yield Heading(1, "Ce que faisait la plateforme")
    yield from _health(evidence)
    yield Heading(1, "Limites annoncées")
    yield from _limits(evidence)
    yield Heading(1, "Ce que vaut ce relevé")
    yield BulletList(WORTH)


def summary(evidence: Evidence) -> Iterator[str]:
    """The facts a reader looks for first."""
    deadline = evidence.consultation.deadline
    zone = evidence.consultation.zone
    if evidence.before_deadline:
        yield BEFORE_DEADLINE
    yield from (f"Contradiction. {each}" for each in evidence.contradictions)
    for name, attempts in () if evidence.before_deadline else by_sender(evidence.attempts).items():
        first, last = attempts[0].started_at, attempts[-1].ended_at or attempts[-1].started_at
        ends = [attempt.outcome for attempt in attempts]
        failed = [
            f"{count} {how}"
            for count, how in (
                (ends.count("plateforme"), "en échec du fait de la plateforme"),
                (ends.count("déposant ou réseau"), "sans suite du côté du déposant ou du réseau"),
            )
            if count
        ]
        yield (
            f"{name} : {counted(len(attempts), 'requête')}, la première {_from_deadline(first, deadline)}, "
            f"la dernière finie {_from_deadline(last, deadline)}"
            + "".join(f" ; {each}" for each in failed)
            + f". {_whole(evidence, attempts)}."
        )
    for kind, named in (
        ("pli", "Plis reçus en entier"),
        ("backup_copy", "Copies de sauvegarde électroniques"),
    ):
        if evidence.before_deadline:
            break
        whole = [deposit for deposit in evidence.deposits if deposit.kind == kind]
        if whole or kind == "pli":
            late = sum(deposit.state == "late" for deposit in whole)
            yield f"{named} : {len(whole)}, dont {late} hors délai."
    if evidence.before_deadline:
        yield (
            f"Échecs du fait de la plateforme : {counted(len(evidence.attempts), 'requête')}."
            if evidence.attempts
            else "Aucune requête n'a échoué du fait de la plateforme."
        )
    bad = [minute for minute in evidence.minutes if minute.shown(evidence.expected(minute)) != "normale"]
    if not evidence.minutes:
        yield "La plateforme n'a aucune mesure de santé pour cette période."
    elif bad:
        yield (
            f"Sur {counted(len(evidence.minutes), 'minute')}, {len(bad)} ne {_shows(len(bad))} pas un "
            f"fonctionnement normal ({_degraded(bad)}), la première le "
            f"{_clock(max(bad[0].at, evidence.start), zone)}."
        )
    else:
        count = counted(len(evidence.minutes), "minute")
        yield f"{count} de mesures, de bout en bout, montrent un fonctionnement normal."
    if evidence.unfinished:
        yield (
            f"La période demandée n'est pas finie : rien n'est dit de ce qui suit le "
            f"{french(evidence.made_at, zone)}, instant du relevé."
        )
    if len(evidence.minutes) == LONGEST_MINUTES and evidence.end_of(evidence.minutes[-1]) < evidence.end:
        told_until = _clock(evidence.end_of(evidence.minutes[-1]), zone)
        yield f"La santé n'est donnée que jusqu'au {told_until} : demandez la suite par un autre relevé."
    silent = [probe for probe in evidence.probes if not probe.ok]
    if evidence.probes:
        yield f"Sondes extérieures : {counted(len(evidence.probes), 'mesure')}, {len(silent)} en échec."
    else:
        yield "Aucune sonde extérieure n'a été jointe à ce relevé."


def _shows(count: int) -> str:
    return "montre" if count == 1 else "montrent"


def _degraded(bad: list[Minute]) -> str:
    """What the minutes that are not normal lack: to work ill is not the same as to say nothing."""
    degraded = sum(minute.impaired > 0 for minute in bad)
    kinds = ((degraded, "dégradée"), (len(bad) - degraded, "mesurée en partie ou pas du tout"))
    return ", ".join(
        f"{number} {words if number == 1 else words.replace('ée', 'ées')}"
        for number, words in kinds
        if number
    )


def _whole(evidence: Evidence, attempts: list[Attempt]) -> str:
    """What became of all these requests: the bids wholly received in the period."""
    uploads = {attempt.upload for attempt in attempts}
    found = [
        f"reçu en entier {_from_deadline(each.last_byte_at, evidence.consultation.deadline)}"
        + ("" if each.state == "received" else f" ({STATE_FR[each.state]})")
        for each in evidence.deposits
        if each.upload in uploads
    ]
    return f"Pli {' ; pli '.join(found)}" if found else "Aucun pli reçu en entier pendant la période"


def _attempts(name: str, attempts: list[Attempt], zone: str) -> Table:
    columns = (
        Column("Début", width=1.3),
        Column("Fin", width=1.3),
        Column("Acte", width=0.9),
        Column("Reçus", Align.RIGHT, 0.9),
        Column("Gardés", Align.RIGHT, 0.9),
        Column("Débit", Align.RIGHT, 0.9),
        Column("Issue", width=3.2),
    )
    return Table(
        f"{name} ({_who(attempts)})",
        columns,
        tuple(_attempt(each, zone, origin) for each, origin in _placed(attempts)[:2000]),
    )


def _who(attempts: list[Attempt]) -> str:
    origins = list(dict.fromkeys(each.origin for each in attempts))
    if len(origins) == 1:
        return ", ".join(origins[0])
    return " ; ".join(f"origine {number} : {', '.join(each)}" for number, each in enumerate(origins, 1))


def _placed(attempts: list[Attempt]) -> list[tuple[Attempt, str]]:
    """Each attempt with the number of its origin, as ``_who`` gives it; "" when there is but one."""
    origins = list(dict.fromkeys(each.origin for each in attempts))
    if len(origins) == 1:
        return [(each, "") for each in attempts]
    numbers = {origin: f", origine {number}" for number, origin in enumerate(origins, 1)}
    return [(each, numbers[each.origin]) for each in attempts]


def _attempt(attempt: Attempt, zone: str, origin: str) -> tuple[str, ...]:
    issue = attempt.error or "acquitté"
    if attempt.status is None:
        issue = "sans fin : le serveur s'est arrêté pendant cette requête"
    rate = attempt.rate
    return (
        _clock(attempt.started_at, zone),
        _clock(attempt.ended_at, zone) if attempt.ended_at else "–",
        KIND_FR.get(attempt.kind, attempt.kind) + origin,
        size_fr(attempt.received),
        size_fr(attempt.kept),
        f"{size_fr(int(rate))}/s" if rate else "–",
        f"{issue} [{attempt.outcome}]" if attempt.outcome != "reçu" else issue,
    )


def _deposits(evidence: Evidence) -> Table:
    zone = evidence.consultation.zone
    columns = (
        Column("Déposant", width=2),
        Column("Premier octet", width=1.3),
        Column("Dernier octet", width=1.5),
        Column("Taille", Align.RIGHT),
        Column("État", width=1.9),
        Column("Journal", Align.RIGHT, 0.8),
    )
    rows = tuple(
        (
            each.depositor,
            _clock(each.first_byte_at, zone),
            _exactly(each.last_byte_at, zone),
            size_fr(each.size),
            f"{STATE_FR[each.state]}{', copie de sauvegarde' if each.kind == 'backup_copy' else ''}, "
            + _from_deadline(each.last_byte_at, evidence.consultation.deadline),
            str(each.journal_index),
        )
        for each in evidence.deposits
    )
    return Table("Plis reçus en entier pendant la période", columns, rows)


def _health(evidence: Evidence) -> Iterator[Block]:
    zone = evidence.consultation.zone
    runs = tuple(
        (
            run.node,
            french(run.started_at, zone),
            _end(run, evidence, zone),
        )
        for run in evidence.runs
    )
    if runs:
        yield Table("Serveurs en marche", (Column("Serveur"), Column("Départ"), Column("Arrêt")), runs)
    columns = (
        Column("Minute", width=1.2),
        Column("Secondes mesurées", Align.RIGHT),
        Column("Reçus", Align.RIGHT),
        Column("Retard du serveur, ms", Align.RIGHT),
        Column("Écriture durable, ms", Align.RIGHT),
        Column("Base, ms", Align.RIGHT),
        Column("Écart d'horloge, ms", Align.RIGHT),
        Column("Constat", width=2.6),
    )
    rows = tuple(_minutes(evidence))[:1000]
    if rows:
        yield Table("Santé, minute par minute (pire seconde de chaque minute)", columns, rows)
    yield Paragraph(
        "Sont montrées les minutes proches de l'heure limite, celles d'une tentative et celles qui ne sont "
        "pas normales ; le relevé JSON les contient toutes. Une seconde sans mesure ne prouve rien pour la "
        "plateforme.",
        small=True,
    )
    failed = tuple(
        (_clock(probe.at, zone), probe.source, probe.detail or "échec")
        for probe in evidence.probes
        if not probe.ok
    )
    if failed:
        yield Table(
            "Sondes extérieures en échec", (Column("Heure"), Column("Sonde"), Column("Détail")), failed
        )


def _end(run: Run, evidence: Evidence, zone: str) -> str:
    if run.stopped_at:
        return french(run.stopped_at, zone)
    seen = run.last_seen_at
    if seen and evidence.made_at - seen < timedelta(seconds=10):
        return "en marche"
    return f"sans arrêt ordonné ; dernière mesure le {french(seen, zone)}" if seen else "sans aucune mesure"


def _worth_showing(minute: Minute, evidence: Evidence) -> bool:
    end = minute.at + timedelta(minutes=1)
    near = abs(minute.at - evidence.consultation.deadline) <= _AROUND
    busy = any(
        attempt.started_at < end and (attempt.ended_at or attempt.started_at) >= minute.at
        for attempt in evidence.attempts
    )
    return near or busy or minute.shown(evidence.expected(minute)) != "normale"


def _minutes(evidence: Evidence) -> Iterator[tuple[str, ...]]:
    """A row for each minute worth showing; one for each unbroken stretch, in a day, without any measure."""
    zone = evidence.consultation.zone

    def stretch(placed: tuple[int, Minute]) -> object:
        place, minute = placed
        if minute.seconds or not evidence.expected(minute):
            return minute.at  # its own row
        return minute.at - timedelta(minutes=place), _clock(minute.at, zone)[:10]

    shown = (minute for minute in evidence.minutes if _worth_showing(minute, evidence))
    for _, group in groupby(enumerate(shown), stretch):
        first, *others = (minute for _, minute in group)
        row = _minute(first, evidence)
        if others:
            until = evidence.end_of(others[-1])
            lasted = _lasting((until - max(first.at, evidence.start)).total_seconds())
            row = (f"{row[0]} à {_clock(until, zone)[-8:-3]}", *row[1:-1], f"aucune mesure pendant {lasted}")
        yield row


def _minute(minute: Minute, evidence: Evidence) -> tuple[str, ...]:
    said = minute.shown(evidence.expected(minute))
    return (
        _clock(minute.at, evidence.consultation.zone)[:-3],
        str(minute.seconds),
        "–" if evidence.before_deadline else size_fr(minute.received),
        str(minute.worst_loop_ms),
        str(minute.worst_storage_ms),
        str(minute.worst_database_ms),
        str(minute.worst_skew_ms),
        " ; ".join((said, *minute.faults)),
    )


def _limits(evidence: Evidence) -> Iterator[Block]:
    limits = evidence.consultation.limits
    yield BulletList(
        (
            f"Pli : {size_fr(limits['max_size'])} ({limits['max_size']} octets) au plus.",
            f"Fichiers scellés : {limits['max_documents']} au plus, de "
            f"{size_fr(limits['max_document_size'])} chacun au plus.",
        )
    )
    other = [each for each in evidence.attempts if each.limits and each.limits != limits]
    yield Paragraph(
        "Annoncées à chaque programme d'envoi avant le premier octet (en-tête Tus-Max-Size et adresse de la "
        "consultation), les mêmes à toutes les tentatives de la période."
        if not other
        else f"{counted(len(other), 'tentative')} ont reçu une autre annonce : voir le relevé JSON."
    )


def lines(evidence: Evidence) -> Iterator[str]:
    """The page for the terminal."""
    consultation = evidence.consultation
    zone = consultation.zone
    yield f"{consultation.reference} · {consultation.title}"
    yield f"Heure limite : {_deadline(evidence)}"
    yield f"Période : du {french(evidence.start, zone)} au {french(evidence.end, zone)}"
    yield ""
    yield from (f"– {text}" for text in summary(evidence))
    for name, attempts in by_sender(evidence.attempts).items():
        yield ""
        yield f"{name} ({_who(attempts)})"
        yield from _requests(attempts, zone)
    yield ""
    yield f"Plateforme, minute par minute ({_LEFT_OUT}) :"
    for cells in _minutes(evidence):
        yield f"  {cells[0]} · {cells[1]} s mesurées · {cells[7]}"
    yield ""
    yield "Ce que vaut ce relevé :"
    yield from (f"– {text}" for text in WORTH)


def _requests(attempts: list[Attempt], zone: str) -> Iterator[str]:
    """A line for each request; many chunks of one upload, acknowledged in a row, are told together."""
    for (_, _, outcome, _, _, origin), group in groupby(
        _placed(attempts),
        lambda each: (each[0].upload, each[0].kind, each[0].outcome, each[0].error, each[0].status, each[1]),
    ):
        alike = [attempt for attempt, _ in group]
        if len(alike) < 4 or outcome != "reçu":
            for attempt in alike:
                start, end, kind, received, kept, rate, issue = _attempt(attempt, zone, origin)
                yield f"  {start} → {end} · {kind} · {received} reçus, {kept} gardés, {rate} · {issue}"
            continue
        start, end = _clock(alike[0].started_at, zone), _attempt(alike[-1], zone, origin)[1]
        received, kept = (
            size_fr(sum(each)) for each in zip(*((one.received, one.kept) for one in alike), strict=True)
        )
        kind = KIND_FR.get(alike[0].kind, alike[0].kind)
        count = f"{kind}{origin}, {len(alike)} requêtes"
        yield f"  {start} → {end} · {count} · {received} reçus, {kept} gardés · acquittées"


def _clock(at: datetime, zone: str) -> str:
    """Day and time to the second, in the consultation's zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%d/%m/%Y %H:%M:%S}"


def _exactly(at: datetime, zone: str) -> str:
    """Day and time to the microsecond: a bid may be late by less than a second."""
    fraction = f",{at.microsecond:06d}".rstrip("0") if at.microsecond else ""
    return _clock(at, zone) + fraction


def _deadline(evidence: Evidence) -> str:
    shown = evidence.consultation.deadline_shown
    return shown if evidence.consultation.deadline_inclusive else f"{shown}, exclue"


def _from_deadline(at: datetime, deadline: datetime) -> str:
    """How far an instant is from the deadline.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 29, 12, tzinfo=UTC)
    >>> _from_deadline(noon - timedelta(minutes=20), noon), _from_deadline(noon + timedelta(seconds=29), noon)
    ("20 min avant l'heure limite", "29 s après l'heure limite")
    """
    seconds = (at - deadline).total_seconds()
    if not seconds:
        return "à l'heure limite même"
    return f"{_lasting(abs(seconds))} {'après' if seconds > 0 else 'avant'} l'heure limite"


def _lasting(seconds: float) -> str:
    whole = int(seconds)
    days, rest = divmod(whole, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    named = [(days, "j"), (hours, "h"), (minutes, "min"), (left, "s")]
    return " ".join(f"{count} {unit}" for count, unit in named if count) or "moins d'une seconde"
