"""``reglo keys share``: a holder's shares, sealed anew for the machine that opens or rehearses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from reglo.cli.keys_folder import (
    LOCKED_KEY,
    PACKAGE,
    SHARE,
    holder_of,
    read_amendments,
    read_file,
    record_beside,
    refusals,
    write_private,
)
from reglo.cli.keys_people import recipient_fault
from reglo.cli.keys_unlock import unlocked
from reglo.cli.output import usage_error
from reglo.procurement.findings import Refused
from reglo.sealing.age import Identity
from reglo.sealing.amendments import Amendment, deadlines_in_force
from reglo.sealing.custody import (
    contribution,
    is_locked,
    open_package,
    rehearsal_contribution,
    seal_contribution,
)
from reglo.sealing.opening_time import kept_because, shown


def share(
    package: Annotated[Path, typer.Argument(help="Son paquet (….paquet.age).", metavar="PAQUET")],
    asked: Annotated[
        str,
        typer.Option(
            "--for",
            help="La clé affichée par le poste d'ouverture (age1…), ou de répétition (age1…/1).",
            metavar="CLÉ",
        ),
    ],
    compartment: Annotated[
        list[str] | None,
        typer.Option(help="Le compartiment demandé, candidacy/1 par exemple (répétable).", metavar="NOM"),
    ] = None,
    rehearsal: Annotated[
        bool, typer.Option("--rehearsal", help="Pour une répétition : aucune vraie part ne sort du paquet.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help=f"Le fichier à envoyer ({SHARE}).", metavar="FICHIER"),
    ] = None,
    key: Annotated[
        Path | None, typer.Option(help="Un fichier de clé age, ou des 24 mots.", metavar="FICHIER")
    ] = None,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(help="La phrase de passe, en première ligne d'un fichier.", metavar="FICHIER"),
    ] = None,
) -> None:
    """Rechiffrer ses parts pour le poste d'ouverture, qui seul pourra les lire.

    Ne donner que les compartiments demandés : les candidatures d'abord, les offres plus tard. Avant l'heure
    limite, que le paquet connaît, aucune vraie part ne se donne.
    """
    if not rehearsal and not compartment:
        usage_error("Dites quoi ouvrir : --compartment candidacy/1, ou --rehearsal pour une répétition.")
    if rehearsal and compartment:
        usage_error("Une répétition ne donne aucune vraie part : retirez --compartment, ou --rehearsal.")
    recipient, _, number = asked.partition("/")
    if fault := recipient_fault(recipient):
        usage_error(fault)
    if rehearsal and not re.fullmatch(r"[1-9]\d{0,2}", number):
        usage_error("La clé d'une répétition finit par son numéro, « age1…/1 » : recopiez-la entière.")
    if number and not rehearsal:
        usage_error(f"« …/{number} » est la clé d'une répétition : donnez --rehearsal, sans --compartment.")
    if output is not None:
        _keep(output, [path for path in (package, key, passphrase_file) if path])
    data = read_file(package)
    record = record_beside(package)
    with refusals():
        holder = holder_of(package, data, record) if record else None
        # what is no package at all is said before any secret is asked
        identity = unlocked(package, holder, key, passphrase_file) if is_locked(data) else Identity.generate()
        opened = open_package(data, [identity], str(package))
        if compartment:
            brought = contribution(opened, compartment)
            acts = read_amendments(package.parent)
            limits = deadlines_in_force(opened.consultation, opened.deadlines, acts)
            if early := kept_because(limits, compartment, now=datetime.now(UTC)):
                raise Refused(*early)
        else:
            brought = rehearsal_contribution(opened, int(number) - 1)
        sealed = seal_contribution(brought, recipient)
    written = output or package.with_name(f"{opened.holder}{SHARE}")
    write_private(written, sealed)
    print(f"Écrit : {written}, à envoyer au poste d'ouverture, seul à pouvoir le lire.")
    if compartment:
        _say_hours(compartment, limits, opened.deadlines, acts)


def _keep(output: Path, inputs: Sequence[Path]) -> None:
    """Exit 2 rather than write a part over anything but an earlier part."""
    if not output.exists():
        return
    if (
        output.name.endswith((PACKAGE, LOCKED_KEY))
        or output.resolve() in [path.resolve() for path in inputs]
        or not is_locked(read_file(output))
    ):
        usage_error(
            f"« {output} » existe déjà et n'est pas une part : rien ne l'écrase. Donnez un autre nom."
        )


def _say_hours(
    compartments: Sequence[str],
    limits: Mapping[str, datetime],
    born: Mapping[str, datetime],
    acts: Sequence[Amendment],
) -> None:
    """The hour each share was held against, and who says so: an act not there would say later."""
    found: dict[tuple[datetime, bool], list[str]] = {}
    for name in compartments:
        found.setdefault((limits[name], name in born), []).append(f"« {name} »")
    for (limit, known), names in found.items():
        print(f"Heure limite comptée pour {', '.join(names)} : {shown(limit.astimezone())},")
        if not known:
            print(f"  fixée par le seul rectificatif n° {acts[-1].number}, d'empreinte {acts[-1].digest}.")
            print("  Comparez-la à celle annoncée aux candidats avant d'envoyer votre part.")
        elif acts:
            print(f"  avec {len(acts)} rectificatif{'s' * (len(acts) > 1)} à côté du paquet.")
        else:
            print("  celle de la cérémonie : aucun rectificatif n'est à côté du paquet.")
    print("Reportée plus loin ? N'envoyez rien : demandez le rectificatif, et attendez la nouvelle heure.")
