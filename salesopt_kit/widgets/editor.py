"""The editors as widgets: own scripts and styles from the package, nothing fetched from anywhere."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import anywidget
import traitlets

from salesopt_kit.locale import _
from salesopt_kit.widgets.desk import Desk
from salesopt_kit.widgets.words import words


class Editor(anywidget.AnyWidget):
    """Shows `view` of a desk and hands it what people do; the script `front/<script>` draws it."""

    view = traitlets.Dict().tag(sync=True)
    words = traitlets.Dict().tag(sync=True)
    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)

    def __init__(self, desk: Desk, script: str) -> None:
        self.desk = desk
        folder = files("salesopt_kit.widgets") / "front"
        parts = [(folder / name).read_text(encoding="utf-8") for name in ("shared.js", script, "editors.css")]
        super().__init__(view=desk.view(), words=words(), _esm="\n".join(parts[:2]), _css=parts[2])
        self.on_msg(self._receive)

    def __repr__(self) -> str:
        """Return what stands on a page that was exported with the editor on it."""
        return _("An editor: open the workbook in JupyterLab or Voila to use it.")

    def receive(self, message: Mapping[str, Any]) -> None:
        """Carry out a message of the page and show what came of it."""
        asked = dict(message)
        number = asked.pop("n", None)
        if self.desk.do(asked):
            self.view = self.desk.view()
        self.send({"done": number})

    def _receive(self, _widget: object, content: Mapping[str, Any], _buffers: object) -> None:
        self.receive(content)
