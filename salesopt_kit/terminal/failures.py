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
from salesopt_kit.terminal.usage import no_such_command, wrong_usage

USAGE = 2
"""Exit code of a command line that cannot be understood."""


class PlainGroup(TyperGroup):
    """A group of commands that never shows a traceback: exit code 1 for errors, 2 for wrong usage."""

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:  # noqa: ANN401 -- as in the base class
        """Run the command line and end the process; wrong usage is told in the reader's language."""
        try:
            code = super().main(*args, standalone_mode=False, **extra)  # type: ignore[misc]  # passed by name only
        except TyperException as error:
            if error.exit_code != USAGE or not standalone_mode:
                raise
            typer.echo(wrong_usage(error), err=True)
            sys.exit(USAGE)
        except typer.Abort:
            sys.exit(1)
        return sys.exit(code or 0) if standalone_mode else code

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        """Find the command that is named."""
        if args[0] not in self.commands and not args[0].startswith("-"):
            ctx.fail(no_such_command(args[0], list(self.commands)))
        return super().resolve_command(ctx, args)

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
