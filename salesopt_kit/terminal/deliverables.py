"""Commands on what is handed over: `export` writes it, `import` reads a filled-in sheet back."""
# ruff: noqa: PLC0415 -- commands import what they need when they run

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salesopt_kit.locale import LANGUAGES, N_, _
from salesopt_kit.terminal.language import speak
from salesopt_kit.terminal.options import Exports, Folder, Out

if TYPE_CHECKING:
    from salesopt_kit.deliverables.export import Made
    from salesopt_kit.deliverables.read_back import Changes
    from salesopt_kit.engagement import Engagement


class Rehearsed(Exception):  # noqa: N818 -- it ends a rehearsal, so that nothing of it is kept
    """Raised to take back what a dry run did."""


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(
        "export",
        help=N_(
            "Write what is handed over: templates, plan, slides, process, pages. Exit code 1 where one is missing."
        ),
    )(export_)
    app.command(
        "import",
        help=N_("Show what a filled-in sheet changes in the records, and bring it in, all of it or nothing."),
    )(import_)


def export_(
    context: typer.Context,
    folder: Folder,
    to: Annotated[
        str, typer.Option(metavar="LIST", help=N_("Formats, separated by commas; default: all of them."))
    ] = "",
    out: Out = Path("outputs"),
    exports: Exports = "",
    locale: Annotated[
        str,
        typer.Option(
            metavar="|".join(LANGUAGES), help=N_("Language of what is written; default: as in engagement.yml.")
        ),
    ] = "",
) -> None:
    """Write the deliverables of an engagement into a folder of their own."""
    from salesopt_kit.deliverables.export import FORMATS, export
    from salesopt_kit.deliverables.sources import Sources
    from salesopt_kit.engagement import open_engagement
    from salesopt_kit.locale import language, use_language
    from salesopt_kit.runner.folder import latest, prepared_folder

    formats = [name.strip().lower().lstrip(".") for name in to.split(",") if name.strip()] or list(FORMATS)
    if strangers := [name for name in formats if name not in FORMATS]:
        expected = _("one of {names}").format(names=", ".join(FORMATS))
        raise typer.BadParameter(f"{expected} ({', '.join(strangers)})", param_hint="--to")
    if locale and locale not in LANGUAGES:
        raise typer.BadParameter(_("one of {names}").format(names=", ".join(LANGUAGES)), param_hint="--locale")
    engagement = open_engagement(folder, locale=locale, exports=exports)
    client_folder = out / engagement.config.slug
    sources = Sources(engagement, latest(client_folder))
    if sources.run and {"pdf", "html"} & set(formats):
        _warn_of_old_run(engagement, sources.run)
    with prepared_folder(client_folder / "deliverables") as place:
        made = export(sources, list(dict.fromkeys(formats)), place.part)
        written = language()
    speak(context.obj)
    _tell(made, place.final)
    use_language(written)
    raise typer.Exit(1 if any(one.reason for one in made) else 0)


def _warn_of_old_run(engagement: "Engagement", run: Path) -> None:
    """Say so where the exports, the settings or the records are others than those that the run was made from."""
    import json

    from salesopt_kit.runner.manifest import inputs

    then = json.loads((run / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    known = {one["file"]: one["sha256"] for one in then}
    changed = [one["file"] for one in inputs(engagement) if known.get(one["file"], one["sha256"]) != one["sha256"]]
    if changed:
        message = _("! The newest run is older than {names}. Run `salesopt run {folder}` for new pages.")
        typer.echo(message.format(names=_(", ").join(changed), folder=engagement.folder), err=True)


def _tell(made: "tuple[Made, ...]", folder: Path) -> None:
    for one in made:
        if one.reason:
            typer.echo(_("{format} was not made: {reason}").format(format=one.format.key, reason=one.reason), err=True)
        for name in one.files:
            typer.echo(f"{folder / name}  ({_(one.format.what)})")


def import_(
    context: typer.Context,
    folder: Folder,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help=N_("A workbook of templates, or a file of `salesopt records export`.")),
    ],
    yes: Annotated[bool, typer.Option("--yes", help=N_("Bring the changes in without asking."))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=N_("Only show what would change."))] = False,
    who: Annotated[
        str, typer.Option(metavar="NAME", help=N_("Whose name stands in the history; default: the account."))
    ] = "",
) -> None:
    """Show the changed cells of a file and bring them into the records."""
    from salesopt_kit.deliverables.template_read import is_templates
    from salesopt_kit.engagement import open_engagement

    engagement = open_engagement(folder)
    speak(context.obj)
    if not is_templates(file):
        _import_bundle(engagement, file, who, is_sure=yes, is_rehearsal=dry_run)
        return
    from salesopt_kit.deliverables.read_back import changes_in, write
    from salesopt_kit.records import open_store

    with open_store(engagement, who=who) as store:
        changes = changes_in(engagement, store, file)
        _show(changes)
        if changes.is_empty or dry_run:
            return
        _ask(is_sure=yes)
        write(store, changes)
    message = _("{changed} records changed, {added} added.")
    typer.echo(message.format(changed=len(changes.saved), added=len(changes.added)))


def _import_bundle(engagement: "Engagement", file: Path, who: str, *, is_sure: bool, is_rehearsal: bool) -> None:
    """Say what a file of `salesopt records export` brings, by a rehearsal that is taken back, and bring it in."""
    from salesopt_kit.records import open_store
    from salesopt_kit.records.exchange import import_records

    with open_store(engagement, who=who) as store:
        try:
            with store.together():
                done = import_records(store, file)
                _take_back()
        except Rehearsed:
            pass
        message = _("{added} records to add, {changed} to change, {left} to leave as they are; {linked} links to make.")
        typer.echo(message.format(added=done.added, changed=done.changed, left=done.left, linked=done.linked))
        if is_rehearsal or not (done.added or done.changed or done.linked):
            return
        _ask(is_sure=is_sure)
        import_records(store, file)
    typer.echo(_("{changed} records changed, {added} added.").format(changed=done.changed, added=done.added))


def _take_back() -> None:
    raise Rehearsed


def _show(changes: "Changes") -> None:
    for cell in changes.cells:
        typer.echo(cell.sentence())
    if changes.gone:
        message = _("No row any more: {ids}. These records stay as they are.")
        typer.echo(message.format(ids=_(", ").join(changes.gone)))
    if changes.is_empty:
        typer.echo(_("Nothing to change: the records say all of this already."))


def _ask(*, is_sure: bool) -> None:
    """Go on where somebody says yes; without a terminal to ask, only with --yes."""
    if is_sure:
        return
    if not sys.stdin.isatty():
        typer.echo(_("Nothing was written. Add --yes to bring these changes in."), err=True)
        raise typer.Exit(1)
    if not typer.confirm(_("Bring these changes into the records?")):
        typer.echo(_("Nothing was written."))
        raise typer.Exit(1)
