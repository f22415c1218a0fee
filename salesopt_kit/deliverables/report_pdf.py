"""The whole newest run as one PDF: typst sets it from the executed notebooks, offline and without a browser.

Typst comes as one wheel without system libraries, so that this works on any laptop; its only font is the one that the
kit brings along, so that the pages look the same everywhere.
"""

import io
import json
import re
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import nbformat
from PIL import Image
from pylopdf_fonts_zh_cn import sans_path

from salesopt_kit.deliverables.branding import Look, look_of
from salesopt_kit.deliverables.columns import least, widths
from salesopt_kit.deliverables.docx_parts import SMALL
from salesopt_kit.deliverables.report_blocks import Block, blocks_of
from salesopt_kit.deliverables.sources import Sources
from salesopt_kit.locale import LANGUAGES, _, language, use_language

UPRIGHT, FLIPPED = 17.0, 25.7
"""Centimetres between the margins of an A4 page."""
HIGHEST, DOTS = 22.5, 144
"""Centimetres of the highest picture; dots an inch of the run's figures."""
SIZES = (8.0, 7.5, 7.0, 6.5, 6.0)
"""Points of the letters of tables: the largest at which no word is broken, first upright, then on its side."""
SMALLEST = 5.5
LONGEST_WORD = 22


def write_report(sources: Sources, path: Path) -> None:
    """Write the PDF of the newest run, in the language of that run; MissingDataError where there is none."""
    run = sources.need_run()
    before = language()
    about = json.loads((run / "results.json").read_text(encoding="utf-8"))
    try:
        use_language(about["locale"] if about["locale"] in LANGUAGES else before)
        with tempfile.TemporaryDirectory() as folder:
            _typeset(run, about, look_of(sources.engagement), Path(folder), path)
    finally:
        use_language(before)


def _typeset(run: Path, about: dict[str, Any], look: Look, folder: Path, path: Path) -> None:
    import typst  # noqa: PLC0415 -- only who writes a PDF waits for it

    logo = "logo.png" if look.logo.startswith(b"\x89PNG") else "logo.jpg"
    if look.logo:
        (folder / logo).write_bytes(look.logo)
    as_of = _("As of {day}").format(day=about["as_of"])
    first, last = about["window"]
    report = {
        "title": _("Sales process review"),
        "client": about["client"],
        "lang": language()[:2],
        "primary": look.primary,
        "accent": look.accent,
        "logo": logo if look.logo else None,
        "footer": _(" · ").join(filter(None, (look.footer, about["client"], as_of))),
        "lines": [
            as_of,
            _("Figures cover {first} to {last}").format(first=first, last=last),
            _("From the run {run}").format(run=run.resolve().name),
        ],
        "words": {"contents": _("Contents"), "page": _("Page {page} of {pages}")},
        "blocks": list(_set(run, folder)),
    }
    (folder / "report.json").write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")
    source = files("salesopt_kit.deliverables").joinpath("report.typ").read_text(encoding="utf-8")
    (folder / "report.typ").write_text(source, encoding="utf-8")
    made = typst.compile(
        str(folder / "report.typ"), font_paths=[str(Path(sans_path()).parent)], ignore_system_fonts=True, timestamp=0
    )
    path.write_bytes(made)


def _set(run: Path, folder: Path) -> Iterator[Block]:
    """Yield the blocks of all workbooks as the template draws them, then each definition once."""
    cards: dict[str, Block] = {}
    pictures = 0
    for file in sorted(run.glob("[0-9]*.ipynb")):
        for block in blocks_of(nbformat.read(file, as_version=4)):
            if block["kind"] == "card":
                cards.setdefault(block["name"], block)
            elif block["kind"] == "picture":
                pictures += 1
                yield _picture(block, folder, f"picture-{pictures}.png")
            elif block["kind"] == "table":
                yield _table(block)
            else:
                yield _softened(block)
    if cards:
        yield {"kind": "heading", "level": 1, "text": _("Definitions")}
        yield from (_softened(card) for card in cards.values())


def _picture(block: Block, folder: Path, name: str) -> Block:
    (folder / name).write_bytes(block["png"])
    with Image.open(io.BytesIO(block["png"])) as picture:
        wide, high = (side / DOTS * 2.54 for side in picture.size)
    width = min(UPRIGHT, wide, wide * HIGHEST / high)
    return {"kind": "picture", "file": name, "width": width, "alt": block["alt"]}


def _table(block: Block) -> Block:
    """Return a table with letters and widths at which it fits the page, on its side where it must."""
    frame = block["frame"]
    needed = least(frame)
    for total, flipped in ((UPRIGHT, False), (FLIPPED, True)):
        for size in SIZES:
            if needed * size / SMALL <= total:
                return _sized(frame, total, size, flipped=flipped)
    return _sized(frame, FLIPPED, SMALLEST, flipped=True)


def _sized(frame: Any, total: float, size: float, *, flipped: bool) -> Block:  # noqa: ANN401
    factor = size / SMALL
    return {
        "kind": "table",
        "size": size,
        "flipped": flipped,
        "widths": [width * factor for width in widths(frame, total / factor)],
        "head": [soft(str(name)) for name in frame.columns],
        "rows": [[soft(str(cell)) for cell in line] for line in frame.itertuples(index=False)],
    }


def soft(text: str) -> str:
    """Return a text whose long Latin words may be broken, so that none runs out of its cell."""
    return re.sub(rf"[!-~]{{{LONGEST_WORD},}}", lambda word: "\u200b".join(_cut(word[0])), text)


def _cut(word: str) -> list[str]:
    return [piece for part in re.split(r"(?<=[/._,:;=-])", word) for piece in re.findall(r".{1,16}", part)]


def _softened(block: Block) -> Block:
    """Return a block with all its texts soft."""
    return {name: _soft_in(value) for name, value in block.items()}


def _soft_in(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, list):
        return [_soft_in(one) for one in value]
    return soft(value) if isinstance(value, str) else value
