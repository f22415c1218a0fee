"""A headless Chromium driven through its DevTools protocol, and pages of Voila and JupyterLab for it to open."""

import base64
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import websocket

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
PATIENCE = 90


class Page:
    """One page of the browser; `requests` are the addresses that it asked for."""

    def __init__(self, address: str) -> None:
        self.socket = websocket.create_connection(address, timeout=PATIENCE, suppress_origin=True)
        self.requests: list[str] = []
        self.errors: list[str] = []
        self._n = 0
        for domain in ("Network", "Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """Send a command and return its result."""
        self._n += 1
        self.socket.send(json.dumps({"id": self._n, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self._n:
                return dict(message.get("result", {}))
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(message["params"]["request"]["url"])
        elif message.get("method") == "Network.webSocketCreated":
            self.requests.append(message["params"]["url"])
        elif message.get("method") == "Runtime.exceptionThrown":
            self.errors.append(json.dumps(message["params"]["exceptionDetails"])[:2000])

    def run(self, script: str) -> Any:  # noqa: ANN401 -- whatever the page gives
        """Return what an expression of JavaScript gives; a promise is awaited."""
        told = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in told:
            raise AssertionError(told["exceptionDetails"])
        return told["result"].get("value")

    def until(self, script: str, patience: float = PATIENCE) -> Any:  # noqa: ANN401
        """Wait until an expression is true, and return it."""
        give_up = time.monotonic() + patience
        while not (found := self.run(script)):
            if time.monotonic() > give_up:
                said = f"never true: {script}\n{self.errors}\n{self.run('document.body.innerText')[:1500]}"
                raise AssertionError(said)
            time.sleep(0.1)
        return found

    def open(self, address: str) -> None:
        """Go to a page."""
        self.call("Page.navigate", url=address)

    def click(self, script: str) -> None:
        """Click in the middle of the element that an expression gives."""
        place = self.run(
            f"(() => {{ const e = {script}; e.scrollIntoView({{block: 'center'}});"
            "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.mouse(kind, *place)

    def mouse(self, kind: str, x: float, y: float) -> None:
        """Move or press the mouse."""
        held = 1 if kind != "mouseReleased" else 0
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=held, clickCount=1)

    def key(self, name: str, **more: object) -> None:
        """Press a key."""
        codes = {"Enter": 13, "Tab": 9, "Escape": 27, "ArrowDown": 40, "ArrowRight": 39, "ArrowUp": 38, "ArrowLeft": 37}
        text = {"text": "\r"} if name == "Enter" else {}
        known = {"key": name, "code": name, "windowsVirtualKeyCode": codes.get(name, 0)}
        self.call("Input.dispatchKeyEvent", type="keyDown", **known, **text, **more)
        self.call("Input.dispatchKeyEvent", type="keyUp", **known, **more)

    def type(self, text: str) -> None:
        """Type text into what has the focus."""
        self.call("Input.insertText", text=text)

    def picture(self, path: Path, *, width: int = 1200, height: int = 900) -> None:
        """Write what the page shows as a PNG."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        time.sleep(0.5)
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))


@contextlib.contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """Start Chromium with every name but this machine's own unknown to it."""
    port = free_port()
    arguments = [
        CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage",
        "--disable-background-networking", "--disable-component-update", f"--remote-debugging-port={port}",
        f"--user-data-dir={folder}", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "about:blank",
    ]  # fmt: skip
    with ended(subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)):
        pages = json.loads(answered(f"http://127.0.0.1:{port}/json/list"))
        page = Page(next(one["webSocketDebuggerUrl"] for one in pages if one["type"] == "page"))
        with contextlib.closing(page.socket):
            yield page


@contextlib.contextmanager
def voila(folder: Path, cells: list[str], *, theme: str = "light") -> Iterator[str]:
    """Serve a notebook of `cells` by Voila and give its address."""
    path = folder / "page.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]), path)
    port = free_port()
    arguments = [
        sys.executable, "-m", "voila", str(path), "--no-browser", f"--port={port}", "--template=offline",
        f"--theme={theme}", "--Voila.ip=127.0.0.1",
    ]  # fmt: skip
    with (
        (folder / "voila.log").open("w") as log,
        ended(subprocess.Popen(arguments, env=environment(), cwd=folder, stdout=log, stderr=log)),
    ):
        address = f"http://127.0.0.1:{port}/"
        answered(address + "voila/static/style.css", wanted=None)
        yield address


@contextlib.contextmanager
def lab(folder: Path, cells: list[str]) -> Iterator[str]:
    """Serve a notebook of `cells` by JupyterLab, with settings of its own, and give its address."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells], metadata=kernel)
    nbformat.write(notebook, folder / "page.ipynb")
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    port = free_port()
    arguments = [
        sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}", "--ip=127.0.0.1", "--allow-root",
        "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True",
    ]  # fmt: skip
    apart = {"JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"), "JUPYTER_CONFIG_DIR": str(folder / "config")}
    apart |= {"JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces")}
    with (
        (folder / "lab.log").open("w") as log,
        ended(subprocess.Popen(arguments, env=environment() | apart, cwd=folder, stdout=log, stderr=log)),
    ):
        answered(f"http://127.0.0.1:{port}/api")
        yield f"http://127.0.0.1:{port}/lab/tree/page.ipynb"


def environment() -> dict[str, str]:
    """Return the variables of a server whose kernels import this very package and find the template."""
    added = {"PYTHONPATH": str(ROOT), "JUPYTER_PATH": str(HERE / "share"), "PYTHONWARNINGS": "ignore"}
    return {name: value for name, value in os.environ.items() if not name.startswith("SALESOPT")} | added


@contextlib.contextmanager
def ended(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """End a process when it is no longer needed."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=15)


def answered(address: str, *, wanted: int | None = 200) -> str:
    """Return what an address answers, once something listens there."""
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(address, timeout=PATIENCE) as answer:  # noqa: S310 -- this machine's own
                return str(answer.read().decode())
        except urllib.error.HTTPError:
            if wanted is None:
                return ""
            raise
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.2)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
