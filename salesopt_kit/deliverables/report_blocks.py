"""The pages of a run as plain blocks: headings, sentences, tables, caveats and pictures, read from its notebooks."""

import base64
import re
from collections.abc import Iterator
from typing import Any

import pandas as pd
from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from salesopt_kit.locale import language

Block = dict[str, Any]
DEEPEST = 8
"""Deeper items of a list are not moved further to the right."""


def blocks_of(notebook: Any) -> Iterator[Block]:  # noqa: ANN401 -- a NotebookNode has no types
    """Yield the blocks of an executed notebook in order; code is left out."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield from _markdown(cell.source)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" in data:
                yield from _html(BeautifulSoup("".join(data["text/html"]), "html.parser"))
            elif "image/png" in data:
                png = base64.b64decode("".join(data["image/png"]))
                yield {"kind": "picture", "png": png, "alt": output.metadata.get("image/png", {}).get("alt", "")}
            elif output.output_type == "error":
                yield {"kind": "text", "text": str(output.evalue)}
            elif "text/plain" in data:
                yield {"kind": "code", "text": str(data["text/plain"])}


def _markdown(source: str) -> Iterator[Block]:
    for part in re.split(r"\n\s*\n", source.strip()):
        heading = re.match(r"(#+)\s+(.+)", part)
        if heading:
            yield {"kind": "heading", "level": len(heading[1]), "text": _unmarked(heading[2])}
            part = part[heading.end() :].strip()  # noqa: PLW2901 -- what stands below the heading
        if part:
            yield {"kind": "text", "text": _unmarked(" ".join(part.split()))}


def _unmarked(text: str) -> str:
    return re.sub(r"[`*]{1,2}(\S.*?\S|\S)[`*]{1,2}", r"\1", text).strip()


def _html(tag: Tag) -> Iterator[Block]:
    """Yield the blocks of a piece of HTML: known parts as what they are, everything else as its text."""
    for child in tag.children:
        if isinstance(child, NavigableString):
            if text := _words(child):
                yield {"kind": "text", "text": text}
        elif isinstance(child, Tag):
            yield from _element(child)


def _element(tag: Tag) -> Iterator[Block]:
    names = tag.get_attribute_list("class")
    if tag.name == "style":
        return
    if tag.name == "table":
        yield from _table(tag)
    elif tag.name == "details" and "card" in names:
        yield _card(tag)
    elif tag.name == "details":
        yield from _folded(tag)
    elif tag.name in ("ul", "ol"):
        yield {"kind": "caveats" if "caveats" in names else "list", "items": list(_items(tag, 0))}
    elif tag.name == "pre":
        yield {"kind": "code", "text": tag.get_text().strip("\n")}
    elif tag.name == "p" or not tag.find(["p", "table", "ul", "ol", "details", "pre", "div"]):
        if text := _words(tag):
            yield {"kind": "finding" if "finding" in names else "text", "text": text}
    else:
        yield from _html(tag)


def _folded(tag: Tag) -> Iterator[Block]:
    """Yield what can be folded out on a page: its summary, then its content without the same sentence once more."""
    summary = tag.find("summary", recursive=False)
    said = _words(summary) if isinstance(summary, Tag) else ""
    if isinstance(summary, Tag):
        summary.extract()
    if said:
        yield {"kind": "part", "text": said}
    for block in _html(tag):
        if block.get("text") != said:
            yield block


def _table(tag: Tag) -> Iterator[Block]:
    lines = [[_words(cell) for cell in row.find_all(["th", "td"])] for row in tag.find_all("tr")]
    head, rows = (lines[0], lines[1:]) if lines else ([], [])
    if rows:
        padded = [[*row, *[""] * (len(head) - len(row))][: len(head)] for row in rows]
        frame = pd.DataFrame(padded, dtype=object)
        frame.columns = pd.Index(head)
        yield {"kind": "table", "frame": frame}


def _card(tag: Tag) -> Block:
    summary = tag.find("summary")
    pairs = [[_words(name), _words(said)] for name, said in zip(tag.find_all("dt"), tag.find_all("dd"), strict=False)]
    return {"kind": "card", "name": _words(summary) if isinstance(summary, Tag) else "", "pairs": pairs}


def _items(tag: Tag, depth: int) -> Iterator[list[Any]]:
    """Yield [depth, text] of the items of a list and of those below them."""
    for item in tag.find_all("li", recursive=False):
        below = [inner.extract() for inner in item.find_all(["ul", "ol"], recursive=False)]
        yield [min(depth, DEEPEST), _words(item)]
        for inner in below:
            yield from _items(inner, depth + 1)


def _words(tag: Tag | NavigableString) -> str:
    """Return the text of a tag in one line; a part such as an interval is set apart from what stands before it."""
    for line_end in tag.find_all("br") if isinstance(tag, Tag) else ():
        line_end.replace_with(" ")  # without it a figure and the bound below it would read as one number in Chinese
    return " ".join(tag.get_text("" if language() == "zh-CN" else " ").split()).replace(" ,", ",").replace(" .", ".")
