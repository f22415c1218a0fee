"""Is there somebody to answer an editor? In a batch there is not, and a widget would be dead on the page."""

import os
import sys
from collections.abc import Callable
from typing import TypeVar

from salesopt_kit.engagement import Engagement

W = TypeVar("W")
S = TypeVar("S")
BATCH = "SALESOPT_BATCH"
"""Environment variable: "1" in the kernels that a batch starts, "0" to show the editors whatever else is found."""
VOILA = ("VOILA_KERNEL_ID", "VOILA_REQUEST_URL", "VOILA_BASE_URL")
"""Environment variables that Voila sets in its kernels."""


def is_answered() -> bool:
    """Return whether a front end shows widgets and sends back what people do in them.

    Voila says so by its variables. Anywhere else in a kernel the running request tells: JupyterLab, the classic
    notebook and VS Code allow a cell to ask for input, while papermill, nbconvert and nbval, who run cells without
    anybody watching, do not. Outside a kernel nothing speaks against it.
    """
    said = os.environ.get(BATCH, "")
    if said in ("0", "1"):
        return said == "0"
    if any(os.environ.get(name) for name in VOILA):
        return True
    kernel = _kernel()
    return kernel is None or _allows_input(kernel)


def may_write(engagement: Engagement) -> bool:
    """Return whether what is entered could be kept; in a folder of others it could not."""
    return bool(engagement.config.records) or os.access(engagement.folder, os.W_OK)


def shown(editor: Callable[[], W], static: Callable[[], S], can_be_kept: bool = True) -> W | S:
    """Return the editor where somebody can answer it, else what stands in its place; only one of the two is made."""
    return editor() if can_be_kept and is_answered() else static()


def _kernel() -> object | None:
    """Return the kernel that this code runs in, without importing IPython where nobody has."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    return getattr(shell, "kernel", None)


def _allows_input(kernel: object) -> bool:
    request = kernel.get_parent("shell") if hasattr(kernel, "get_parent") else {}
    return bool(request.get("content", {}).get("allow_stdin", False))
