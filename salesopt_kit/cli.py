"""The command `salesopt`. Commands import what they need when they run, which keeps `salesopt --help` fast."""
# ruff: noqa: PLC0415

import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salesopt_kit import __version__
from salesopt_kit.locale import LANGUAGES, N_, _, use_language
from salesopt_kit.terminal.deliverables import add_to as add_deliverables_to
from salesopt_kit.terminal.failures import PlainGroup
from salesopt_kit.terminal.language import VARIABLE, asked_for, normal, of_system, speak
from salesopt_kit.terminal.options import AsOf, Exports, Folder, Locale, Out
from salesopt_kit.terminal.records import add_to as add_records_to
from salesopt_kit.terminal.usage import in_language

if TYPE_CHECKING:
    from rich.console import Console

    from salesopt_kit.runner import Run

app = typer.Typer(
    cls=PlainGroup,
    help=N_("Workbooks for sales-process consulting: from the client's exports to an honest verdict."),
    epilog=N_(
        "First look: `salesopt demo`. Your own data: `salesopt init acme --from FILE`, then `salesopt check acme`, "
        "then `salesopt run acme`."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Jobs = Annotated[int, typer.Option(min=0, metavar="N", help=N_("Workbooks at a time; 0: up to two."))]


def say_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        typer.echo(f"salesopt-kit {__version__}")
        raise typer.Exit


@app.callback()
def shared(
    context: typer.Context,
    lang: Annotated[
        str, typer.Option(envvar=VARIABLE, metavar="|".join(LANGUAGES), help=N_("Language of the messages."))
    ] = "",
    version: Annotated[  # noqa: ARG001 -- its callback answers
        bool, typer.Option("--version", is_eager=True, callback=say_version, help=N_("Show the version."))
    ] = False,
) -> None:
    """Take the options before the command."""
    if lang and not normal(lang):
        raise typer.BadParameter(_("one of {names}").format(names=", ".join(LANGUAGES)), param_hint="--lang")
    speak(normal(lang))
    context.obj = normal(lang)


@app.command(help=N_("Check the exports: what is wrong, where, and what to do. Exit code 1 on errors."))
def check(context: typer.Context, folder: Folder, exports: Exports = "") -> None:
    """Print the quality report."""
    from salesopt_kit.engagement import open_engagement
    from salesopt_kit.tables import check_tables
    from salesopt_kit.terminal.report import print_report
    from salesopt_kit.terms import Severity

    engagement = open_engagement(folder, exports=exports)
    speak(context.obj)
    report = check_tables(engagement)
    print_report(report, console())
    raise typer.Exit(1 if report.of(Severity.ERROR) else 0)


@app.command(help=N_("Run the workbooks and write pages, figures and numbers. Exit code 1 where one failed."))
def run(
    context: typer.Context,
    folder: Folder,
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help=N_("Only this workbook, such as diagnose; repeatable."))
    ] = None,
    out: Out = Path("outputs"),
    exports: Exports = "",
    locale: Locale = "",
    as_of: AsOf = "",
    jobs: Jobs = 0,
) -> None:
    """Run the workbooks on one engagement."""
    done = _run(context, folder, only=only or (), out=out, exports=exports, locale=locale, as_of=as_of, jobs=jobs)
    raise typer.Exit(0 if done is not None and done.is_complete else 1)


@app.command(help=N_("Write a new engagement folder; with --from, its mapping is proposed from the exports' headings."))
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=N_("The folder to make."))],
    more: Annotated[list[Path] | None, typer.Argument(metavar="FILE", help=N_("Further exports."))] = None,
    locale: Locale = "",
    from_: Annotated[
        list[Path] | None, typer.Option("--from", metavar="FILE", help=N_("An export to start from; repeatable."))
    ] = None,
) -> None:
    """Write a ready folder."""
    from salesopt_kit.locale import language
    from salesopt_kit.starting import start_engagement

    made = start_engagement(
        folder, locale=given_language(locale) or language(), exports=[*(from_ or ()), *(more or ())]
    )
    typer.echo(_("Made {file}.").format(file=made.file))
    for line, said in made.to_check:
        typer.echo(_("  line {line}: {said}").format(line=line, said=said))
    typer.echo(
        _("Look at the {n} lines marked # CHECK, then run `salesopt check {folder}`.").format(
            n=len(made.to_check), folder=folder
        )
    )


@app.command(help=N_("Print the JSON Schema of engagement.yml."))
def schema(
    check: Annotated[
        bool,
        typer.Option("--check", help=N_("Only compare it with the file that is shipped; exit code 1 if it differs.")),
    ] = False,
) -> None:
    """Print or compare the schema."""
    from salesopt_kit.starting.schema import SHIPPED, schema_text

    if not check:
        typer.echo(schema_text(), nl=False)
    elif SHIPPED.read_text(encoding="utf-8") != schema_text():
        message = _("{file} is out of date; run `salesopt schema > {file}`.")
        typer.echo(message.format(file=f"salesopt_kit/{SHIPPED.name}"), err=True)
        raise typer.Exit(1)


@app.command(help=N_("Run the sample engagements and say where to look."))
def demo(
    context: typer.Context,
    out: Out = Path("outputs"),
    data: Annotated[
        Path | None, typer.Option(metavar="PATH", help=N_("Where the public data are; default: ../shared/data."))
    ] = None,
) -> None:
    """Make the samples where they are missing, run them, and the public data sets where they are found."""
    from salesopt_kit.runner.samples import samples

    runs = [_run(context, sample.folder, out=out, exports=sample.exports) for sample in samples(data)]
    done = [run for run in runs if run is not None]
    typer.echo("\n" + _("Open these pages in a browser; each leads to its workbooks, figures and numbers:"))
    for run in done:
        typer.echo(f"  {run.folder.parent.name:<12} {(run.folder / 'index.html').resolve()}")
    typer.echo(_("Next, your own exports: `{command} init acme --from FILE`.").format(command=sys.argv[0]))
    raise typer.Exit(0 if len(done) == len(runs) and all(run.is_complete for run in done) else 1)


add_records_to(app)
add_deliverables_to(app)


def _run(context: typer.Context, folder: Path, **options: object) -> "Run | None":
    """Run one engagement with a bar; print the report and return None where its data do not pass the gate."""
    from salesopt_kit.engagement import open_engagement
    from salesopt_kit.runner import run_engagement
    from salesopt_kit.runner.workbooks import workbooks
    from salesopt_kit.tables import QualityError
    from salesopt_kit.terminal.progress import TerminalWatcher
    from salesopt_kit.terminal.report import print_report

    told, before = console(), context.obj or ""
    open_engagement(folder, locale=given_language(str(options.get("locale", ""))))  # whose language is spoken from here
    speak(before)
    workbooks(options.get("only", ()))  # type: ignore[arg-type]  # a misspelt one is told in the language asked for
    try:
        with TerminalWatcher(told) as watcher:
            done = run_engagement(folder, watcher=watcher, **options)  # type: ignore[arg-type]  # checked by typer
    except QualityError as error:
        print_report(error.report, console(stderr=True))
        return None
    typer.echo(_("Open in a browser: {file}").format(file=(done.folder / "index.html").resolve()))
    return done


def given_language(name: str) -> str:
    """Return what --locale names; BadParameter where it is none of the kit's languages."""
    if name and name not in LANGUAGES:
        raise typer.BadParameter(_("one of {names}").format(names=", ".join(LANGUAGES)), param_hint="--locale")
    return name


def console(*, stderr: bool = False) -> "Console":
    """Return a console for words as they are: no markup, no guessed highlights, no wrapping of what is piped."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, highlight=False, soft_wrap=True)


def main() -> None:
    """Run the command line."""
    warnings.simplefilter("ignore")  # libraries' advice to programmers
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a console that lacks a sign shows "?"
    use_language(asked_for(sys.argv[1:]) or of_system())
    in_language(typer.main.get_command(app))(prog_name="salesopt")


if __name__ == "__main__":
    main()
