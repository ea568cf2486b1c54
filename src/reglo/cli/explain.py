"""``reglo explain``: what a finding's id means, why it matters, and what to do."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import import_module, resources
from pathlib import Path
from typing import Annotated

import typer

from reglo.cli.output import wrapped
from reglo.procurement.findings import SEVERITY_FR, Finding, catalogue

# the documentation of every message and rule: in a checkout, or below the package in a wheel
_IN_CHECKOUT = Path(__file__).resolve().parents[3] / "docs"
_PAGES = ("errors.md", "legal-rules.md")


def command(
    identifier: Annotated[
        str,
        typer.Argument(
            metavar="IDENTIFIANT", help="L-01, CA-08, INV-3, TC-01, DELAI-01… tel qu'il s'affiche."
        ),
    ],
) -> None:
    """Expliquer un constat ou une règle : ce que cela veut dire, sur quel texte, que faire."""
    from reglo.linting import rule_classes

    rules = {rule.upper(): kind for rule, kind in rule_classes().items()}
    wanted = identifier.strip().upper()
    kind: type[Finding] | None = rules.get(wanted)
    code = kind.code if kind else re.sub(r"-(\d)$", r"-0\1", wanted)
    paragraph = paragraphs().get(code, "")
    if kind is None:
        kind = next((it for it in rule_classes().values() if it.code == code), None) or _declared(code)
    if kind is None and not paragraph:
        print(
            f"« {identifier} » n'est pas un identifiant de Réglo. {_near(wanted, [*rules, *paragraphs()])}",
            file=sys.stderr,
        )
        raise typer.Exit(2)
    for line in _explained(wanted if kind else code, kind, paragraph):
        print("\n".join(wrapped(line, 78)) if line.strip() else "")


def paragraphs() -> dict[str, str]:
    """Code -> title and text, from the documentation's paragraphs.

    >>> paragraphs()["INV-01"].splitlines()[0]
    'Note négative possible'
    """
    known: dict[str, str] = {}
    for page in _PAGES:
        packaged = resources.files("reglo").joinpath(page)
        text = (packaged if packaged.is_file() else _IN_CHECKOUT / page).read_text(encoding="utf-8")
        for part in re.split(r"^#{1,2} ", text, flags=re.MULTILINE)[1:]:
            heading, _, body = part.partition("\n")
            code, separator, title = heading.partition(" — ")
            if separator:
                known[code.strip()] = f"{title.strip()}\n\n{body.strip()}"
    return known


def _declared(code: str) -> type[Finding] | None:
    """The class of a code, wherever the program declares it."""
    import pkgutil

    import reglo

    for module in pkgutil.walk_packages(reglo.__path__, "reglo."):
        if "worker" not in module.name and not module.name.endswith("__main__"):
            import_module(module.name)
    return next((kind for kind in catalogue() if kind.code == code), None)


def _explained(identifier: str, kind: type[Finding] | None, paragraph: str) -> Iterator[str]:
    from reglo.linting.fault import Fault

    title, _, text = paragraph.partition("\n\n")
    code = kind.code if kind else identifier
    head = identifier if identifier == code else f"{identifier} ({code})"
    yield f"{head} · {getattr(kind, 'title', '') or title}"
    if text:
        yield ""
        yield text
    if kind is None or (text and isinstance(kind, type) and issubclass(kind, Fault)):
        return  # the paragraph of a rule of the linter says all of it
    mend = re.sub(r"\{[^}]*\}", "…", kind.mend)
    if mend.strip("… .") and not (text and "…" in mend):
        yield ""
        yield f"Remède : {mend}"
    if kind.source:
        yield f"Texte : {kind.source}"
    yield f"Poids : {SEVERITY_FR[kind.default_severity]}"


def _near(wanted: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(wanted, known, n=3)
    return f"Vouliez-vous {', '.join(near)} ?" if near else "Écrivez par exemple L-01, INV-3 ou DELAI-01."
