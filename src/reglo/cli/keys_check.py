"""``reglo keys check``: what the custody still lacks before publication, or before the deadline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from reglo.cli.keys_folder import KeysFolder, read_file, read_keys_folder
from reglo.cli.keys_people import introduce
from reglo.cli.output import print_findings, usage_error
from reglo.cli.rules import rules_or_exit
from reglo.procurement.findings import Finding, Severity
from reglo.sealing.custody import due_again, ready
from reglo.sealing.custody.findings import NoDeadline, OtherRules
from reglo.sealing.opening_keys import OtherKeys, compartments_of
from reglo.sealing.opening_time import opening_deadline


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
    conclude(findings, "La publication peut avoir lieu.")


def _zone(rules: Path) -> ZoneInfo | None:
    """The zone of the consultation: instants are told in it."""
    calendar = rules_or_exit(rules)[1].calendar
    limit = calendar.submission_deadline or calendar.candidacy_deadline
    return limit.zone if limit else None


def _held_against(rules: Path, given: KeysFolder) -> tuple[Finding, ...]:
    """What the rules add: whether the keys are theirs, the rehearsals due before their deadline."""
    loaded, consultation = rules_or_exit(rules)
    expected = compartments_of(consultation)
    if missing := [name for name in expected if name not in given.keys.recipients]:
        usage_error(f"Ces règles ont un compartiment sans clé : {', '.join(missing)}. Refaites la cérémonie.")
    if given.keys.consultation != consultation.reference:
        facts = {"given": given.keys.consultation, "expected": consultation.reference}
        return (OtherKeys(facts=facts),)
    if given.in_force != loaded.digest:
        return (OtherRules(facts={"given": loaded.digest, "expected": given.in_force}),)
    limit = opening_deadline(consultation, expected[0])
    if limit is None:
        return (NoDeadline(facts={"compartment": expected[0]}),)
    return due_again(given.record, given.rehearsals, deadline=limit.at, now=datetime.now(UTC))


def conclude(findings: Sequence[Finding], good: str) -> None:
    """Say what was found, and stop (1) when it forbids publication; else say the ``good`` news."""
    print_findings(findings)
    if any(finding.weight is Severity.BLOCKING for finding in findings):
        raise typer.Exit(1)
    print(good)
