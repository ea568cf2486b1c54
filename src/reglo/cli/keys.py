"""``reglo keys``: the keys that open the bids, from their birth to the shares of the opening day."""

from __future__ import annotations

import resource
import sys
from dataclasses import replace as with_values
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from reglo.cli import keys_people
from reglo.cli.keys_amend import amend
from reglo.cli.keys_check import check, conclude
from reglo.cli.keys_folder import (
    ALTERNATE,
    KEYS,
    LOCKED_KEY,
    PACKAGE,
    RECORD,
    TO_PRINT,
    KeysFolder,
    read_file,
    read_keys_folder,
    refusals,
    refuse_used,
    write_folder,
    write_private,
)
from reglo.cli.keys_people import (
    Means,
    Sheet,
    introduce,
    must_be_a_terminal,
    sheets_to_print,
)
from reglo.cli.keys_share import share
from reglo.cli.keys_unlock import gather, secret_files
from reglo.cli.output import print_findings, usage_error
from reglo.cli.rules import rules_or_exit
from reglo.sealing.age import Identity
from reglo.sealing.amendments import deadlines_in_force
from reglo.sealing.custody import (
    COMMITTEE,
    ESCROW,
    Ceremony,
    CustodyRecord,
    contribution,
    ready,
    rehearsal_contribution,
    replace_holder,
)
from reglo.sealing.custody import ceremony as hold_ceremony
from reglo.sealing.custody import rehearse as hold_rehearsal
from reglo.sealing.custody.findings import NoDeadline
from reglo.sealing.custody.splits import quorum_fault
from reglo.sealing.opening_keys import compartments_of
from reglo.sealing.opening_time import deadlines_of

Secrets = Annotated[
    list[str] | None,
    typer.Option(
        "--secret",
        help="PORTEUR=FICHIER : sa phrase, ses mots ou sa clé, au lieu des questions (répétable).",
        metavar="PORTEUR=FICHIER",
    ),
]
app = typer.Typer(
    name="keys",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Les clés d'ouverture des plis : cérémonie, répétition, parts, remplacement d'un porteur.",
)


@app.callback()
def root() -> None:
    """Les clés d'ouverture des plis : cérémonie, répétition, parts, remplacement d'un porteur."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash must not write the memory to a file


@app.command()
def ceremony(
    rules: Annotated[Path, typer.Argument(help="Le fichier de règles (regles.yaml).", metavar="RÈGLES")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Le dossier à créer pour les clés.", metavar="DOSSIER")
    ],
    holders: Annotated[int, typer.Option(help="Porteurs du comité.", min=1, max=16, metavar="N")] = 3,
    threshold: Annotated[
        int | None,
        typer.Option(help="Combien de porteurs ouvrent ensemble ; d'office 2.", min=1, max=16, metavar="K"),
    ] = None,
    escrow: Annotated[
        str,
        typer.Option(
            help="Le séquestre, un second partage indépendant : K/N, ou « aucun ». "
            "D'office 2/3, et aucun si le comité n'a qu'un porteur.",
            metavar="K/N",
        ),
    ] = "",
    plan: Annotated[
        Path | None,
        typer.Option(help="Les porteurs dans un fichier YAML, au lieu des questions.", metavar="FICHIER"),
    ] = None,
) -> None:
    """Créer les clés d'ouverture d'une consultation et les partager entre leurs porteurs.

    À faire chez le président de la commission, sur un poste débranché du réseau. Les clés entières ne sont
    jamais écrites. Le guide pas à pas est dans docs/keys.md.
    """
    loaded, consultation = rules_or_exit(rules)
    refuse_used(output)
    means = Means()
    if plan is not None:
        committee, kept_apart = keys_people.read_plan(plan, means)
    else:
        together = _possible(threshold or min(2, holders), holders)
        apart = _quorum(escrow, holders)
        must_be_a_terminal("Donnez les porteurs par --plan.")
        committee = keys_people.ask_side(COMMITTEE, *together, means)
        kept_apart = keys_people.ask_side(ESCROW, *apart, means) if apart else None
    compartments = compartments_of(consultation)
    deadlines = deadlines_of(consultation, compartments)
    with refusals():
        born = hold_ceremony(
            consultation=consultation.reference,
            rules_sha256=loaded.digest,
            compartments=compartments,
            committee=committee,
            escrow=kept_apart,
            deadlines=deadlines,
        )
    files = _files(born) | means.locked
    write_folder(output, files | sheets_to_print(means, consultation))
    print(f"Écrit : {output}, {len(born.opening_keys.recipients)} compartiments.")
    _say_custody(born.record)
    print_findings(
        [NoDeadline(facts={"compartment": name}) for name in compartments if name not in deadlines],
        stream=sys.stderr,
    )
    _say_next(output, means)


@app.command()
def sheet(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="La feuille à écrire (.pdf).", metavar="FICHIER")
    ],
    name: Annotated[str, typer.Option(help="La personne qui la gardera.", metavar="NOM")],
    rules: Annotated[
        Path | None, typer.Option(help="Les règles de la consultation, pour l'en-tête.", metavar="RÈGLES")
    ] = None,
) -> None:
    """Préparer chez soi une feuille de secours ; seule la clé publique affichée va au président.

    Un porteur qui ne veut confier son secret à personne la prépare avant la cérémonie.
    """
    if not name.strip():
        usage_error("« --name » est vide : la feuille doit dire qui la garde.")
    if output.suffix.lower() != ".pdf":
        usage_error(f"« {output} » : une feuille s'écrit en .pdf.")
    if output.exists():
        usage_error(f"« {output} » existe déjà : une clé écrasée est perdue. Donnez un autre nom.")
    identity = Identity.generate()
    means = Means(sheets={"": Sheet(identity=identity, person=name, role="porteur ou suppléant")})
    consultation = rules_or_exit(rules)[1] if rules is not None else None
    write_private(output, sheets_to_print(means, consultation)[""])
    print(f"Écrit : {output}. Imprimez-la puis effacez le fichier.")
    print(f"Clé publique à donner au président : {identity.recipient}")


@app.command()
def rehearse(
    folder: Annotated[Path, typer.Argument(help="Le dossier de la cérémonie.", metavar="DOSSIER")],
    secret: Secrets = None,
) -> None:
    """Répéter l'ouverture : chaque paquet s'ouvre, et un pli factice est ouvert comme le seront les vrais.

    Chaque porteur (ou son suppléant) tape sa phrase, ses mots ou sa clé ; rien ne s'affiche, et sa part des
    vraies clés ne sort pas de son paquet. Écrit le procès-verbal que la publication vérifiera.
    """
    given = read_keys_folder(folder)
    with refusals():
        brought = gather(
            given,
            lambda package: rehearsal_contribution(package, given.rehearsal_number - 1),
            secrets=secret_files(secret),
            everybody=True,
            remote=given.rehearsal_number,
        )
        if not brought:
            usage_error("Aucun porteur n'était là : rien n'a été répété ni écrit.")
        held, findings = hold_rehearsal(
            given.keys,
            given.record,
            brought,
            at=datetime.now().astimezone(),
            earlier=given.rehearsals,
        )
    written = given.next_rehearsal
    write_private(written, held.to_json())
    for side, split in held.splits.items():
        kept_by = given.record.splits[side]
        count = f"paquets ouverts, {len(split.canaries)} sur {len(kept_by.holders)}"
        dummy = "le pli factice s'ouvre" if split.opened else "le pli factice reste fermé"
        print(f"{keys_people.SIDE_FR[side]} : {count} ; {dummy}.")
    print(f"Écrit : {written}")
    left = ready(given.keys, given.record, (*given.rehearsals, held))
    conclude((*findings, *left), "La publication peut avoir lieu.")


app.command()(share)


@app.command()
def replace(
    folder: Annotated[Path, typer.Argument(help="Le dossier de la cérémonie.", metavar="DOSSIER")],
    leaving: Annotated[
        str, typer.Option(help="Le porteur qui part, comite-2 par exemple.", metavar="PORTEUR")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Le nouveau dossier, à créer.", metavar="DOSSIER")
    ],
    joining: Annotated[
        Path | None,
        typer.Option(help="Qui le remplace, dans un fichier YAML (une personne du plan).", metavar="FICHIER"),
    ] = None,
    secret: Secrets = None,
) -> None:
    """Remplacer un porteur, sans changer les clés publiées : ceux qui restent ouvrent leurs paquets.

    Tous ceux de son côté (comité ou séquestre) reçoivent un nouveau paquet ; les anciens sont à détruire, et
    une nouvelle répétition est due.
    """
    given = read_keys_folder(folder)
    refuse_used(output)
    place = next(
        (
            (side, number)
            for side, split in given.record.splits.items()
            for number, holder in enumerate(split.holders, 1)
            if holder.id == leaving
        ),
        None,
    )
    if place is None:
        known = ", ".join(holder.id for _, holder in given.record.holders())
        usage_error(f"« {leaving} » n'est pas un porteur. Il y a : {known}.")
    side, number = place
    split = given.record.splits[side]
    if joining is None:
        must_be_a_terminal("Donnez --joining.")
        people = keys_people.ask_people(f"À la place de {leaving}", alone=len(split.holders) == 1)
    else:
        people = keys_people.read_person_file(joining)
    means = Means()
    with refusals():
        new = keys_people.recruit(
            side, number, len(split.holders), people, means, id=_next_id(leaving, given.record)
        )
        brought = gather(given, contribution, secrets=secret_files(secret), sides=[side])
        limits = deadlines_in_force(given.keys.consultation, given.record.deadlines, given.amendments)
        record = with_values(given.record, deadlines=limits)  # the new packages know the hour put back
        born = replace_holder(given.keys, record, brought, leaving=leaving, joining=new)
    sheets = sheets_to_print(means, None, reference=given.record.consultation)
    write_folder(output, _kept(given, leaving) | _files(born) | means.locked | sheets)
    print(f"Écrit : {output}. {split.holders[number - 1].name} n'est plus porteur ; {new.name} l'est.")
    _say_custody(born.record)
    print("Les clés sont les mêmes : aucun pli n'est à sceller de nouveau.")
    print(f"Déjà publié ? Laissez en place l'ancien {KEYS} ; sinon, publiez celui du nouveau dossier.")
    print(f"Remettez les nouveaux paquets, détruisez ceux de « {folder} », puis refaites une répétition.")


app.command()(amend)


app.command()(check)


# --- Shared by the commands -------------------------------------------------------------------


def _quorum(escrow: str, holders: int) -> tuple[int, int] | None:
    """K of N of the escrow; None without one."""
    if escrow.lower() in ("aucun", "none"):
        return None
    if not escrow:
        return (2, 3) if holders > 1 else None
    threshold, _, count = escrow.partition("/")
    if not (threshold.isdecimal() and count.isdecimal()):
        usage_error(f"« --escrow {escrow} » : écrivez K/N, par exemple 2/3, ou « aucun ».")
    return _possible(int(threshold), int(count))


def _possible(threshold: int, count: int) -> tuple[int, int]:
    """K of N, or the command stops (2) before any question is asked."""
    if why := quorum_fault(threshold, count):
        usage_error(f"{threshold} sur {count} n'est pas un partage possible : {why}.")
    return threshold, count


def _files(born: Ceremony) -> dict[str, bytes]:
    packages = {f"{holder}{PACKAGE}": data for holder, data in born.packages.items()}
    return {KEYS: born.opening_keys.to_json(), RECORD: born.record.to_json(), **packages}


def _kept(given: KeysFolder, leaving: str) -> dict[str, bytes]:
    """What a replacement does not touch: the other side's packages, the locked keys, past rehearsals."""
    return {
        path.name: read_file(path)
        for path in sorted(given.path.iterdir())
        if path.name.endswith((PACKAGE, LOCKED_KEY))
        or path in (*given.rehearsal_files, *given.amendment_files)
        if path.name.partition(".")[0].removesuffix(ALTERNATE) != leaving
    }


def _next_id(leaving: str, record: CustodyRecord) -> str:
    """ "comite-2" becomes "comite-2b": the name of a package never means two people."""
    known = {holder.id for _, holder in record.holders()}
    stem = leaving.rstrip("bcdefghijklmnopqrstuvwxyz") if leaving[-2:-1].isdecimal() else leaving
    return next(
        name for letter in "bcdefghijklmnopqrstuvwxyz" if (name := stem + letter) not in known | {leaving}
    )


def _say_custody(record: CustodyRecord) -> None:
    for line in introduce(record):
        print(line)
    print(f"Empreinte de l'acte de garde, à noter au procès-verbal : {record.digest}")


def _say_next(folder: Path, means: Means) -> None:
    steps = [
        f"Remettez à chacun son paquet ({PACKAGE}) et, s'il en a une, sa clé (.cle.age).",
        f"Répétez l'ouverture : reglo keys rehearse {folder}",
        f"Publiez {KEYS} avec le dossier de consultation ; gardez {RECORD}.",
    ]
    if means.sheets:
        steps.insert(0, f"Imprimez les feuilles de « {folder / TO_PRINT} », puis effacez ce dossier.")
    print("\nEnsuite :")
    for number, step in enumerate(steps, 1):
        print(f"  {number}. {step}")
