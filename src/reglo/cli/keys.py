"""``reglo keys``: the keys that open the bids, from their birth to the shares of the opening day."""

from __future__ import annotations

import re
import resource
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from reglo.cli import keys_people
from reglo.cli.keys_amend import amend
from reglo.cli.keys_folder import (
    ALTERNATE,
    KEYS,
    LOCKED_KEY,
    PACKAGE,
    RECORD,
    SHARE,
    TO_PRINT,
    KeysFolder,
    holder_of,
    read_amendments,
    read_file,
    read_keys_folder,
    record_beside,
    refusals,
    refuse_used,
    write_folder,
    write_private,
)
from reglo.cli.keys_people import (
    Means,
    Sheet,
    ask,
    introduce,
    must_be_a_terminal,
    read_passphrase,
    sheets_to_print,
)
from reglo.cli.keys_unlock import gather, identity_from, identity_from_key_file
from reglo.cli.output import print_findings, usage_error
from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Finding, Refused, Severity
from reglo.reading.rules import read_rules
from reglo.sealing.age import Identity
from reglo.sealing.amendments import put_back
from reglo.sealing.custody import (
    COMMITTEE,
    ESCROW,
    Ceremony,
    CustodyRecord,
    Holder,
    contribution,
    due_again,
    open_package,
    ready,
    rehearsal_contribution,
    replace_holder,
    seal_contribution,
)
from reglo.sealing.custody import ceremony as hold_ceremony
from reglo.sealing.custody import rehearse as hold_rehearsal
from reglo.sealing.custody.findings import NoDeadline, OtherRules
from reglo.sealing.custody.splits import quorum_fault
from reglo.sealing.opening_keys import OtherKeys, compartments_of
from reglo.sealing.opening_time import deadlines_of, kept_because, opening_deadline

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
    consultation = _rules(rules)
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
            rules_sha256=sha256(read_file(rules)).hexdigest(),
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
    if output.suffix.lower() != ".pdf":
        usage_error(f"« {output} » : une feuille s'écrit en .pdf.")
    if output.exists():
        usage_error(f"« {output} » existe déjà : une clé écrasée est perdue. Donnez un autre nom.")
    identity = Identity.generate()
    means = Means(sheets={"": Sheet(identity=identity, person=name, role="porteur ou suppléant")})
    consultation = _rules(rules) if rules is not None else None
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
            lambda package: rehearsal_contribution(package, len(given.rehearsals)),
            secrets=_secrets(secret),
            everybody=True,
            remote=len(given.rehearsals) + 1,
        )
        if not brought:
            usage_error("Aucun porteur n'était là : rien n'a été répété ni écrit.")
        held, findings = hold_rehearsal(given.keys, given.record, brought, at=datetime.now().astimezone())
    written = given.next_rehearsal
    write_private(written, held.to_json())
    for side, split in held.splits.items():
        kept_by = given.record.splits[side]
        count = f"paquets ouverts, {len(split.canaries)} sur {len(kept_by.holders)}"
        dummy = "le pli factice s'ouvre" if split.opened else "le pli factice reste fermé"
        print(f"{keys_people.SIDE_FR[side]} : {count} ; {dummy}.")
    print(f"Écrit : {written}")
    left = ready(given.keys, given.record, (*given.rehearsals, held))
    _end((*findings, *left), "La publication peut avoir lieu.")


@app.command()
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
    if fault := keys_people.recipient_fault(recipient):
        usage_error(fault)
    if rehearsal and not re.fullmatch(r"[1-9]\d{0,2}", number):
        usage_error("La clé d'une répétition finit par son numéro, « age1…/1 » : recopiez-la entière.")
    if number and not rehearsal:
        usage_error(f"« …/{number} » est la clé d'une répétition : donnez --rehearsal, sans --compartment.")
    data = read_file(package)
    record = record_beside(package)
    with refusals():
        holder = holder_of(package, data, record) if record else None
        identity = _unlocked(package, holder, key, passphrase_file)
        opened = open_package(data, [identity], str(package))
        if compartment:
            brought = contribution(opened, compartment)
            limits = put_back(opened.deadlines, read_amendments(package.parent))
            if early := kept_because(limits, compartment, now=datetime.now(UTC)):
                raise Refused(*early)
        else:
            brought = rehearsal_contribution(opened, int(number) - 1)
        sealed = seal_contribution(brought, recipient)
    written = output or package.with_name(f"{opened.holder}{SHARE}")
    write_private(written, sealed)
    print(f"Écrit : {written}, à envoyer au poste d'ouverture, seul à pouvoir le lire.")


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
        brought = gather(given, contribution, secrets=_secrets(secret), sides=[side])
        born = replace_holder(given.keys, given.record, brought, leaving=leaving, joining=new)
    sheets = sheets_to_print(means, None, reference=given.record.consultation)
    write_folder(output, _kept(given, leaving) | _files(born) | means.locked | sheets)
    print(f"Écrit : {output}. {split.holders[number - 1].name} n'est plus porteur ; {new.name} l'est.")
    _say_custody(born.record)
    print("Les clés sont les mêmes : aucun pli n'est à sceller de nouveau.")
    print(f"Déjà publié ? Laissez en place l'ancien {KEYS} ; sinon, publiez celui du nouveau dossier.")
    print(f"Remettez les nouveaux paquets, détruisez ceux de « {folder} », puis refaites une répétition.")


app.command()(amend)


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="Le dossier de la cérémonie.", metavar="DOSSIER")],
    rules: Annotated[
        Path | None,
        typer.Option(
            help="Les règles : les clés en sont-elles nées, répétitions de J-7 et J-1 faites ?",
            metavar="RÈGLES",
        ),
    ] = None,
) -> None:
    """Dire où en est la garde : fichiers entiers, répétitions, ce qui empêche encore de publier."""
    given = read_keys_folder(folder)
    for line in introduce(given.record):
        print(line)
    print(f"Empreinte de l'acte de garde : {given.record.digest}")
    for _, holder in given.record.holders():
        path = given.package(holder.id)
        if not path.is_file():
            print(f"{path.name} n'est pas ici : il est chez {holder.name}.")
        elif sha256(read_file(path)).hexdigest() != given.record.held[holder.id].package_sha256:
            usage_error(
                f"« {path} » n'est pas le paquet remis à la cérémonie. Redemandez-le à {holder.name}."
            )
    findings = ready(given.keys, given.record, given.rehearsals, _zone(rules) if rules else None)
    if rules is not None:
        findings += _held_against(rules, given)
    _end(findings, "La publication peut avoir lieu.")


def _zone(rules: Path) -> ZoneInfo | None:
    """The zone of the consultation: instants are told in it."""
    calendar = _rules(rules).calendar
    limit = calendar.submission_deadline or calendar.candidacy_deadline
    return limit.zone if limit else None


def _held_against(rules: Path, given: KeysFolder) -> tuple[Finding, ...]:
    """What the rules add: whether the keys are theirs, the rehearsals due before their deadline."""
    consultation, digest = _rules(rules), sha256(read_file(rules)).hexdigest()
    expected = compartments_of(consultation)
    if missing := [name for name in expected if name not in given.keys.recipients]:
        usage_error(f"Ces règles ont un compartiment sans clé : {', '.join(missing)}. Refaites la cérémonie.")
    if given.keys.consultation != consultation.reference:
        facts = {"given": given.keys.consultation, "expected": consultation.reference}
        return (OtherKeys(facts=facts),)
    if given.in_force != digest:
        return (OtherRules(facts={"given": digest, "expected": given.in_force}),)
    limit = opening_deadline(consultation, expected[0])
    if limit is None:
        return (NoDeadline(facts={"compartment": expected[0]}),)
    return due_again(given.record, given.rehearsals, deadline=limit.at, now=datetime.now(UTC))


# --- Shared by the commands -------------------------------------------------------------------


def _rules(path: Path) -> Consultation:
    loaded = read_rules(path)
    if loaded.consultation is None:
        print_findings(loaded.faults, stream=sys.stderr)
        raise typer.Exit(2)
    return loaded.consultation


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


def _secrets(given: Sequence[str] | None) -> dict[str, Path]:
    found = {}
    for each in given or []:
        holder, separator, file = each.partition("=")
        if not separator or not holder or not file:
            usage_error(f"« {each} » : écrivez PORTEUR=FICHIER, par exemple comite-1=phrase.txt.")
        found[holder] = Path(file)
    return found


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


def _unlocked(
    package: Path, holder: Holder | None, key: Path | None, passphrase_file: Path | None
) -> Identity:
    def passphrase() -> str:
        if passphrase_file is not None:
            return read_passphrase(passphrase_file)
        must_be_a_terminal("Donnez --passphrase-file.")
        return ask("Phrase de passe", hidden=True)

    if key is not None:
        return identity_from_key_file(key, holder, passphrase)
    if passphrase_file is not None:
        return identity_from(read_passphrase(passphrase_file).encode(), holder, package.parent)
    must_be_a_terminal("Donnez --key ou --passphrase-file.")
    typed = ask("Phrase de passe, mots de la feuille ou clé", hidden=True)
    return identity_from(typed.encode(), holder, package.parent)


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


def _end(findings: Sequence[Finding], good: str) -> None:
    print_findings(findings)
    if any(finding.weight is Severity.BLOCKING for finding in findings):
        raise typer.Exit(1)
    print(good)
