"""``reglo deposit-server``: receive sealed bids."""

from __future__ import annotations

import errno
import re
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reglo.cli.output import print_findings, usage_error
from reglo.cli.platform_database import given_url, opened
from reglo.procurement.findings import Refused, Severity
from reglo.procurement.french import system_cause

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from reglo.deposit.acts import Platform
    from reglo.deposit.store import Consultation
    from reglo.procurement.consultation import Calendar
    from reglo.procurement.values import Instant

_MB = 1024 * 1024


def command(
    data: Annotated[
        Path, typer.Option("--data", help="Dossier de la plateforme : base, plis, clés.", metavar="DOSSIER")
    ],
    open_rules: Annotated[
        list[Path] | None,
        typer.Option(
            "--open", help="Règles d'une consultation à ouvrir aux dépôts ; répétable.", metavar="RÈGLES"
        ),
    ] = None,
    keys: Annotated[
        list[Path] | None,
        typer.Option("--keys", help="Ses clés d'ouverture publiées, dans le même ordre.", metavar="CLÉS"),
    ] = None,
    amendment: Annotated[
        list[Path] | None,
        typer.Option(
            help="Report d'heure limite (« reglo keys amend ») ; répétable : tous depuis la cérémonie.",
            metavar="RECTIFICATIF",
        ),
    ] = None,
    bids: Annotated[
        bool,
        typer.Option(
            "--bids",
            help="Procédure en deux temps : recevoir ici les offres des invités, non les candidatures.",
        ),
    ] = False,
    host: Annotated[str, typer.Option(help="Adresse d'écoute.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port d'écoute.", min=0, max=65535)] = 8070,
    storage: Annotated[
        str,
        typer.Option(
            help="Où garder les plis : un dossier ou une adresse « s3://seau/préfixe ».", metavar="LIEU"
        ),
    ] = "",
    authority: Annotated[
        str,
        typer.Option(help="Adresse de l'autorité d'horodatage RFC 3161 ; sans elle, une autorité locale."),
    ] = "",
    authority_ca: Annotated[
        list[Path] | None,
        typer.Option(
            "--authority-ca",
            help="Certificats de cette autorité (PEM) : ses jetons sont alors vérifiés à la réception.",
            metavar="CERTIFICATS",
        ),
    ] = None,
    origin: Annotated[
        str, typer.Option(help="Nom public du journal, par exemple « marches.ville.fr/journal ».")
    ] = "",
    max_size: Annotated[
        int, typer.Option(help="Taille limite d'un pli, en Mio, annoncée avant l'envoi.")
    ] = 20_480,
    max_documents: Annotated[int, typer.Option(help="Nombre limite de fichiers scellés d'un pli.")] = 20_000,
    max_document_size: Annotated[
        int, typer.Option(help="Taille limite d'un fichier scellé, en Mio.")
    ] = 8_191,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(help="Site autorisé à déposer depuis sa page (CORS) ; aucun par défaut."),
    ] = None,
    proxy: Annotated[
        list[str] | None,
        typer.Option(
            help="Mandataire devant le serveur (adresse ou réseau) : le relevé garde l'adresse du client "
            "qu'il donne (X-Forwarded-For).",
            metavar="ADRESSE",
        ),
    ] = None,
    only_open: Annotated[
        bool, typer.Option("--only-open", help="Ouvrir les consultations données, puis s'arrêter.")
    ] = False,
) -> None:
    """Recevoir les plis scellés : envoi reprenable (tus 1.0), horodatage, reçu et journal.

    Sans DATABASE_URL, une base PostgreSQL est tenue dans le dossier. DATABASE_OWNER_URL : le rôle
    propriétaire du schéma, s'il diffère de celui de l'application. Ctrl-C arrête : ce qui est acquitté
    est gardé.
    """
    import asyncio
    import logging
    import socket
    from ipaddress import ip_network

    from reglo.deposit.http import Settings
    from reglo.deposit.server import Node, serve

    rules = open_rules or []
    if len(rules) != len(keys or []):
        usage_error(
            "Donnez autant de « --keys » que de « --open » : chaque consultation a ses clés d'ouverture."
        )
    try:
        if not only_open:  # beside a server that runs, the consultation opens on its address
            socket.create_server((host, port)).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            usage_error(f"Le port {port} de {host} n'est pas libre. Choisissez-en un autre (--port).")
        usage_error(
            f"Rien ne peut écouter sur {host}, port {port} ({system_cause(error)}) : voyez --host, --port."
        )
    if data.exists() and not data.is_dir():
        usage_error(f"« {data} » n'est pas un dossier. Donnez celui de la plateforme, ou un dossier à créer.")
    if authority and not authority.startswith(("https://", "http://")):
        usage_error(f"--authority : « {authority} » n'est pas une adresse. Écrivez https://…")
    try:
        proxies = tuple(ip_network(each) for each in proxy or ())
    except ValueError as error:
        usage_error(f"--proxy : {error}. Donnez une adresse (127.0.0.1) ou un réseau (10.0.0.0/8).")
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(message)s")
    node = Node(
        data=data,
        host=host,
        port=port,
        storage=storage,
        origin=origin,
        authority=authority,
        authority_certificates=_certificates(authority, authority_ca or []),
        database_url=given_url(prepared=False),
        owner_url=given_url("DATABASE_OWNER_URL", prepared=False),
    )
    limits = (max_size * _MB, max_documents, max_document_size * _MB)
    with opened(node) as (platform, embedded):
        for rules_path, keys_path in zip(rules, keys or [], strict=True):
            found = _open(platform, rules_path, keys_path, limits, amendment or [], bids)
            print(f"{found.reference} · dépôts jusqu'au {found.deadline_shown}")
            where = f"/consultations/{found.id}"
            print(
                f"  {where}, à l'adresse du serveur" if only_open else f"  http://{host}:{port}{where}",
                flush=True,
            )
        if only_open:
            return
        print(f"Réglo reçoit les plis sur http://{host}:{port} ; Ctrl-C pour arrêter.", flush=True)
        settings = Settings(allowed_origins=tuple(allow_origin or ()), proxies=proxies)
        asyncio.run(serve(node, platform, embedded, settings))
    print("Arrêté : tout ce qui a été acquitté est gardé.")


def _certificates(authority: str, files: list[Path]) -> tuple[Certificate, ...]:
    """Of the authority by URL, whose tokens nothing else would check; exit 2 when they cannot be used."""
    from reglo.sealing.token import certificates

    if files and not authority:
        usage_error(
            "« --authority-ca » va avec « --authority » : l'autorité locale a ses propres certificats."
        )
    if authority and not files:
        print(
            "Sans --authority-ca, les jetons de l'autorité sont gardés sans être vérifiés.", file=sys.stderr
        )
    try:
        return tuple(found for path in files for found in certificates(path.read_bytes(), str(path)))
    except Refused as refused:
        print_findings(refused.findings, stream=sys.stderr)
        raise typer.Exit(2) from None
    except OSError as error:
        usage_error(f"« {error.filename} » ne se lit pas ({system_cause(error)}). Donnez un certificat PEM.")


def _deadline(calendar: Calendar, rules: Path, bids: bool) -> Instant:
    """Until when plis come in time, candidacies by an hour of their own; exit 2 when the rules do not say."""
    in_two = calendar.candidacy_deadline is not None
    if bids and not in_two:
        usage_error(f"{rules} n'est pas une procédure en deux temps : retirez « --bids ».")
    limit = calendar.candidacy_deadline if in_two and not bids else calendar.submission_deadline
    if limit is None:
        later = " Inconnue à la cérémonie, elle se fixe par « reglo keys amend »." if bids else ""
        usage_error(
            f"{rules} n'annonce pas d'heure limite : ajoutez « calendar.submission_deadline ».{later}"
        )
    return limit


def _open(
    platform: Platform,
    rules: Path,
    keys: Path,
    limits: tuple[int, int, int],
    amendments: list[Path],
    bids: bool,
) -> Consultation:
    """Open the consultation of a rules file; exit 2 when it cannot be."""
    from reglo.deposit.consultations import open_consultation
    from reglo.reading.rules import read_rules
    from reglo.sealing.amendments import read_amendment, recipients_digest
    from reglo.sealing.opening_keys import read_opening_keys

    loaded = read_rules(rules)
    consultation = loaded.consultation
    if consultation is None or any(fault.weight is Severity.BLOCKING for fault in loaded.faults):
        print_findings(loaded.faults, stream=sys.stderr)
        raise typer.Exit(2)
    deadline = _deadline(consultation.calendar, rules, bids)
    copy = consultation.submission.backup_copy if consultation.submission else None
    try:
        _wait_for_rehearsal(platform, consultation.reference, keys)
        data = keys.read_bytes()
        own = recipients_digest(read_opening_keys(data, keys.name))
        acts = [read_amendment(path.read_bytes(), path.name) for path in amendments]
        return open_consultation(
            platform,
            amendments=[act for act in acts if act.recipients_sha256 == own],
            id=address_name(consultation.reference),
            reference=consultation.reference,
            title=consultation.title,
            object=consultation.description or consultation.title,
            buyer=consultation.buyer.name,
            rules_sha256=loaded.digest,
            opening_keys=data,
            deadline=deadline.at,
            deadline_inclusive=consultation.calendar.exact_hour_in_time,
            zone=deadline.zone.key,
            max_size=limits[0],
            max_documents=limits[1],
            max_document_size=limits[2],
            electronic_copy_allowed=bool(copy and copy.allowed is not False and copy.electronic),
        )
    except Refused as refused:
        print_findings(refused.findings, stream=sys.stderr)
        raise typer.Exit(2) from None
    except OSError as error:
        usage_error(f"« {error.filename} » ne se lit pas ({system_cause(error)}). Donnez le fichier publié.")


def _wait_for_rehearsal(platform: Platform, reference: str, keys: Path) -> None:
    """Exit 2 when the folder of the ceremony says that no rehearsal proved these keys yet (V4).

    Away from that folder the published file alone says nothing of it; what is open already stays open.
    """
    from reglo.cli.keys_folder import KEYS, RECORD, read_keys_folder
    from reglo.deposit.store import is_open
    from reglo.sealing.custody import ready

    if keys.name != KEYS or not (keys.parent / RECORD).is_file():
        return
    with platform.pool.connection() as connection:
        if is_open(connection, reference):
            return
    held = read_keys_folder(keys.parent)
    left = [
        finding
        for finding in ready(held.keys, held.record, held.rehearsals)
        if finding.weight is Severity.BLOCKING
    ]
    if left:
        print_findings(left, stream=sys.stderr)
        raise typer.Exit(2)


def address_name(reference: str) -> str:
    """A reference as part of an address.

    >>> address_name("2026/014 – Fournitures scolaires")
    '2026-014-fournitures-scolaires'
    """
    from reglo.deposit.collecting import LIGATURES

    plain = (
        unicodedata.normalize("NFKD", reference.translate(LIGATURES))
        .encode("ascii", "ignore")
        .decode()
        .lower()
    )
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80] or "consultation"
