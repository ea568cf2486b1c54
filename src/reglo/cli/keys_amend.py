"""``reglo keys amend``: the deadline put back, the keys kept."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from reglo.cli.keys_folder import KEYS, read_keys_folder, refusals, write_private
from reglo.cli.rules import rules_or_exit
from reglo.procurement.values import Instant
from reglo.sealing.amendments import amend as put_back_by
from reglo.sealing.amendments import deadlines_in_force
from reglo.sealing.opening_time import opening_deadline, shown


def amend(
    folder: Annotated[Path, typer.Argument(help="Le dossier de la cérémonie.", metavar="DOSSIER")],
    rules: Annotated[Path, typer.Option(help="Les nouvelles règles.", metavar="RÈGLES")],
) -> None:
    """Reporter l'heure limite, ou fixer celle des offres : les mêmes clés pour les règles rectifiées.

    Les plis déjà scellés restent valables, et remplaçables. Une heure limite ne s'avance pas, et ne se
    reporte plus une fois passée ; les lots restent les mêmes. Celle des offres d'une procédure en deux temps,
    inconnue à la cérémonie, se fixe ainsi. L'acte n'a rien de secret : il se publie.
    """
    given = read_keys_folder(folder)
    loaded, consultation = rules_or_exit(rules)
    with refusals():
        before = deadlines_in_force(given.keys.consultation, given.record.deadlines, given.amendments)
        act = put_back_by(
            given.keys,
            given.record.deadlines,
            given.amendments,
            consultation,
            loaded.digest,
            at=datetime.now(UTC),
        )
    path = given.next_amendment
    write_private(path, act.to_json())
    print(f"Écrit : {path}. Empreinte, à noter à la décision : {act.digest}")
    limits: dict[Instant, list[str]] = {}
    for name in act.deadlines:
        limit = opening_deadline(consultation, name)
        assert limit is not None
        limits.setdefault(limit, []).append(name)
    for limit, names in limits.items():
        print(f"Heure limite : {shown(limit.at)}, pour {', '.join(names)}")
    server = f"reglo deposit-server … --open {rules} --keys {KEYS} --amendment {path.name}"
    if act.deadlines.keys() - before.keys():
        server += " --bids, avec un « --data » pour les offres"
    print("\nEnsuite :")
    print(
        f"  1. Publiez le rectificatif, les nouvelles règles et « {path.name} » ; les clés ne changent pas."
    )
    print(f"  2. Sur la plateforme : {server}")
    print(f"  3. Donnez « {path.name} » à chaque porteur, à mettre à côté de son paquet.")
