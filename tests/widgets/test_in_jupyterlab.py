"""The grid in JupyterLab, whose own shortcuts must not take the keys that are typed into it."""

import time
from pathlib import Path

import pytest

pytest.importorskip("websocket")
from browser import CHROMIUM, browser, lab
from handbook_example import written

from salesopt_kit.records.rows import PainPoint
from salesopt_kit.records.store import Store

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed"),
]
CELLS = [
    "from salesopt_kit import open_engagement, prioritise\nclient = open_engagement('e', locale='en')",
    "prioritise.app.pain_points(client)",
]


def test_a_cell_is_saved_and_the_keys_of_the_notebook_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "e").mkdir()
    written(tmp_path / "e")
    with lab(tmp_path, CELLS) as address, browser(tmp_path / "chromium") as page:
        page.call("Emulation.setDeviceMetricsOverride", width=1300, height=1500, deviceScaleFactor=1, mobile=False)
        page.open(address)
        page.until("document.querySelectorAll('.jp-Cell').length == 2")
        notebook = "[...jupyterapp.shell.widgets('main')].find((one) => one.context)"
        page.until(f"{notebook}?.context.sessionContext.session?.kernel?.status == 'idle'")
        page.run(f"jupyterapp.shell.activateById({notebook}.id)")
        page.run("jupyterapp.commands.execute('notebook:run-all-cells').then(() => true)")
        page.until("document.querySelectorAll('.so td').length > 20")
        cell = "document.querySelector('.so tr[data-key=\"PP-3\"] td[data-name=problem]')"
        page.run("jupyterapp.commands.execute('notebook:enter-command-mode').then(() => true)")
        page.run(f"{cell}.focus()")
        for letter in "ddab":  # in JupyterLab: delete the cell of the notebook, add one above, add one below
            code = {"key": letter, "code": f"Key{letter.upper()}", "windowsVirtualKeyCode": ord(letter.upper())}
            page.call("Input.dispatchKeyEvent", type="keyDown", text=letter, **code)
            page.call("Input.dispatchKeyEvent", type="keyUp", **code)
        page.key("Enter")
        with Store(tmp_path / "e" / "records.sqlite") as store:
            give_up = time.monotonic() + 20
            while store.get("PP-3", PainPoint).record.problem != "ddab" and time.monotonic() < give_up:
                time.sleep(0.1)
            assert store.get("PP-3", PainPoint).record.problem == "ddab"
        assert page.run("document.querySelectorAll('.jp-Notebook .jp-Cell').length") == 2
        outside = [one for one in page.requests if not one.startswith(("http://127.", "ws://127.", "data:", "blob:"))]
        assert (page.errors, outside) == ([], [])
