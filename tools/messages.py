"""Compile the Chinese catalogue from the .po files of each part of the kit.

`--check` writes nothing and fails if a message of the code or of a workbook has no translation, a translation has no
message, placeholders differ, two parts translate one message differently, or the compiled catalogue is out of date.
"""

import io
import json
import string
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "salesopt_kit" / "locale" / "zh_CN"
COMPILED = FOLDER / "salesopt_kit.mo"
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""A fixed date in the header, so that the same messages compile to the same bytes."""
KEYWORDS = {"_": None, "N_": None, "translate": None, "mark": None}


def messages_used() -> dict[str, str]:
    """Return every message of the code and every markdown cell of the workbooks, with where it stands."""
    used: dict[str, str] = {}
    found = extract_from_dir(ROOT / "salesopt_kit", [("**.py", "python")], keywords=KEYWORDS)
    for name, line, message, _comments, _context in found:
        used.setdefault(message if isinstance(message, str) else message[0], f"salesopt_kit/{name}:{line}")
    for path in sorted((ROOT / "workbooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                used.setdefault("".join(cell["source"]), f"workbooks/{path.name}: {cell['id']}")
    return used


def translations() -> tuple[dict[str, str], list[str]]:
    """Return message -> translation over all parts, and what is wrong with them."""
    merged: dict[str, str] = {}
    wrong: list[str] = []
    for path in sorted(FOLDER.glob("*.po")):
        with path.open("rb") as stream:
            catalogue = read_po(stream, locale="zh_CN", abort_invalid=True)
        for message in catalogue:
            if not message.id or not isinstance(message.id, str):
                continue
            if not message.string:
                wrong.append(f"{path.name}: no translation of {message.id!r}")
            elif merged.setdefault(message.id, str(message.string)) != message.string:
                wrong.append(f"{path.name}: another part translates {message.id!r} as {merged[message.id]!r}")
    return merged, wrong


def placeholders(message: str) -> set[str]:
    """Return the names in braces of a message; an unparsable message counts as having none."""
    try:
        return {name for _text, name, _spec, _conversion in string.Formatter().parse(message) if name is not None}
    except ValueError:
        return set()


def compiled(merged: dict[str, str], used: dict[str, str]) -> bytes:
    """Return the binary catalogue of the messages in use; the same messages give the same bytes."""
    catalogue = Catalog(locale="zh_CN", fuzzy=False, creation_date=EPOCH, revision_date=EPOCH)
    for message in sorted(set(merged) & set(used)):
        catalogue.add(message, merged[message])
    stream = io.BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def problems(merged: dict[str, str], used: dict[str, str]) -> Iterator[str]:
    """Yield what keeps the catalogue from being complete."""
    for message in sorted(set(used) - set(merged)):
        yield f"{used[message]}: no translation of {message!r}"
    for message in sorted(set(merged) - set(used)):
        yield f"no longer used: {message!r}"
    for message in sorted(set(merged) & set(used)):
        if placeholders(message) != placeholders(merged[message]):
            yield f"{used[message]}: placeholders differ in {message!r} and {merged[message]!r}"


def main() -> int:
    """Compile or check; return the exit code."""
    used = messages_used()
    merged, wrong = translations()
    wrong.extend(problems(merged, used))
    content = compiled(merged, used)
    if "--check" not in sys.argv:
        COMPILED.write_bytes(content)
    elif not COMPILED.is_file() or COMPILED.read_bytes() != content:
        wrong.append("the compiled catalogue is out of date; run `make messages`")
    print("\n".join(wrong) or f"{len(used)} messages, all translated.")
    return 1 if wrong and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
