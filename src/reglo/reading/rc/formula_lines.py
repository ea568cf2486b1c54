"""Where formulas stand in the lines of a text, and the letters it explains."""

from __future__ import annotations

import re

from reglo.reading.rc import formulas
from reglo.reading.text.model import fold


def legend_of(lines: list[str]) -> dict[str, str]:
    """Letters a text explains: « x : indique le prix proposé », « Pm = prix le plus bas »."""
    legend: dict[str, str] = {}
    for line in lines:
        found = re.match(
            r"[-•*\s]*(?:où |ou |avec )?[«\"]?\s*(?P<v>[A-Za-z]{1,5}\d?|[A-Z] ?[a-z]{2,4})\s*[»\"]?\s*(?::|=|étant|est|représente|correspond à|désigne|indique)\s*(?P<d>[^=/*×;.]{6,160})(?=[;.]|$)",
            line.strip(),
        )
        if found and not re.match(r"(?:le|la|les|et|ou|un|une|note)$", found["v"].lower()):
            legend[fold(found["v"])] = found["d"]
        for each in _INLINE_LEGEND.finditer(line):
            legend.setdefault(fold(each["v"]), each["d"])
    return legend


_INLINE_LEGEND = re.compile(
    r"(?<![\w'’])(?P<v>[A-Z][A-Za-z]{0,4}\d?)\s+(?:étant|est|représente|désigne|correspond à|représentant|désignant)\s+(?P<d>(?:le |la |l['’]|celui |celle )[^,;.]{4,110}?)(?=[,;.]|\s+et\s+[A-Z]|$)"
)


def _open(line: str) -> bool:
    """Whether a line leaves a formula unfinished."""
    return line.count("(") > line.count(")") or line.rstrip()[-1:] in ("+", "×", "*", "/", "÷")


def candidates(lines: list[str]) -> list[tuple[int, int, str]]:
    """Places that may hold a formula: index of first and last line, the right-hand side."""
    out: list[tuple[int, int, str]] = []
    for index, line in enumerate(lines):
        text = line.replace(" | ", " ")
        side = text.rpartition("=")[2] if "=" in text else text
        if "=" not in text and (
            spoken := re.search(
                r"(?:formule(?: suivante)?|(?:autres|offres))[^:/×*]{0,30}:\s*(?=\S)|formule(?: suivante)?\s+(?=[\d(])|(?:puis|soit|reçoivent|obtiennent)\s+(?=\d+\s*[×x*])",
                text,
            )
        ):
            side = text[spoken.end() :]
        if "=" not in text and not re.search(r"[/×*÷]|\s[xX]\s", text):
            continue
        if "=" not in text and index and lines[index - 1].rstrip().endswith("="):
            continue
        if index and _open(lines[index - 1]) and "=" not in text:
            continue  # the middle of a formula begun above
        side = re.split(
            r"(?<=[\w)])\s*[,;]\s+(?=sans|avec|où|dans|pour|soit|étant|le |la |les |et )|(?<=\))\s*[.;,](?:\s|$)|(?<=\w)\.\s+(?=[A-ZÀ-Ü])",
            side,
        )[0]
        last = index
        joined = side.strip(" :")
        while (
            last + 1 < len(lines)
            and last - index < 3
            and len(joined) < formulas.MAX_LENGTH
            and (
                not joined
                or joined.count("(") > joined.count(")")
                or joined[-1] in "+-*/×=÷"
                or re.match(r"\s*[+*/×÷]|\s*x\s|\s*/", lines[last + 1])
            )
        ):
            last += 1
            joined += " " + lines[last].replace(" | ", " ").strip()
        out.append((index, last, joined))
        if "=" in text and last == index and not re.search(r"[/÷]", joined) and index + 1 < len(lines):
            # a fraction laid out over two lines: the denominator is the next line
            below = lines[index + 1].strip(" |")
            if (
                len(below) < 90
                and re.search(formulas.PRICE, fold(below))
                and not re.search(r"[.;:=]$", below)
                and re.search(r"[×*]|\s[xX]\s", joined)
            ):
                out.append((index, index + 1, f"({joined}) / ({below})"))
        if "=" in text and index > 0 and not re.search(r"[/÷]", joined):
            above = lines[index - 1].strip(" |")
            if len(above) < 110 and re.search(formulas.LOWEST, fold(above)) and index + 1 < len(lines):
                below = lines[index + 1].strip(" |")
                if (
                    len(below) < 90
                    and re.search(formulas.PRICE, fold(below))
                    and not re.search(r"[.;:=]$", below)
                ):
                    out.append(
                        (
                            index - 1,
                            index + 1,
                            f"(({above}) / ({below})) {joined}" if joined else f"({above}) / ({below})",
                        )
                    )
    return out
