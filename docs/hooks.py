"""How pages are laid out: tables of code that break where a reader would, and wide where they are.

The theme draws Mermaid pictures with a script that it loads from a public server; where there is
none, a page shows the text of the picture.
"""

import re
from typing import Any

WIDE = ("reference/rules.md", "reference/access.md", "reference/use-cases.md", "reference/kinds.md")

_CELL = re.compile(r"<td[^>]*>.*?</td>", re.DOTALL)
_CODE = re.compile(r"(?<=<code>)[^<]+(?=</code>)")
_BREAK = re.compile(r"(?<=[a-z0-9])([_./])(?=[a-z0-9])")


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Give pages that are a table the room of the table of contents."""
    if page.file.src_uri in WIDE:
        page.meta.setdefault("hide", []).append("toc")
    return markdown


def on_page_content(html: str, **_: Any) -> str:
    """Let long names in tables break after an underscore, a dot or a slash."""

    def names(cell: re.Match[str]) -> str:
        return _CODE.sub(lambda name: _BREAK.sub(r"\1<wbr>", name[0]), cell[0])

    return _CELL.sub(names, html)
