"""``reglo backup-copy``: the copies de sauvegarde a buyer receives, and what the law lets it do with them."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reglo.cli import platform_database
from reglo.cli.output import keep_existing, print_findings, usage_error, whole_file
from reglo.procurement.findings import Refused

if TYPE_CHECKING:
    from reglo.deposit.acts import Platform
    from reglo.deposit.backup_copies import BackupCopy

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Les copies de sauvegarde (R.2132-11) : reçues, gardées fermées, ouvertes si le droit le permet.",
)

MEDIA = {"papier": "PAPER", "support": "PHYSICAL"}
GROUNDS = {"virus": "MALWARE", "incomplet": "INCOMPLETE", "tardif": "LATE", "illisible": "UNREADABLE"}

Data = Annotated[
    Path, typer.Option("--data", help="Dossier de la plateforme : base, plis, clés.", metavar="DOSSIER")
]
Consultation = Annotated[str, typer.Argument(help="Référence de la consultation.", metavar="CONSULTATION")]
Copy = Annotated[
    str, typer.Argument(help="Numéro de la copie, ou son début (quatre signes au moins).", metavar="COPIE")
]
Who = Annotated[str, typer.Option("--by", help="Qui agit : la personne que le journal nommera.")]


@app.command()
def register(
    consultation: Consultation,
    data: Data,
    depositor: Annotated[str, typer.Option(help="Nom du déposant, tel que le pli le porte.")],
    medium: Annotated[str, typer.Option(help="« papier », ou « support » (clé USB, disque).")],
    received: Annotated[
        str, typer.Option("--received", help="Reçue le « AAAA-MM-JJ HH:MM », au fuseau de la consultation.")
    ],
    place: Annotated[str, typer.Option(help="Où elle est gardée.")],
    who: Who,
    unmarked: Annotated[
        bool, typer.Option("--unmarked", help="Le pli ne porte pas « copie de sauvegarde ».")
    ] = False,
) -> None:
    """Inscrire une copie remise sur papier ou sur support physique ; une copie électronique se dépose.

    Sortie : 0 reçue, 1 reçue mais tardive ou sans la mention, 2 rien d'inscrit.
    """
    from reglo.cli.evidence import instant_in
    from reglo.deposit.backup_copies import Medium, receive_copy

    if medium not in MEDIA:
        usage_error(f"« {medium} » n'est pas un support : écrivez {' ou '.join(MEDIA)}.")
    _must_say(depositor=depositor, place=place, by=who)
    with _platform(data) as platform:
        with platform.pool.connection() as connection:
            zone = platform_database.named(connection, consultation).zone
        at = instant_in(received, zone)
        if at > platform.clock.now():
            usage_error(f"« {received} » est dans l'avenir. Donnez l'instant où la copie a été remise.")
        copy, findings = receive_copy(
            platform,
            consultation=consultation,
            depositor=depositor.strip(),
            medium=Medium[MEDIA[medium]],
            marked=not unmarked,
            received_at=at,
            received_by=who.strip(),
            place=place.strip(),
        )
    _say(copy)
    print_findings(findings, stream=sys.stderr)
    if findings:
        raise typer.Exit(1)


@app.command(name="list")
def list_copies(
    consultation: Consultation,
    data: Data,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Le même état en JSON, pour « reglo open --copies ».", metavar="FICHIER"
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Remplacer le fichier s'il existe.")] = False,
) -> None:
    """Dire l'état de chaque copie et, pour chaque envoi de son déposant, si elle peut s'ouvrir et pourquoi.

    Les copies se rapprochent des envois électroniques par le nom du déposant. Rien n'est écrit sur la
    plateforme : dans DATABASE_URL, un rôle qui ne peut que lire suffit.
    """
    import json

    from reglo.deposit.acts import STATE_FR
    from reglo.deposit.backup_copies import Ground, copies_of, for_the_opening
    from reglo.deposit.clock import ReferenceClock
    from reglo.deposit.health import clock_of

    if output:
        keep_existing([output], force=force)
    with platform_database.connected(data) as pool, pool.connection() as connection:
        found = platform_database.named(connection, consultation)
        copies = {copy.id: copy for copy in copies_of(connection, found.id)}
        state = for_the_opening(connection, found, ReferenceClock(clock_of(pool)).now())
    if output:
        with whole_file(output) as temporary:
            temporary.write_text(json.dumps(state, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{found.reference} · copies de sauvegarde : {len(copies)} · heure limite {found.deadline_shown}")
    for given in state["copies"]:
        copy = copies[given["id"]]
        print()
        _say(copy, found.zone)
        for sent in given["transmissions"]:
            name = sent["pli"] or sent["upload"]
            print(f"  envoi {name}, {STATE_FR[sent['state']]} :")
            for reason, names in _by_reason(sent["closed"]):
                why = f"reste fermée, {reason}" if reason else "peut être ouverte (annexe 6, art. 2)"
                print(f"    {', '.join(names)} : {why}")
        if not given["transmissions"]:
            print(
                "  Aucun envoi électronique à ce nom : elle reste fermée (annexe 6, art. 2), sauf à "
                "reconnaître le déposant sous un autre nom."
            )
        if copy.state in ("received_sealed", "late", "discarded"):
            print("  Jamais ouverte ou écartée, elle est détruite en fin de procédure (annexe 6, art. 2).")
    if state["copies"]:
        print(f"\nMotifs : {', '.join(f'{option} ({Ground[name]})' for option, name in GROUNDS.items())}")


@app.command(name="open")
def open_copy(
    copy: Copy,
    data: Data,
    ground: Annotated[str, typer.Option(help=f"Le motif : {', '.join(GROUNDS)}.")],
    deposit: Annotated[
        str, typer.Option(help="Numéro du pli, du reçu ou de l'envoi électronique qu'elle sauve.")
    ],
    trace: Annotated[str, typer.Option(help="Ce qui a été constaté : le journal le garde.")],
    who: Who,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Copie électronique : où écrire le pli.", metavar="PLI"),
    ] = None,
    storage: Annotated[
        str, typer.Option(help="Lieu des plis, s'il n'est pas dans le dossier.", metavar="LIEU")
    ] = "",
) -> None:
    """Ouvrir une copie pour un motif que l'annexe 6 connaît. Sortie : 0 ouverte, 2 elle reste fermée."""
    from reglo.deposit import store
    from reglo.deposit.backup_copies import Ground, find_copy
    from reglo.deposit.backup_copies import open_copy as act

    if ground not in GROUNDS:
        usage_error(f"« {ground} » n'est pas un motif d'ouverture : {', '.join(GROUNDS)}.")
    _must_say(by=who, trace=trace)
    if output:
        keep_existing([output])
    with _platform(data, storage) as platform, contextlib.ExitStack() as stack:
        with platform.pool.connection() as connection:
            found = find_copy(connection, copy)
            if found.upload is not None and output is None:
                usage_error("C'est une copie électronique : dites avec -o où écrire le pli à ouvrir.")
            if found.upload is not None and output is not None:  # written first, kept if the law allows
                upload = store.upload_by_id(connection, found.upload)
                parts = store.parts_of(connection, found.upload)
                temporary = stack.enter_context(whole_file(output))
                with temporary.open("wb") as sink:
                    sink.writelines(platform.storage.read(upload.id, parts, 0, upload.size))
        reason = Ground[GROUNDS[ground]]
        opened = act(platform, copy=found.id, ground=reason, transmission=deposit, trace=trace, who=who)
    _say(opened)
    if output and opened.upload:
        print(f"Le pli scellé : {output}. Ouvrez-le par « reglo open ».")
    print(
        "Si un programme malveillant s'y trouve aussi : « reglo backup-copy discard ». Sinon, contrôlez "
        "qu'elle est complète puis « reglo backup-copy use » : rien ne se prend plus dans l'autre pli."
    )


@app.command()
def use(copy: Copy, data: Data, who: Who) -> None:
    """Dire que la copie ouverte remplace entièrement le pli électronique."""
    from reglo.deposit.backup_copies import find_copy, use_copy

    _must_say(by=who)
    with _platform(data) as platform:
        with platform.pool.connection() as connection:
            found = find_copy(connection, copy)
        _say(use_copy(platform, copy=found.id, who=who))


@app.command()
def discard(
    copy: Copy, data: Data, who: Who, why: Annotated[str, typer.Option(help="Ce qui y a été trouvé.")]
) -> None:
    """Écarter la copie ouverte, où un programme malveillant se trouve aussi."""
    from reglo.deposit.backup_copies import discard_copy, find_copy

    _must_say(by=who, why=why)
    with _platform(data) as platform:
        with platform.pool.connection() as connection:
            found = find_copy(connection, copy)
        _say(discard_copy(platform, copy=found.id, who=who, why=why))


@app.command()
def close(copy: Copy, data: Data, who: Who) -> None:
    """Clore : conservée avec la procédure si elle a servi, détruite sinon (R.2184-12, R.2184-13)."""
    from reglo.deposit.backup_copies import close_file, find_copy

    _must_say(by=who)
    with _platform(data) as platform:
        with platform.pool.connection() as connection:
            found = find_copy(connection, copy)
        closed = close_file(platform, copy=found.id, who=who)
    _say(closed)
    if closed.state == "destroyed":
        print("Détruisez maintenant le pli lui-même, là où il est gardé.")


def _must_say(**given: str) -> None:
    """Exit 2 when one of these options says nothing, or nothing the journal can keep."""
    for option, text in given.items():
        if not text.strip():
            usage_error(f"« --{option} » est vide : le journal doit le dire.")
        if text.encode(errors="replace").decode() != text:
            usage_error(platform_database.NOT_TEXT)


@contextlib.contextmanager
def _platform(data: Path, storage: str = "") -> Iterator[Platform]:
    """The platform of a folder; what it refuses is said, exit 2."""
    from reglo.deposit.server import Node

    url = platform_database.place_of(data)
    node = Node(data=data, storage=storage, database_url=url, prepared=True)
    try:
        with platform_database.opened(node) as (platform, _):
            yield platform
    except Refused as refused:
        print_findings(refused.findings, stream=sys.stderr)
        raise typer.Exit(2) from None


def _say(copy: BackupCopy, zone: str = "") -> None:
    from reglo.deposit.acts import STATE_FR
    from reglo.deposit.store import french

    print(f"{copy.id} · {copy.depositor} · {copy.medium}")
    received = french(copy.received_at, zone) if zone else ""
    told = (
        STATE_FR.get(copy.state, copy.state) if copy.state != "late" else "reçue hors délai, fermée",
        f"le {received}" if received else "",
        "" if copy.marked else "sans la mention « copie de sauvegarde »",
        f"gardée : {copy.place}",
        f"motif : {copy.reason}" if copy.reason else "",
    )
    print("  " + " · ".join(each for each in told if each))


def _by_reason(closed: dict[str, str]) -> list[tuple[str, list[str]]]:
    """Grounds told together when one reason closes them all."""
    found: dict[str, list[str]] = {}
    for ground, reason in closed.items():
        found.setdefault(reason, []).append(ground)
    return list(found.items())
