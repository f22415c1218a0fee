"""Commands end in plain words: the kit's own errors as they are, any other in one line with its trace in a file."""

import os
import sys
import tempfile
import traceback
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from salesopt_kit.errors import SalesOptError
from salesopt_kit.locale import _


class PlainGroup(TyperGroup):
    """A group of commands that never shows a traceback: exit code 1 for errors, 2 for wrong usage."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 -- as in the base class, whose own types are private
        """Run the command; tell what went wrong and end with exit code 1."""
        try:
            return super().invoke(ctx)
        except (TyperException, typer.Exit, typer.Abort):
            raise
        except SalesOptError as error:
            typer.echo(str(error), err=True)
        except BrokenPipeError:  # the reader of the output has gone, as `| head` does
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 -- open until the end
        except Exception as unexpected:  # noqa: BLE001 -- nobody is to read a traceback
            typer.echo(unexpected_line(unexpected), err=True)
        raise typer.Exit(1)


def unexpected_line(error: Exception) -> str:
    """Write the trace of `error` to a file of its own and return the line that says so."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="salesopt-", suffix=".log", delete=False, encoding="utf-8", errors="backslashreplace"
    ) as log:
        log.write("".join(traceback.format_exception(error)))
    said = " ".join(str(error).split())[:200]
    message = _("Unexpected error: {kind}: {said}. The full trace is in {file}; please report it.")
    return message.format(kind=type(error).__name__, said=said, file=log.name)
