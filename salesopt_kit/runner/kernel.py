"""The kernel a workbook runs in: this very Python, started lean, that sees no more of the environment than it needs."""

import os
import re
import site
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any
from weakref import WeakSet

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

PASSED_ON = re.compile(
    "PATH|HOME|HOMEDRIVE|HOMEPATH|USER|USERNAME|USERPROFILE|LOGNAME|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|"
    "(LOCAL)?APPDATA|PROGRAMDATA|TMPDIR|TEMP|TMP|LANG|LC_ALL|LC_CTYPE|VIRTUAL_ENV|CONDA_PREFIX|PYTHONPATH|PYTHONHOME|"
    "LD_LIBRARY_PATH|DYLD_(FALLBACK_)?LIBRARY_PATH|FONTCONFIG_(PATH|FILE)|MPLCONFIGDIR|XDG_(CACHE|CONFIG)_HOME",
    re.IGNORECASE,
)
"""The only variables that a kernel inherits, so that no password or token of the session reaches a notebook."""
ALWAYS = {
    "MPLBACKEND": "agg",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "SALESOPT_BATCH": "1",  # nobody is there to answer an editor
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # a debugger's advice on frozen modules, of no use here
}
ARGUMENTS = (
    "--HistoryManager.enabled=False",
    "--InteractiveShellApp.exec_PYTHONSTARTUP=False",
    "--IPKernelApp.log_level=CRITICAL",  # a kernel that is ended would tell the terminal that it was interrupted
)


_alive: "WeakSet[AsyncKernelManager]" = WeakSet()
_lock = Lock()


class LeanKernelManager(AsyncKernelManager):
    """Starts `sys.executable` whatever kernels are installed, with `kernel_environment` and a profile of its own."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The command of the kernel."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", *ARGUMENTS]
        return KernelSpec(argv=command, display_name="salesopt-kit", language="python")

    async def _async_pre_start_kernel(self, **options: Any) -> Any:  # noqa: ANN401 -- as in the base class
        self._profile = TemporaryDirectory(prefix="salesopt-kernel-", ignore_cleanup_errors=True)
        options["env"] = kernel_environment() | {"IPYTHONDIR": self._profile.name}
        with _lock:
            _alive.add(self)
        return await super()._async_pre_start_kernel(**options)

    pre_start_kernel = _async_pre_start_kernel

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart:
            self._profile.cleanup()

    cleanup_resources = _async_cleanup_resources


def kernel_environment() -> dict[str, str]:
    """Return the environment variables of a kernel; it imports the same salesopt_kit as this process."""
    kept = {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)}
    root = str(Path(__file__).parents[2])
    if root not in (*site.getsitepackages(), site.getusersitepackages()):
        kept["PYTHONPATH"] = os.pathsep.join(filter(None, [root, kept.get("PYTHONPATH", "")]))
    return kept | ALWAYS


def end_all_kernels() -> None:
    """End every kernel that this process started, at once; for a run that was interrupted."""
    with _lock:
        managers = list(_alive)
    for manager in managers:
        process = getattr(manager.provisioner, "process", None)
        if process is not None:
            process.kill()
