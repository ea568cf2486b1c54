"""``reglo open``: plis opened by enough holders of the keys, each document verified."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from reglo.cli.output import print_findings, usage_error
from reglo.procurement.findings import Refused, Severity
from reglo.procurement.french import system_cause
from reglo.sealing.age import Identity
from reglo.sealing.bid_opening import open_pli
from reglo.sealing.pli import read_header


def command(
    plis: Annotated[list[Path], typer.Argument(help="Les plis à ouvrir.", metavar="PLI…")],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Le dossier où écrire, vide ou à créer.", metavar="DOSSIER"),
    ],
    keys: Annotated[
        Path | None, typer.Option(help="Le dossier de la cérémonie (reglo keys).", metavar="DOSSIER")
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option(
            help="Les règles publiées : avant leur heure limite, rien ne s'ouvre.", metavar="RÈGLES"
        ),
    ] = None,
    compartment: Annotated[
        list[str] | None,
        typer.Option(help="Ce qui s'ouvre : candidacy/1, bid/1… (répétable).", metavar="NOM"),
    ] = None,
    parts: Annotated[
        Path | None,
        typer.Option(help="Le dossier où les porteurs déposent leurs parts.", metavar="DOSSIER"),
    ] = None,
    wait: Annotated[int, typer.Option(help="Minutes d'attente des parts.", metavar="N")] = 60,
    key: Annotated[
        list[str] | None,
        typer.Option(help="Sans cérémonie : une clé age par compartiment.", metavar="NOM=FICHIER"),
    ] = None,
    copies: Annotated[
        Path | None,
        typer.Option(
            help="Les copies de sauvegarde (« reglo backup-copy list -o ») : si un pli ne s'ouvre pas en "
            "entier, dire lesquelles peuvent l'être.",
            metavar="FICHIER",
        ),
    ] = None,
) -> None:
    """Ouvrir des plis : les parts se rejoignent en mémoire, chaque document est déchiffré et vérifié.

    Le poste affiche sa clé du jour ; chaque porteur y répond par « reglo keys share … --for age1… » et dépose
    son fichier .part.age dans le dossier des parts. L'ouverture commence quand il y en a assez, et jamais
    avant l'heure limite annoncée par les règles dont les clés sont nées.
    """
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        usage_error(f"« {output} » existe déjà. Donnez un dossier vide ou à créer : rien ne doit s'y mêler.")
    for pli in plis:
        if not pli.is_file():
            usage_error(f"« {pli} » n'existe pas ou n'est pas un fichier. Donnez les plis à ouvrir.")
    from reglo.cli.opening_copies import read_copies
    from reglo.cli.opening_register import before_opening

    backup = read_copies(copies) if copies else []
    if key and not keys:
        identities: Mapping[str, Identity] = dict(_identity(text) for text in key)
    elif keys and rules and parts and compartment:
        identities = _combined(keys, rules, compartment, parts, wait)
    else:
        usage_error(
            "Dites avec quelles clés ouvrir : --keys DOSSIER --rules RÈGLES --compartment NOM "
            "--parts DOSSIER, ou --key NOM=FICHIER sans cérémonie."
        )
    print_findings(list(before_opening(plis)), stream=sys.stderr)
    outcomes: list[bool | None] = []
    for pli in plis:
        place = output / pli.stem if len(plis) > 1 else output
        try:
            outcomes.append(_open(pli, identities, place, backup))
        except KeyboardInterrupt:
            _leave(pli, place, outcomes, len(plis), "\nInterrompu", status=130)
        except BrokenPipeError:  # while telling of a pli opened and verified: it stays
            raise
        except OSError as error:
            _leave(
                pli, place, outcomes, len(plis), f"Le disque ne suit pas ({system_cause(error)})", status=2
            )
    if all(outcome is None for outcome in outcomes):
        raise typer.Exit(2)
    if not all(outcomes):
        raise typer.Exit(1)


def _leave(
    pli: Path, place: Path, outcomes: list[bool | None], total: int, why: str, status: int
) -> NoReturn:
    """Cut short: nothing of the pli that was being opened stays, in clear and not verified."""
    from shutil import rmtree

    rmtree(place, ignore_errors=True)
    done = len(outcomes)
    many = "s" * (done > 1)
    print(
        f"{why} : {done} pli{many} sur {total} traité{many}, rien n'est gardé de "
        f"« {pli.name} » qui s'ouvrait. Pour tout rouvrir, relancez avec un autre dossier (« -o ») ; avec "
        "une clé de poste, chaque porteur redonnera sa part.",
        file=sys.stderr,
    )
    raise typer.Exit(status) from None


def _open(
    pli: Path, identities: Mapping[str, Identity], output: Path, copies: list[dict[str, Any]]
) -> bool | None:
    """Open one pli and say what it gave; whether everything was verified, None when it is no pli."""
    from reglo.cli.opening_copies import copies_for

    try:
        opened = open_pli(pli, identities, output)
    except Refused as refused:
        codes = [finding.code for finding in refused.findings]
        print_findings((*refused.findings, *copies_for(copies, pli, "", codes)), stream=sys.stderr)
        return None
    print(f"{pli.name} : pli de {opened.bidder.get('name') or 'soumissionnaire non nommé'}")
    for document in opened.documents:
        print(f"  {document.sha256}  {document.path.relative_to(output)}")
    wrong = [finding.code for finding in opened.findings if finding.weight is Severity.BLOCKING]
    about = copies_for(copies, pli, read_header(pli).pli, wrong) if wrong else ()
    print_findings((*opened.findings, *about), stream=sys.stderr)
    print(f"  {len(opened.documents)} documents ouverts et vérifiés dans {output}")
    return bool(opened.documents) and not wrong


def _combined(
    folder: Path, rules: Path, compartments: list[str], parts: Path, minutes: int
) -> Mapping[str, Identity]:
    """The keys of ``compartments``, once enough holders have answered this machine's key of the day."""
    from reglo.cli.keys_folder import read_keys_folder
    from reglo.cli.opening_shares import gather_shares
    from reglo.cli.rules import rules_or_exit
    from reglo.sealing.opening_time import closed_because

    held = read_keys_folder(folder)
    unknown = [name for name in compartments if name not in held.keys.recipients]
    if unknown:
        usage_error(f"« {unknown[0]} » n'est pas un compartiment : {', '.join(held.keys.recipients)}.")
    loaded, consultation = rules_or_exit(rules)
    early = closed_because(
        held.keys,
        consultation,
        loaded.digest,
        compartments,
        now=datetime.now(UTC),
        in_force=held.in_force,
    )
    if early:
        print_findings(early, stream=sys.stderr)
        raise typer.Exit(2)
    return gather_shares(held, compartments, parts, minutes)


def _identity(text: str) -> tuple[str, Identity]:
    compartment, separator, file = text.partition("=")
    if not separator or not compartment or not file:
        usage_error(f"« {text} » : écrivez COMPARTIMENT=FICHIER, par exemple bid/1=cle.txt.")
    try:
        return compartment, Identity.parse(Path(file).read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        why = system_cause(error) if isinstance(error, OSError) else "ce n'est pas une clé age"
        usage_error(f"La clé « {file} » ne se lit pas : {why}. Donnez le fichier qui porte AGE-SECRET-KEY-….")
    except Refused as refused:
        usage_error(f"« {file} » : {refused.findings[0]}")
