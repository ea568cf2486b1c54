"""The browser pages as ``script/build-browser`` made them, served under a strict content policy."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from reglo.deposit.findings import Unknown, refuse
from reglo.deposit.http import Answer, Scope

# no inline script or style, no third party, no plug-in: what seals is what we serve
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", POLICY),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cache-Control", "no-cache"),
)
_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".txt": "text/plain",
    ".svg": "image/svg+xml",
}


@cache
def pages() -> dict[str, tuple[str, bytes]]:
    """Name -> (type, content); empty when the pages were not built. "" is the page where a bid is sealed."""
    folder = files("reglo.deposit") / "static"
    found = {}
    for each in folder.iterdir() if folder.is_dir() else ():
        suffix = each.name[each.name.rfind(".") :]
        if suffix in _TYPES:
            found[each.name] = (f"{_TYPES[suffix]}; charset=utf-8", each.read_bytes())
    if "deposer.html" in found:
        found[""] = found["deposer.html"]
    return found


def page(scope: Scope) -> Answer:
    """A page or one of its parts. Their addresses are relative: ``/deposer`` sends to ``/deposer/``."""
    name = scope["path"].partition("/deposer")[2]
    if not name:
        query = scope["query_string"].decode("latin-1")
        return Answer(308, [("Location", f"{scope['path']}/{'?' * bool(query)}{query}")])
    found = pages().get(name[1:])
    if found is None:
        raise refuse(Unknown)
    return Answer(200, body=found[1], type=found[0], safe=HEADERS)
