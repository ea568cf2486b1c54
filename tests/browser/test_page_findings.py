"""What stops an act in a page: the program's own texts, and facts for all that they name."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Formatter

from tests.conftest import ROOT
from typer.testing import CliRunner

from reglo.cli import app
from reglo.deposit import page_findings
from reglo.procurement.findings import catalogue

SOURCES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "browser" / "src").glob("*.js")}


def uses(source: str) -> list[tuple[str, set[str]]]:
    """Code and names of the facts of each refusal a source makes."""
    found = []
    for use in re.finditer(r'new Refused\("([A-Z]+-\d+)"(?:, (?=\{))?', source):
        given, depth, names = source[use.end() :], 0, set[str]()
        for token in re.finditer(r"`[^`]*`|\"[^\"]*\"|([{(\[])|([})\]])|(?<=[{,] )(\w+)(?=[:,] | \})", given):
            if token[3] and depth == 1:
                names.add(token[3])
            depth += bool(token[1]) - bool(token[2])
            if depth <= 0:
                break
        found.append((use[1], names))
    return found


def named(code: str) -> set[str]:
    [cause] = [each for each in catalogue() if each.code == code]
    return {name for text in (cause.cause, cause.mend) for _, name, _, _ in Formatter().parse(text) if name}


def test_each_refusal_of_the_pages_gives_the_facts_its_text_names_and_no_text_of_its_own() -> None:
    page_findings.templates(SOURCES.values())  # every code is known
    found = [(name, code, facts) for name, source in SOURCES.items() for code, facts in uses(source)]
    assert len(found) > 40
    assert [each for each in found if named(each[1]) != each[2]] == []
    assert [name for name, source in SOURCES.items() if re.search(r'new Refused\((?!"|code)', source)] == []


def test_each_code_of_the_pages_is_met_by_somebody() -> None:
    ours = {each.code for each in catalogue() if each.__module__ == page_findings.__name__}
    assert ours == {
        code for source in SOURCES.values() for code, _ in uses(source) if code.startswith("PAGE-")
    }


def test_the_pages_are_built_with_the_texts_of_the_program(pages: Path) -> None:
    built = json.loads((ROOT / "browser" / "src" / "findings.json").read_text(encoding="utf-8"))
    assert built == page_findings.templates(SOURCES.values())
    assert "Reprenez le fichier d'origine et comparez son empreinte" in (pages / "pli-page.js").read_text()


def test_a_message_of_a_page_is_explained_by_the_command() -> None:
    result = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["explain", "PAGE-05"])
    assert result.exit_code == 0
    assert result.stdout.startswith("PAGE-05 · Ce n'est pas un pli")
    assert "comparez son empreinte à celle du reçu" in " ".join(result.stdout.split())
    assert "Texte : docs/seal.md §3" in result.stdout
