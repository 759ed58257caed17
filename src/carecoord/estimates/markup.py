"""Markup: a document of sections, tables and lists, as Markdown and as one complete page of HTML.

Whatever text it holds comes out as text: nothing in it can become markup, script or style.
"""

from collections.abc import Sequence
from html import escape

from attrs import frozen

__all__ = ["Definitions", "Listing", "Row", "Section", "Table", "as_html", "as_markdown"]

Row = tuple[str, ...]


@frozen
class Table:
    """A table; `amounts` are the places of the columns that hold amounts of money.

    `unbroken` are those that hold codes and numbers, which no line break may part.
    """

    caption: str
    header: Row
    rows: tuple[Row, ...]
    totals: Row | None = None
    amounts: frozenset[int] = frozenset()
    unbroken: frozenset[int] = frozenset()


@frozen
class Listing:
    """Items one under the other."""

    items: tuple[str, ...]


@frozen
class Definitions:
    """Terms, and what they mean."""

    items: tuple[tuple[str, str], ...]


@frozen
class Section:
    """A heading with what stands under it; a text is a paragraph."""

    heading: str
    parts: tuple[str | Table | Listing | Definitions, ...]


_MARKED = str.maketrans({one: f"\\{one}" for one in "\\`*_{}[]()<>#+!|~&-"})


def _marked(text: str) -> str:
    return " ".join(text.translate(_MARKED).split())


def as_markdown(title: str, sections: Sequence[Section]) -> str:
    """The document as Markdown."""
    lines = [f"# {_marked(title)}", ""]
    for section in sections:
        lines += [f"## {_marked(section.heading)}", ""]
        for part in section.parts:
            match part:
                case Table():
                    totals = () if part.totals is None else (part.totals,)
                    lines += [_markdown_row(part.header), "|" + " --- |" * len(part.header)]
                    lines += [_markdown_row(row) for row in (*part.rows, *totals)]
                case Listing(items):
                    lines += [f"- {_marked(item)}" for item in items]
                case Definitions(pairs):
                    lines += [f"- **{_marked(term)}**: {_marked(what)}" for term, what in pairs]
                case _:
                    lines.append(_marked(part))
            lines.append("")
    return "\n".join(lines)


def _markdown_row(cells: Row) -> str:
    return "| " + " | ".join(map(_marked, cells)) + " |"


_STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; color: #111; background: #fff;
       max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
th, td { border-bottom: 1px solid #767676; padding: .35rem .5rem; text-align: left;
         vertical-align: top; overflow-wrap: break-word; }
.amount { text-align: right; } .amount, .unbroken { white-space: nowrap; }
tfoot th, tfoot td { font-weight: 700; border-top: 2px solid #111; }
dt { font-weight: 600; } dd { margin: 0 0 .5rem; }
@media print { body { margin: 0; max-width: none; font-size: 10pt; }
  h2 { break-after: avoid; } tr, li, dd { break-inside: avoid; }
  thead { display: table-header-group; } }
"""


def as_html(title: str, sections: Sequence[Section], language: str = "en") -> str:
    """The document as a page that prints, with captions and header cells for who listens to it."""
    title, body = escape(title), "\n".join(map(_html_section, sections))
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language, quote=True)}">\n<head>\n'
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _html_section(section: Section) -> str:
    parts = "\n".join(map(_html_part, section.parts))
    return f"<section>\n<h2>{escape(section.heading)}</h2>\n{parts}\n</section>"


def _html_part(part: str | Table | Listing | Definitions) -> str:
    match part:
        case Table():
            return _html_table(part)
        case Listing(items):
            return "<ul>\n" + "\n".join(f"<li>{escape(one)}</li>" for one in items) + "\n</ul>"
        case Definitions(pairs):
            rows = (f"<dt>{escape(term)}</dt><dd>{escape(what)}</dd>" for term, what in pairs)
            return "<dl>\n" + "\n".join(rows) + "\n</dl>"
    return f"<p>{escape(part)}</p>"


def _html_table(table: Table) -> str:
    def cell(place: int, text: str, tag: str, scope: str = "") -> str:
        kind = ""
        if place in table.amounts:
            kind = ' class="amount"'
        elif place in table.unbroken and tag == "td":
            kind = ' class="unbroken"'
        return f"<{tag}{scope}{kind}>{escape(text)}</{tag}>"

    def row(cells: Row) -> str:
        first = cell(0, cells[0], "th", ' scope="row"')
        rest = (cell(place, text, "td") for place, text in enumerate(cells[1:], 1))
        return f"<tr>{first}{''.join(rest)}</tr>"

    head = (cell(place, text, "th", ' scope="col"') for place, text in enumerate(table.header))
    foot = "" if table.totals is None else f"\n<tfoot>{row(table.totals)}</tfoot>"
    body = "\n".join(map(row, table.rows))
    return (
        f"<table>\n<caption>{escape(table.caption)}</caption>\n"
        f"<thead><tr>{''.join(head)}</tr></thead>\n<tbody>\n{body}\n</tbody>{foot}\n</table>"
    )
