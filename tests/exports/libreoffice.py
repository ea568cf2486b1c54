"""LibreOffice as an independent calculator: a workbook opened with every formula recalculated."""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path

import odfdo
import openpyxl

_WHEN = "".join(
    f'<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="{mode}" oor:op="fuse">'
    "<value>{when}</value></prop></item>"
    for mode in ("OOXMLRecalcMode", "ODFRecalcMode")
)
_SETTINGS = (
    '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    f"{_WHEN}</oor:items>"
)
_ALWAYS, _NEVER = 0, 1


def recalculated(soffice: str, paths: list[Path], folder: Path) -> dict[str, dict[str, list[list[object]]]]:
    """For each file (by its stem) the values of its sheets after a hard recalculation.

    One run for all, in a profile of its own under ``folder``.
    """
    out = folder / "out"
    convert(soffice, profile(folder / "profile"), paths, out)
    return {path.stem: stored(out / f"{path.stem}.xlsx") for path in paths}


def profile(folder: Path, *, recalculate: bool = True) -> Path:
    """A profile that recalculates every formula of what it opens, or none."""
    (folder / "user").mkdir(parents=True, exist_ok=True)
    settings = _SETTINGS.format(when=_ALWAYS if recalculate else _NEVER)
    (folder / "user" / "registrymodifications.xcu").write_text(settings)
    return folder


def convert(soffice: str, profile: Path, paths: list[Path], out: Path, timeout: float = 600) -> None:
    """Open each file and save it as .xlsx in ``out``."""
    command = [soffice, f"-env:UserInstallation=file://{profile}", "--headless"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), *map(str, paths)]
    subprocess.run(command, check=True, capture_output=True, timeout=timeout)


def stored(path: Path) -> dict[str, list[list[object]]]:
    """The stored values of an .xlsx, sheet by sheet."""
    book = openpyxl.load_workbook(path, data_only=True)
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def with_false_results(path: Path, to: Path) -> Path:
    """A copy in which every stored numeric result of a formula is 777."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name.startswith("xl/worksheets/"):
                data = re.sub(rb"(</f><v>)[0-9.]+(</v>)", rb"\g<1>777\2", data)
            if name == "content.xml":
                data = re.sub(rb'(table:formula="[^"]*"[^>]*office:value=")[^"]*"', rb'\g<1>777"', data)
            target.writestr(name, data)
    return to


def with_other_inputs(path: Path, to: Path, cells: Mapping[tuple[str, str], float | str]) -> Path:
    """A copy in which a person typed other values in these cells (sheet, reference), results left stale."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        for (sheet, ref), value in cells.items():
            book[sheet][ref] = value
        book.save(to)
        return to
    document = odfdo.Document(path)
    tables = {table.name: table for table in document.body.tables}
    for (sheet, ref), value in cells.items():
        cell = tables[sheet].get_cell(ref)
        cell.value = value
        tables[sheet].set_cell(ref, cell)
    document.save(to)
    return to
