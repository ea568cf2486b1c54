"""``reglo seal``: a bid folder into a sealed pli, on the bidder's own machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Annotated

import typer

from reglo.cli.check_bid import read_folder
from reglo.cli.output import keep_existing, print_findings, usage_error, whole_file
from reglo.cli.rules import rules_or_exit
from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Finding, Refused, Severity
from reglo.procurement.french import counted, system_cause
from reglo.procurement.pieces.documents import completeness, stages_of
from reglo.procurement.pieces.inventory import BidFile, Inventory
from reglo.procurement.requirements import Folder
from reglo.sealing.bid_sealing import Document, SealedPli, seal_bid
from reglo.sealing.opening_keys import OpeningKeys, OtherKeys, compartment_of, read_opening_keys
from reglo.sealing.pli import safe_name


class PlacedWithBid(Finding):
    code = "SCEAU-40"
    cause = "« {path} » n'est ni dans « candidature » ni dans « offre »."
    mend = "Il est scellé avec l'offre, ouverte en dernier ; rangez-le si c'est une pièce de candidature."
    source = "docs/bid-folder.md"
    default_severity = Severity.TO_CHECK


class MixedArchive(Finding):
    code = "SCEAU-41"
    cause = "L'archive « {path} » mêle des documents de plusieurs compartiments ({compartments})."
    mend = "Décompressez-la : candidature et offre s'ouvrent séparément, ainsi que chaque lot."
    source = "docs/seal.md §2"


class Renamed(Finding):
    code = "SCEAU-42"
    cause = "« {path} » porte un nom que tous les systèmes n'acceptent pas."
    mend = "Il est scellé sous le nom « {name} »."
    source = "docs/seal.md §3"
    default_severity = Severity.INFORMATION


class RulesOfAnotherDay(Finding):
    code = "SCEAU-44"
    cause = "Ces règles ({given}…) ne sont pas celles dont les clés sont nées ({expected}…)."
    mend = (
        "Normal après un rectificatif qui reporte l'heure limite : le pli s'ouvrira. Sinon, prenez le "
        "fichier de règles publié : des pièces ou des lots ont pu changer."
    )
    source = "docs/keys.md"
    default_severity = Severity.TO_CHECK


class EmptyFile(Finding):
    code = "SCEAU-45"
    cause = "« {path} » est vide (0 octet)."
    mend = "Il est scellé tel quel. Si c'est une erreur, remettez le bon fichier et scellez de nouveau."
    source = "docs/bid-folder.md"
    default_severity = Severity.TO_CHECK


class LeadsOutside(Finding):
    code = "SCEAU-46"
    cause = "« {path} » est un lien vers un fichier hors du dossier de la réponse."
    mend = "Rien n'est scellé. Copiez le fichier lui-même dans le dossier, ou retirez le lien."
    source = "docs/bid-folder.md"


class NothingToSeal(Finding):
    code = "SCEAU-43"
    cause = "Le dossier « {folder} » ne contient aucun document."
    mend = "Donnez le dossier de la réponse, avec ses sous-dossiers candidature et offre."
    source = "docs/bid-folder.md"


def command(
    rules: Annotated[Path, typer.Argument(help="Le fichier de règles (regles.yaml).")],
    folder: Annotated[Path, typer.Argument(help="Le dossier de la réponse.")],
    keys: Annotated[Path, typer.Option(help="Les clés d'ouverture publiées (opening-keys.json).")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Le pli à écrire, par exemple alice.pli.")],
    lot: Annotated[list[str] | None, typer.Option(help="Lot auquel on répond (répétable).")] = None,
) -> None:
    """Sceller une réponse : chaque document est chiffré ici, pour les seules clés publiées."""
    loaded, consultation = rules_or_exit(rules)
    if not folder.is_dir():
        what = (
            "n'est pas un dossier. Décompressez l'archive"
            if folder.exists()
            else "n'existe pas. Vérifiez le nom"
        )
        usage_error(f"« {folder} » {what} avant de sceller.")
    if output.resolve().is_relative_to(folder.resolve()):
        usage_error(
            f"« {output} » est dans « {folder} », le dossier à sceller : le prochain pli le contiendrait, "
            "lui et sa clé. Donnez un autre endroit (« -o »)."
        )
    keep_existing([output, _key_path(output)], force=None)  # the key of an earlier pli cannot be made again
    try:
        published = _published(keys, consultation)
        bid = read_folder(folder, consultation, lot or [])
        documents, findings = _documents(bid, folder, consultation)
        if published.rules_sha256 != loaded.digest:
            facts = {"given": loaded.digest[:16], "expected": published.rules_sha256[:16]}
            findings = (*findings, RulesOfAnotherDay(facts=facts))
        print_findings(findings, stream=sys.stderr)
        _say_what_is_missing(consultation, bid)
        with whole_file(output) as temporary:
            with temporary.open("wb") as sink:
                sealed = seal_bid(
                    keys=published, documents=documents, bidder=_bidder(bid), sink=sink, progress=_progress()
                )
            _write_key(output, sealed)  # before the pli is there: one without its key is never withdrawn
            _write_documents(output, sealed)
    except BaseException as cause:
        if not output.exists():
            with suppress(OSError):  # its folder is a file, or gone: no key was written either
                _key_path(output).unlink()
        if not isinstance(cause, Refused):
            raise
        print_findings(cause.findings, stream=sys.stderr)
        raise typer.Exit(2) from cause
    print(f"Scellé : {output} ({counted(sealed.size, 'octet')}, {counted(len(documents), 'document')})")
    print(f"Clé du pli : {output}.cle. Gardez-la : elle prouve que ce pli est le vôtre. Ne l'envoyez jamais.")


def _say_what_is_missing(consultation: Consultation, bid: Inventory) -> None:
    """A pli may be sealed unfinished, never without its owner being told."""
    stages, _ = stages_of(consultation, bid)
    verdict = completeness(consultation, bid, stages)
    if verdict.blocking:
        print(
            f"{verdict.bottom_line} Le pli est scellé tel quel. Le détail : reglo check-bid RÈGLES DOSSIER ; "
            "corrigez, puis scellez de nouveau.",
            file=sys.stderr,
        )


def _published(path: Path, consultation: Consultation) -> OpeningKeys:
    try:
        data = path.read_bytes()
    except OSError as error:
        usage_error(
            f"« {path} » ne se lit pas ({system_cause(error)}). Prenez les clés publiées avec le dossier."
        )
    published = read_opening_keys(data, path.name)
    if published.consultation != consultation.reference:
        facts = {"given": published.consultation, "expected": consultation.reference}
        raise Refused(OtherKeys(facts=facts))
    return published


def _bidder(bid: Inventory) -> dict[str, str]:
    leader = bid.members[0] if bid.members else None
    return {"name": bid.bidder, "siren": leader.siren if leader else ""}


def _documents(
    bid: Inventory, folder: Path, consultation: Consultation
) -> tuple[list[Document], Sequence[Finding]]:
    """One document per real file: an archive, whose entries the inventory lists, is sealed as it is."""
    from reglo.reading.archives import visible
    from reglo.reading.file_findings import FolderTooBig, NotRead

    if unread := [each for each in bid.findings if isinstance(each, (FolderTooBig, NotRead))]:
        raise Refused(*unread)  # a pli without what could not be listed would be incomplete in silence
    findings: list[Finding] = list(bid.findings)
    by_file: dict[Path, list[BidFile]] = {}
    for file in bid.files:
        by_file.setdefault(Path(file.held), []).append(file)
    documents: list[Document] = []
    names: set[str] = set()
    for held, files in sorted(by_file.items()):
        relative = held.relative_to(folder).as_posix()  # its name may be of another encoding: never shown
        path = visible(relative)
        if not held.resolve().is_relative_to(folder.resolve()):
            raise Refused(LeadsOutside(facts={"path": path}))
        if held.stat().st_size == 0:
            findings.append(EmptyFile(facts={"path": path}))
        compartments = {_compartment(consultation, file) for file in files}
        if len(compartments) > 1:
            raise Refused(MixedArchive(facts={"path": path, "compartments": ", ".join(sorted(compartments))}))
        first = files[0]
        if first.folder is None and not first.technical:
            findings.append(PlacedWithBid(facts={"path": path}))
        name = _unlike(safe_name(relative), names)
        names.add(name)
        if name != relative:
            findings.append(Renamed(facts={"path": path, "name": name}))
        documents.append(
            Document(
                path=held,
                name=name,
                compartment=compartments.pop(),
                piece=first.code,
                lot=first.lots[0] if len(first.lots) == 1 else "",
                member=" ; ".join(first.who),
                type=first.facts.kind.value,
            )
        )
    if not documents:
        raise Refused(NothingToSeal(facts={"folder": folder.name}))
    return documents, findings


def _unlike(name: str, others: set[str]) -> str:
    """The name, or one close to it: two files that differ by what no system writes stay two."""
    stem, dot, suffix = name.rpartition(".") if "." in name.rpartition("/")[2] else (name, "", "")
    tries = (f"{stem} ({number}){dot}{suffix}" for number in count(2))
    return name if name not in others else next(each for each in tries if each not in others)


def _compartment(consultation: Consultation, file: BidFile) -> str:
    """Where the file opens. The response file goes with the candidacy; what has no place, with the bid."""
    folder = file.folder or (Folder.CANDIDACY if file.technical else Folder.BID)
    return compartment_of(consultation, folder, file.lots)


class _progress:
    """A percentage on the terminal, and nothing in a file or a pipe."""

    def __init__(self) -> None:
        self.shown = -1

    def __call__(self, done: int, total: int) -> None:
        percent = done * 100 // max(total, 1)
        if sys.stderr.isatty() and percent != self.shown:
            self.shown = percent
            print(
                f"\rScellement : {percent} %", end="\n" if done == total else "", file=sys.stderr, flush=True
            )


def _write_key(output: Path, sealed: SealedPli) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = sealed.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with whole_file(_key_path(output)) as temporary:
        temporary.write_bytes(pem)
    _key_path(output).chmod(0o600)


def _key_path(output: Path) -> Path:
    return output.with_name(output.name + ".cle")


def _write_documents(output: Path, sealed: SealedPli) -> None:
    """The list that will complete the receipt: names the platform never knows, for their owner alone."""
    listed = [
        {
            "name": each.document.name,
            "size": each.size,
            "sha256": each.sha256,
            "blob": each.blob,
            "piece": each.document.piece,
            "lot": each.document.lot,
        }
        for each in sealed.documents
    ]
    beside = output.with_name(output.name + ".documents.json")
    with whole_file(beside) as temporary:
        temporary.write_text(json.dumps(listed, ensure_ascii=False, indent=1), encoding="utf-8")
    beside.chmod(0o600)
