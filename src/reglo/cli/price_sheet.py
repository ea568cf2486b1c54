"""``reglo price-sheet``: blank price sheets of a consultation, drawn from its rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reglo.cli.output import keep_existing, usage_error, whole_file
from reglo.cli.rules import rules_or_exit
from reglo.procurement.consultation import Consultation
from reglo.procurement.french import counted

_EXAMPLE = """\
prices:
  sheets:
    - id: bordereau
      kind: BPU                # ou DQE, DPGF
      piece: O1                # le code, dans « pieces », de la pièce qu'il est
      lines:
        - {ref: A-1, name: Lavage des sols, unit: m², quantity: 1200}"""


def command(
    rules: Annotated[Path, typer.Argument(help="Le fichier de règles (regles.yaml).", metavar="RÈGLES")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Le classeur à écrire : .xlsx ou .ods.", metavar="FICHIER")
    ],
    lot: Annotated[str, typer.Option(help="Le lot, quand il y en a plusieurs.", metavar="N")] = "",
    sheet: Annotated[
        str, typer.Option(help="N'écrire que ce bordereau (son id dans les règles).", metavar="ID")
    ] = "",
    members: Annotated[
        int, typer.Option(help="Colonnes pour les membres d'un groupement.", min=1, max=20, metavar="N")
    ] = 2,
    force: Annotated[bool, typer.Option("--force", help="Remplacer le fichier s'il existe.")] = False,
) -> None:
    """Écrire le bordereau vierge (BPU, DQE, DPGF) que les candidats rempliront."""
    _, consultation = rules_or_exit(rules)
    if output.suffix.lower() not in (".xlsx", ".ods"):
        usage_error(f"« {output} » : un bordereau s'écrit en .xlsx ou en .ods.")
    keep_existing([output], inputs=[rules], force=force)
    lot_id = the_lot(consultation, lot)

    from reglo.exports.price_template import drawable, write_price_sheets

    known = [one.id for one in (consultation.prices.sheets if consultation.prices else ())]
    if sheet and sheet not in known:
        usage_error(
            f"Le bordereau « {sheet} » n'est pas dans les règles. Il y a : {', '.join(known) or 'aucun'}."
        )
    sheets = [one for one in drawable(consultation, lot_id) if not sheet or one.id == sheet]
    if not sheets:
        lacking = "n'ont pas de bordereau" if not known else "ne donnent pas les lignes de ce bordereau"
        usage_error(
            f"Les règles {lacking}. Écrivez-le ainsi (docs/rules-file.md, « Les prix ») :\n{_EXAMPLE}"
        )
    with whole_file(output) as temporary:
        write_price_sheets(consultation, lot_id, sheets, temporary, members=members)
    lines = sum(1 for one in sheets for line in one.lines if not line.lots or lot_id in line.lots)
    print(f"Écrit : {output} ({', '.join(one.kind.value for one in sheets)}, {counted(lines, 'ligne')}).")


def the_lot(consultation: Consultation, lot: str) -> str:
    """The lot asked for, or the only one; otherwise stop and say which there are."""
    known = [one.id for one in consultation.lots]
    if not lot and len(known) == 1:
        return known[0]
    if lot not in known:
        asked = f"Le lot « {lot} » n'est pas dans les règles." if lot else "Il y a plusieurs lots."
        usage_error(f"{asked} Donnez --lot parmi : {', '.join(known)}.")
    return lot
