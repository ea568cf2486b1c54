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
        for pattern in (_INLINE_LEGEND, _AFTER_COMMA, _NAMED_MEAN):
            for each in pattern.finditer(line):
                legend.setdefault(fold(each["v"]), each["d"])
    return legend


_INLINE_LEGEND = re.compile(
    r"(?<![\w'’])(?P<v>[A-Z][A-Za-z]{0,4}\d?)\s+(?:étant|est|représente|désigne|correspond à|représentant|désignant)\s+(?P<d>(?:le |la |l['’]|celui |celle )[^,;.]{4,110}?)(?=[,;.]|\s+et\s+[A-Z]|$)"
)

# « N = 40 x (Pm / P), Pm : prix moyen des offres »
_AFTER_COMMA = re.compile(
    r"(?:[,;(]|\bavec|\boù|\bet)\s+(?P<v>[A-Z][A-Za-z]{0,4}\d?)\s*(?::|=|(?=le |la |l['’]|celui |celle ))\s*(?P<d>(?:le |la |l['’])?(?:prix|montant|moyenne|offre|coût|celui|celle)\b[^,;.:=/]{0,100}?)(?=[,;.)]|\s+et\s+[A-Z]|$)"
)
# « la moyenne M des offres »
_NAMED_MEAN = re.compile(
    r"(?P<d>[Mm]oyenne|(?:[Pp]rix|[Mm]ontant) moyen)\s+\(?(?P<v>[A-Z][a-z]{0,3})\)?\s+des\b"
)


def _open(line: str) -> bool:
    """Whether a line leaves a formula unfinished."""
    return line.count("(") > line.count(")") or line.rstrip()[-1:] in ("+", "×", "*", "/", "÷")


def _in_signs(line: str) -> str:
    """« La note est égale au prix le plus bas divisé par le prix de l'offre, multiplié par 40 » with its signs."""
    if not re.search(r"divisée?s? par|rapportée?s? (?:à|au)\b", line) or re.search(r"[/×÷=]", line):
        return line
    line = re.sub(r",?\s*(?:divisée?s? par|rapportée?s? (?:à|au))\s+(?:le |la |l['’])?", " / ", line)
    line = re.sub(r",?\s*(?:le tout )?multipliée?s? par\s+", " × ", line)
    return re.sub(r"\b(?:est|sera) égale? (?:à|au)\s+(?:la |l['’])?", "= ", line, count=1)


def candidates(lines: list[str]) -> list[tuple[int, int, str]]:
    """Places that may hold a formula: index of first and last line, the right-hand side."""
    out: list[tuple[int, int, str]] = []
    for index, line in enumerate(lines):
        text = _in_signs(line.replace(" | ", " "))
        side = text.rpartition("=")[2] if "=" in text else text
        if "=" not in text and (
            spoken := re.search(
                r"(?:formule(?: suivante)?|(?:autres|offres)|^\W*[Nn]ote(?: du| de| sur| des)?\b)[^:/×*]{0,30}:\s*(?=\S)|formule(?: suivante)?\s+(?=[\d(])|(?:puis|soit|reçoivent|obtiennent)\s+(?=\d+\s*[×x*])",
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
            r"(?<=[\w)\]²³])\s*[,;]\s+(?=sans|avec|où|dans|pour|puis|pondérée?|soit|étant|le |la |les |et |[A-Z][A-Za-z]{0,4}\d? (?:[:=]|étant|est|désigne|représente))|(?<=[)\]²³\w])\s+(?=(?:avec|où|dans laquelle)\s+[A-Z][A-Za-z]{0,4}\d?\s)|(?<=\))\s*[.;,](?:\s|$)|(?<=\w)\.\s+(?=[A-ZÀ-Ü])",
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
