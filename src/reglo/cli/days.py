"""A day typed on the command line: 2026-02-18 or 18/02/2026."""

from __future__ import annotations

from datetime import date, datetime

from reglo.cli.output import usage_error

DAY_FORMATS = ["%Y-%m-%d", "%d/%m/%Y"]


def day_typed(text: str, option: str) -> date:
    """That day; a usage error naming ``option`` when it is none."""
    for form in DAY_FORMATS:
        try:
            return datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
    usage_error(f"{option} : « {text} » n'est pas une date. Écrivez par exemple 2026-02-18 ou 18/02/2026.")
