"""Small pieces of OpenDocument XML."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr


def element(name: str, *children: str, **attributes: str) -> str:
    """An element; an attribute ``text_style_name`` is written ``text:style-name``.

    >>> element("text:p", text("a < b"), text_style_name="Small")
    '<text:p text:style-name="Small">a &lt; b</text:p>'
    """
    written = "".join(
        f" {key.replace('_', ':', 1).replace('_', '-')}={quoteattr(value)}"
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{''.join(children)}</{name}>"


def text(plain: str) -> str:
    """Plain text as OpenDocument content: repeated spaces and line breaks are elements there."""
    return escape(plain).replace("\n", "<text:line-break/>").replace("  ", " <text:s/>")
