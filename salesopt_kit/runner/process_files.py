"""The process as it is and as it is to be, as files beside the pages: for a modeller, an office, a chat."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from salesopt_kit.design.to_be import to_be_files
from salesopt_kit.diagnose.map import process_map_files
from salesopt_kit.errors import MissingDataError, SalesOptError
from salesopt_kit.locale import _
from salesopt_kit.tables.store import Tables


@dataclass(frozen=True, slots=True)
class ProcessFiles:
    """The names of the files that were written, and why none was; both are empty where there is nothing to draw."""

    names: tuple[str, ...] = ()
    reason: str = ""

    def entries(self) -> Iterator[tuple[str, str]]:
        """Yield (name, what the file opens in) in the order of the index."""
        said = {
            ".bpmn": _(
                "today's process as BPMN 2.0: opens in Camunda Modeler, Signavio or bpmn.io, to be changed there"
            ),
            ".svg": _("the same map as a drawing, sharp at any size: opens in a browser, Inkscape, Word or PowerPoint"),
            ".png": _("the same map as a picture: opens in any image viewer, and can be pasted into slides and chats"),
        }
        new = {
            ".bpmn": _("the process to be as BPMN 2.0, with the node changes that were entered"),
            ".svg": _("the process to be as a drawing, sharp at any size"),
            ".png": _("the process to be as a picture"),
        }
        for name in self.names:
            texts = new if "to_be" in name else said
            yield name, texts[Path(name).suffix]


def write_process(tables: Tables, folder: Path) -> ProcessFiles:
    """Write process.bpmn, process.svg and process.png into `folder`, all of them or none, and say how that went.

    Where people entered node changes, process_to_be.bpmn, .svg and .png stand beside them.
    """
    try:
        files = process_map_files(tables) | _new_process(tables)
    except MissingDataError:
        return ProcessFiles()
    except SalesOptError as trouble:
        return ProcessFiles(reason=str(trouble))
    for name, content in files.items():
        part = folder / f".{name}.part"
        part.write_bytes(content)
        part.replace(folder / name)
    return ProcessFiles(tuple(files))


def _new_process(tables: Tables) -> dict[str, bytes]:
    try:
        return to_be_files(tables)
    except MissingDataError:  # no change was entered
        return {}


def not_drawn(reason: str) -> str:
    """Return the sentence that tells of a map that is missing, with its reason."""
    return _("The process map was not drawn: {reason}").format(reason=reason)
