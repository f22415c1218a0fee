"""Arguments and options that several commands share, so that each says the same of itself everywhere."""

from pathlib import Path
from typing import Annotated

import typer

from salesopt_kit.locale import LANGUAGES, N_, _

Folder = Annotated[Path, typer.Argument(metavar="DIR", help=N_("The engagement folder, with its engagement.yml."))]
Exports = Annotated[str, typer.Option(metavar="PATH", help=N_("Where the exports are; default: DIR/exports."))]
Out = Annotated[Path, typer.Option(metavar="PATH", help=N_("Where results go, one folder per client."))]
Locale = Annotated[
    str, typer.Option(metavar="|".join(LANGUAGES), help=N_("Language of the pages; default: as in engagement.yml."))
]
AsOf = Annotated[str, typer.Option(metavar="DATE", help=N_("Freeze all figures at this day, such as 2024-06-30."))]
Who = Annotated[str, typer.Option(metavar="NAME", help=N_("Whose name stands in the history; default: the account."))]


def given_name(text: str, option: str) -> str:
    """Return the name that an option gives, without spaces around it; typer.BadParameter where there is none."""
    if not text.strip():
        raise typer.BadParameter(_("a name"), param_hint=option)
    return text.strip()
