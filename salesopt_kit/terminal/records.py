"""Commands on the records: trace, observe, predict, plan, verdict, watch, backup, restore, export, import."""
# ruff: noqa: PLC0415 -- commands import what they need when they run

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from salesopt_kit.locale import N_, _
from salesopt_kit.terminal.failures import PlainGroup
from salesopt_kit.terminal.language import speak
from salesopt_kit.terminal.options import AsOf, Exports, Folder, Who, given_name

if TYPE_CHECKING:
    from salesopt_kit.engagement import Engagement

Bundle = Annotated[Path, typer.Argument(metavar="FILE", help=N_("A file that ends in .yml or .xlsx."))]
group = typer.Typer(
    cls=PlainGroup, help=N_("Export all records to one file, or import such a file."), no_args_is_help=True
)


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(
        help=N_("Follow the chain of evidence of a record both ways, from trigger to target, and show what is missing.")
    )(trace)
    app.command(
        help=N_("Freeze a figure, a complaint or a statement of the data as an observation, and say what it supports.")
    )(observe)
    app.command(
        help=N_("Simulate what the planned changes will bring, and keep it as predictions to hold the pilot against.")
    )(predict)
    app.command(
        help=N_("Chart the core figures, keep the limits of their charts, and open a record for every new alarm.")
    )(watch)
    app.command(
        help=N_("Freeze the plan of the pilot before its first day: targets, units, dates, looks and decision rule.")
    )(plan)
    app.command(help=N_("Keep the honest verdict on the pilot as records, signed."))(verdict)
    app.command(help=N_("Write a sound copy of the records while others work with them."))(backup)
    app.command(help=N_("Put a backup in the place of the records; those are kept beside it."))(restore)
    group.command("export", help=N_("Write all records, links and history to one file."))(export_)
    group.command("import", help=N_("Bring an exported file into the records, all of it or nothing."))(import_)
    app.add_typer(group, name="records")


def trace(
    context: typer.Context,
    record: Annotated[str, typer.Argument(metavar="ID", help=N_("The id of a record, such as PP-2, RC-1 or TG-1."))],
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help=N_("The engagement folder; default: the current one."))
    ] = Path(),
) -> None:
    """Print the chain of a record."""
    from salesopt_kit.records import open_store
    from salesopt_kit.records.chain import trace as chain_of

    engagement = _engagement(context, folder)
    pilot = engagement.config.pilot
    with open_store(engagement) as store:
        typer.echo(chain_of(store, record, pilot_began=pilot.period[0] if pilot else None).text(), nl=False)


def observe(
    context: typer.Context,
    folder: Folder,
    reference: Annotated[
        str,
        typer.Argument(
            metavar="REFERENCE",
            help=N_("Such as metric:time_in_stage.total_days/stage=contract, complaint:C-12 or interview:7."),
        ),
    ],
    supports: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help=N_("A pain point or why that it supports, such as PP-2; repeatable.")),
    ] = None,
    text: Annotated[str, typer.Option(metavar="WORDS", help=N_("What it says, in a reader's words."))] = "",
    exports: Exports = "",
    as_of: AsOf = "",
    who: Who = "",
) -> None:
    """Keep an observation."""
    from salesopt_kit.metrics.observed import observe as kept
    from salesopt_kit.records import open_store
    from salesopt_kit.records.wording import said
    from salesopt_kit.tables import open_tables

    engagement = _engagement(context, folder, exports=exports, as_of=as_of)
    tables = open_tables(engagement)
    with open_store(engagement, who=who) as store:
        saved = kept(tables, store, reference, supports=supports or (), text=text)
    typer.echo(said(saved.record))


def predict(
    context: typer.Context,
    folder: Folder,
    exports: Exports = "",
    who: Who = "",
) -> None:
    """Keep the expected effect of the changes of nodes."""
    from salesopt_kit import design
    from salesopt_kit.errors import MissingDataError
    from salesopt_kit.records import open_store
    from salesopt_kit.records.wording import said
    from salesopt_kit.results import Missing
    from salesopt_kit.tables import open_tables

    engagement = _engagement(context, folder, exports=exports)
    tables = open_tables(engagement)
    answer = design.what_if(tables, design.stage_changes(tables))
    if isinstance(answer, Missing):
        raise MissingDataError(answer.what, remedy=answer.remedy)
    with open_store(engagement, who=who) as store:
        kept = design.keep_predictions(store, answer)
    typer.echo(answer.sentence())
    for saved in kept:
        typer.echo(said(saved.record))
    if not kept:
        typer.echo(_("The changes leave the cycle and the wins as they are; there is nothing to predict."))


def watch(
    context: typer.Context,
    folder: Folder,
    exports: Exports = "",
    as_of: AsOf = "",
    who: Who = "",
) -> None:
    """Open the alarms of the control charts."""
    from salesopt_kit import rollout
    from salesopt_kit.records import open_store
    from salesopt_kit.records.wording import said
    from salesopt_kit.rollout.control_charts import charted
    from salesopt_kit.tables import open_tables

    engagement = _engagement(context, folder, exports=exports, as_of=as_of)
    tables = open_tables(engagement)
    answer = charted(tables)
    with open_store(engagement, who=who) as store:
        opened = rollout.open_alarms(store, answer, tables.as_of)
    typer.echo(answer.sentence())
    for saved in opened:
        typer.echo(said(saved.record))
    typer.echo(_("{n} alarms opened. Close each with its cause in workbook 5.").format(n=len(opened)))


def plan(
    context: typer.Context,
    folder: Folder,
    sign: Annotated[str, typer.Option(metavar="NAME", help=N_("Who signs the plan."))],
    reason: Annotated[
        str, typer.Option(metavar="WORDS", help=N_("Why a plan that was signed before is changed now."))
    ] = "",
    chosen: Annotated[
        str, typer.Option(metavar="WORDS", help=N_("How the units were chosen; default: by lot, where they were."))
    ] = "",
    exports: Exports = "",
) -> None:
    """Freeze the plan of the pilot."""
    from salesopt_kit.pilot.signing import sign_plan
    from salesopt_kit.records import open_store
    from salesopt_kit.records.wording import said
    from salesopt_kit.tables import open_tables

    sign = given_name(sign, "--sign")
    engagement = _engagement(context, folder, exports=exports)
    tables = open_tables(engagement)
    with open_store(engagement, who=sign) as store:
        done = sign_plan(tables, store, sign, reason=reason, chosen_by=chosen)
    typer.echo(said(done.saved.record))
    if not done.is_new:
        typer.echo(_("This plan had been signed already; nothing was changed."))
    elif done.saved.record.is_late:
        typer.echo(_("Signed late: the pilot had begun, or its data could be looked at. Every verdict will say so."))


def verdict(
    context: typer.Context,
    folder: Folder,
    sign: Annotated[str, typer.Option(metavar="NAME", help=N_("Who signs the verdict."))],
    exports: Exports = "",
) -> None:
    """Keep the verdict on the pilot."""
    from salesopt_kit.pilot.verdict_record import keep_verdicts
    from salesopt_kit.pilot.verdicts import judged_pilot
    from salesopt_kit.records import open_store
    from salesopt_kit.tables import open_tables

    sign = given_name(sign, "--sign")
    engagement = _engagement(context, folder, exports=exports)
    found = judged_pilot(open_tables(engagement))
    with open_store(engagement, who=sign) as store:
        kept = keep_verdicts(engagement, store, found, sign)
    message = _("Kept {n} verdicts, signed by {name}: {ids}.")
    ids = _(", ").join(f"{one.record.id} {one.record.verdict.label}" for one in kept if one.record.verdict)
    typer.echo(message.format(n=len(kept), name=sign, ids=ids))


def backup(
    context: typer.Context,
    folder: Folder,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help=N_("The file to write; default: beside the records, named by the time.")),
    ] = None,
) -> None:
    """Write a copy of the records."""
    from salesopt_kit.records import open_store
    from salesopt_kit.records.backup import back_up

    with open_store(_engagement(context, folder)) as store:
        typer.echo(_("Wrote {file}.").format(file=back_up(store, file)))


def restore(
    context: typer.Context,
    folder: Folder,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=N_("A file that `salesopt backup` wrote."))],
) -> None:
    """Bring a copy of the records back."""
    from salesopt_kit.records.backup import restore as bring_back
    from salesopt_kit.records.load import place_of

    kept = bring_back(place_of(_engagement(context, folder)), file)
    typer.echo(_("Restored {file}.").format(file=file))
    if kept:
        typer.echo(_("The records before it are kept in {file}.").format(file=kept))


def export_(context: typer.Context, folder: Folder, file: Bundle) -> None:
    """Write all records to a file."""
    from salesopt_kit.records import open_store
    from salesopt_kit.records.exchange import export_records

    with open_store(_engagement(context, folder)) as store:
        n = export_records(store, file)
    typer.echo(_("Wrote {n} records to {file}.").format(n=n, file=file))


def import_(
    context: typer.Context,
    folder: Folder,
    file: Bundle,
    take: Annotated[
        str,
        typer.Option(metavar="file|store", help=N_("Which side is right where both were changed; default: neither.")),
    ] = "",
    who: Who = "",
) -> None:
    """Bring a file into the records."""
    from salesopt_kit.records import open_store
    from salesopt_kit.records.exchange import import_records

    sides: dict[str, Literal["", "file", "store"]] = {"": "", "file": "file", "store": "store"}
    if take not in sides:
        raise typer.BadParameter(_("one of {names}").format(names="file, store"), param_hint="--take")
    with open_store(_engagement(context, folder), who=who) as store:
        done = import_records(store, file, take=sides[take])
    message = _("{added} records added, {changed} changed, {left} left as they were; {linked} links made.")
    typer.echo(message.format(added=done.added, changed=done.changed, left=done.left, linked=done.linked))


def _engagement(context: typer.Context, folder: Path, *, exports: str = "", as_of: str = "") -> "Engagement":
    from salesopt_kit.engagement import open_engagement

    engagement = open_engagement(folder, exports=exports, as_of=as_of)
    speak(context.obj)
    return engagement
