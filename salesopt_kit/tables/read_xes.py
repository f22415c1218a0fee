"""XES event logs (IEEE 1849), plain or compressed."""

import gzip
import xml.etree.ElementTree as ET
import zlib
from pathlib import Path

import pyarrow as pa

from salesopt_kit.errors import InputError
from salesopt_kit.locale import _

KEYS = (
    "concept:name",
    "time:timestamp",
    "start_timestamp",
    "org:resource",
    "org:group",
    "org:role",
    "lifecycle:transition",
)


def read_xes(path: Path, file: str) -> pa.Table:
    """Return one row per event as text: case:concept:name and those of the KEYS that occur, in the order of the file.

    Raises InputError for a file that is cut off, is no XES log, or holds an event without an activity or a time.
    """
    cells: dict[str, list[str | None]] = {key: [] for key in ("case:concept:name", *KEYS)}
    opener = gzip.open if path.name.lower().endswith(".gz") else open
    try:
        with opener(path, "rb") as stream:
            _collect(stream, cells)
    except (ET.ParseError, EOFError, OSError, LookupError, ValueError, zlib.error) as wrong:
        raise InputError(
            file,
            str(wrong),
            expected=_("a complete XES log"),
            remedy=_("Download or export the log again; this file is cut off or damaged."),
        ) from None
    if not cells["concept:name"]:
        raise InputError(file, _("no event"), expected=_("a log with events"), remedy=_("Export the log again."))
    columns = {key: pa.array(column, pa.string()) for key, column in cells.items()}
    return pa.table({key: column for key, column in columns.items() if column.null_count < len(column)})


def _collect(stream: object, cells: dict[str, list[str | None]]) -> None:
    for _event, element in ET.iterparse(stream, events=("end",)):  # type: ignore[call-overload]  # noqa: S314
        if element.tag.rpartition("}")[2] != "trace":
            continue
        case = _attributes(element).get("concept:name")
        for child in element:
            if child.tag.rpartition("}")[2] == "event":
                found = _attributes(child)
                cells["case:concept:name"].append(case)
                for key in KEYS:
                    cells[key].append(found.get(key))
        element.clear()


def _attributes(element: ET.Element) -> dict[str, str]:
    return {
        child.attrib["key"]: child.attrib.get("value", "")
        for child in element
        if "key" in child.attrib and child.tag.rpartition("}")[2] != "event"
    }
