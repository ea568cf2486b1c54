"""The page to review a reading: the text on one side, the values on the other, linked both ways.

One static file: no script, nothing from the network, colours that read in light and dark.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from reglo.procurement.change_words import label_of
from reglo.procurement.french import counted
from reglo.procurement.key_words import KEYS_FR, VALUES_FR
from reglo.procurement.question_words import in_words
from reglo.procurement.sentences.effects import path_words

if TYPE_CHECKING:
    from reglo.reading.rc import Read
    from reglo.reading.rc.model import Found, Quote

_STYLE = """
:root{color-scheme:light dark;--ink:#161616;--paper:#fff;--soft:#f3f3f8;--line:#c9c9d6;--mark:#fff1c2;--link:#000091;--low:#8d3b00}
@media (prefers-color-scheme:dark){:root{--ink:#f0f0f5;--paper:#16161d;--soft:#22222c;--line:#4a4a5a;--mark:#4d3f00;--link:#b1b1f9;--low:#ffb27a}}
*{box-sizing:border-box}
body{margin:0;font:1rem/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
header{padding:1rem 1.25rem;border-bottom:1px solid var(--line)}
h1{font-size:1.3rem;margin:0 0 .25rem}h2{font-size:1.05rem;margin:1.25rem 0 .5rem}
p{margin:.25rem 0}a{color:var(--link)}
main{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr)}
section{padding:0 1.25rem 2rem;min-width:0}
section+section{border-left:1px solid var(--line)}
.line{display:grid;grid-template-columns:3.2rem minmax(0,1fr);gap:.6rem;padding:.1rem .25rem;overflow-wrap:anywhere}
.line>span:first-child,.where{color:inherit;opacity:.75;font-size:.85rem;font-variant-numeric:tabular-nums}
.read{background:var(--mark)}
.asked{box-shadow:inset 4px 0 var(--low)}
.refs{font-size:.8rem}
.value{border-top:1px solid var(--line);padding:.5rem .25rem;overflow-wrap:anywhere}
.value b{font-weight:600}.value code{font-size:.85rem;opacity:.85}
.low{color:var(--low);font-weight:600}
blockquote{margin:.25rem 0 0;padding-left:.6rem;border-left:3px solid var(--line);font-size:.92rem}
:target{outline:3px solid var(--link);outline-offset:2px;scroll-margin:4rem}
a:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.points{background:var(--soft);padding:.5rem 1.25rem 1rem;border-bottom:1px solid var(--line)}
summary{font-weight:600;cursor:pointer;padding:.25rem 0}
@media (min-width:60rem){section{height:calc(100vh - 6rem);overflow:auto}}
@media (max-width:59.99rem){main{grid-template-columns:minmax(0,1fr)}section+section{border-left:0;border-top:1px solid var(--line)}}
"""
_SURE = 0.9


def page(read: Read) -> str:
    """The whole page, UTF-8 text."""
    title = escape(read.consultation.title)
    by_line: dict[tuple[str, int], list[int]] = {}
    for rank, found in enumerate(read.values):
        by_line.setdefault((found.quote.file, found.quote.line), []).append(rank)
    files = {reading.document.name: number for number, reading in enumerate(read.readings)}
    asked: dict[tuple[str, int], list[int]] = {}
    for rank, quotes in enumerate(_quotes(read)):
        for quote in quotes:
            asked.setdefault((quote.file, quote.line), []).append(rank)
    parts = [
        '<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>Relecture · {title}</title><style>{_STYLE}</style></head><body>",
        f"<header><h1>{title}</h1><p>{len(read.values)} valeurs lues, {len(read.consultation.open_points)} points à décider. "
        'Chaque valeur mène à sa phrase, chaque phrase à ses valeurs. <a href="#valeurs">Aller aux valeurs</a></p></header>',
        _points(read, files),
        _kept(read),
        '<main><section aria-label="Texte" tabindex="0">',
    ]
    for number, reading in enumerate(read.readings):
        parts.append(f"<h2>{escape(reading.document.name)}</h2>")
        page_shown = None
        for line in reading.flow.lines:
            if line.page is not None and line.page != page_shown:
                page_shown = line.page
                parts.append(f'<p class="where">Page {line.page}</p>')
            ranks = by_line.get((reading.document.name, line.number), [])
            anchor = f' id="l{number}-{line.number}"'
            links = " ".join(
                f'<a href="#v{rank}">{escape(_name(read.values[rank]))}</a>' for rank in ranks[:12]
            )
            points = asked.get((reading.document.name, line.number), [])
            links += "".join(f' <a href="#p{rank}">à décider</a>' for rank in dict.fromkeys(points))
            refs = f' <span class="refs">→ {links.strip()}</span>' if links else ""
            css = "line" + " read" * bool(ranks) + " asked" * bool(points)
            parts.append(
                f'<div class="{css}"{anchor}><span>{line.number}</span><span>{escape(line.text)}{refs}</span></div>'
            )
    parts.append('</section><section aria-label="Valeurs" tabindex="0" id="valeurs"><h2>Valeurs</h2>')
    parts.extend(_value(rank, found, files) for rank, found in enumerate(read.values))
    parts.append("</section></main></body></html>\n")
    return "".join(parts)


def _name(found: Found) -> str:
    """A short French name for a link: "référence", "poids"."""
    try:
        return path_words(found.path).rpartition(", ")[2]
    except (ValueError, KeyError, IndexError, TypeError):  # a path the reading makes for itself
        key = found.path.rpartition(".")[2].partition("[")[0]
        return KEYS_FR.get(key, key)


def _quotes(read: Read) -> list[tuple[Quote, ...]]:
    """The places of each open point, in their order; none for a point that is about no sentence."""
    known = {doubt.id: doubt.quotes for doubt in read.doubts}
    return [known.get(point.id, ()) for point in read.consultation.open_points]


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "rien"
    text = str(value)
    return {"True": "oui", "False": "non", "None": "non dit"}.get(text, VALUES_FR.get(text, text))


def _value(rank: int, found: Found, files: dict[str, int]) -> str:
    quote = found.quote
    where = (f"page {quote.page}, " if quote.page else "") + f"ligne {quote.line}"
    sure = f"{round(found.confidence * 100)} %"
    css = "" if found.confidence >= _SURE else ' class="low"'
    link = f'<a href="#l{files.get(quote.file, 0)}-{quote.line}">{escape(where)}</a>'
    return (
        f'<div class="value" id="v{rank}">{escape(label_of(found.path))} <code>{escape(found.path)}</code><br><b>{escape(_shown(found.value))}</b>'
        f'<p class="where">{escape(quote.article)}, {link} · règle {escape(found.rule)} · <span{css}>confiance {sure}</span></p>'
        f"<blockquote>{escape(quote.words)}</blockquote></div>"
    )


def _points(read: Read, files: dict[str, int]) -> str:
    """The open points, first: they are what is left to do."""
    if not read.consultation.open_points:
        return ""
    items = "".join(
        f'<li id="p{rank}">{escape(in_words(point.question))}' + _where(quotes, files) + "</li>"
        for rank, (point, quotes) in enumerate(zip(read.consultation.open_points, _quotes(read), strict=True))
    )
    return f'<div class="points"><h2>À décider</h2><ul>{items}</ul></div>'


def _where(quotes: tuple[Quote, ...], files: dict[str, int]) -> str:
    """The places of a point, each a link to its line."""
    links = " ; ".join(
        f'<a href="#l{files.get(quote.file, 0)}-{quote.line}">{escape(str(quote))}</a>' for quote in quotes
    )
    return f' <span class="where">({links})</span>' if links else ""


def _kept(read: Read) -> str:
    """The sentences kept without being understood."""
    ranks = [rank for rank, found in enumerate(read.values) if found.path in read.kept]
    if not ranks:
        return ""
    items = "".join(
        f'<li><a href="#v{rank}">{escape(str(found.value))}</a> <span class="where">({escape(str(found.quote))})</span></li>'
        for rank, found in ((rank, read.values[rank]) for rank in ranks)
    )
    return (
        '<details class="points"><summary>À relire : '
        f"{counted(len(ranks), 'règle')} dont le programme n'a rien tiré</summary>"
        f"<p>Ces phrases commandent quelque chose. Elles sont gardées telles quelles, comme clauses.</p><ul>{items}</ul></details>"
    )
