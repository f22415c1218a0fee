"""In which encoding a text export is: told by its byte-order mark, else by what decodes without a fault."""

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

from salesopt_kit.errors import InputError
from salesopt_kit.locale import _

CHUNK = 1 << 20
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SIGNATURES = {
    b"PK\x03\x04": "xlsx",
    b"\xd0\xcf\x11\xe0": "xls",
    b"PAR1": "parquet",
    b"\x1f\x8b": "gz",
    b"%PDF": "pdf",
    b"SQLite": "sqlite",
}
"""First bytes of files that are no text, whatever their name says."""


def encoding_of(path: Path, file: str) -> str:
    """Return the encoding of the text file `path`: utf-8, utf-8-sig, utf-16, utf-16-le, utf-16-be or gb18030.

    Raises InputError with the first row that does not decode where none of them fits, and for files that are no text.
    """
    with path.open("rb") as stream:
        head = stream.read(CHUNK)
    _stop_at_binary(head, file)
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    if name := _utf16_without_mark(head):
        return name
    stop_at_zero(path, file, head, 0)
    fault = first_fault(path, "utf-8")
    if fault is None:
        return "utf-8"
    if (
        not _is_mostly_utf8(head)
        and first_fault(path, "gb18030") is None
        and _is_chinese(head.decode("gb18030", "ignore"))
    ):
        return "gb18030"
    row, found = fault
    best = from_bytes(head[:65536]).best()
    guess = best.encoding.replace("_", "-") if best else "cp1252"
    raise InputError(
        _("{file}, row {row}").format(file=file, row=row),
        found,
        expected=_("text in UTF-8, UTF-16 or GB18030"),
        remedy=_(
            "Export it as CSV in UTF-8, or name its encoding in engagement.yml, such as `encoding: {guess}`."
        ).format(guess=guess),
    )


def first_fault(path: Path, encoding: str) -> tuple[int, str] | None:
    """Return the row and the bytes where `path` does not decode, None if it does throughout."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    before, is_between = 0, True
    with path.open("rb") as stream:
        while True:
            chunk = stream.read(CHUNK)
            try:
                if not (is_between and chunk and chunk.isascii()):  # ASCII is the same in all of these encodings
                    decoder.decode(chunk, final=not chunk)
                    is_between = not decoder.getstate()[0]
            except UnicodeDecodeError as wrong:
                # The decoder also holds what it kept of the chunk before.
                at = before - (len(wrong.object) - len(chunk)) + wrong.start
                return row_at(path, at), "bytes " + wrong.object[wrong.start : wrong.start + 4].hex(" ")
            if not chunk:
                return None
            before += len(chunk)


def row_at(path: Path, offset: int) -> int:
    """Return the row of the file, from 1, that the byte at `offset` is in."""
    rows = 1
    with path.open("rb") as stream:
        while offset > 0 and (chunk := stream.read(min(CHUNK, offset))):
            rows += chunk.count(b"\n")
            offset -= len(chunk)
    return rows


def stop_at_zero(path: Path, file: str, text: bytes, offset: int) -> None:
    """Raise InputError where `text`, which starts at byte `offset` of `path`, holds a zero byte."""
    if b"\x00" in text:
        raise InputError(
            _("{file}, row {row}").format(file=file, row=row_at(path, offset + text.index(b"\x00"))),
            "NUL",
            expected=_("text"),
            remedy=_("Export the table again as CSV in UTF-8; the file is damaged or no text."),
        )


def _stop_at_binary(head: bytes, file: str) -> None:
    for signature, kind in SIGNATURES.items():
        if head.startswith(signature):
            raise InputError(
                file,
                kind,
                expected=_("a text file, as its name says"),
                remedy=_("Give the file its own ending (.{kind}), or export the table again as CSV or xlsx.").format(
                    kind=kind
                ),
            )


def _utf16_without_mark(head: bytes) -> str:
    """Return the UTF-16 variant that a text with a zero in every other byte is in."""
    sample = head[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.2 * len(sample) and even == 0:
        return "utf-16-le"
    if even > 0.2 * len(sample) and odd == 0:
        return "utf-16-be"
    return ""


def _is_mostly_utf8(head: bytes) -> bool:
    """Return whether more characters beyond ASCII decode as UTF-8 than fail to, as where rows of two files met."""
    text = head.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return sum(sign > "\x7f" for sign in text) - bad > bad


def _is_chinese(text: str) -> bool:
    """Return whether the characters beyond ASCII are mostly common Chinese ones, so that GB18030 is no accident."""
    beyond = re.findall(r"[^\x00-\x7f]", text)
    common = re.findall(r"[一-鿿，。、；：？！（）《》“”￥·]", text)
    usual = sum(_is_usual(sign.encode("gb18030")) for sign in common)
    return bool(beyond) and usual >= 0.8 * len(beyond)


def _is_usual(code: bytes) -> bool:
    """Return whether a character is of GB 2312's punctuation or first level, its 3,755 most used characters."""
    return len(code) == 2 and (0xB0 <= code[0] <= 0xD7 or 0xA1 <= code[0] <= 0xA3) and code[1] >= 0xA1  # noqa: PLR2004
