"""The plan description (销售流程优化方案说明书) as a Word document, drawn from the records and the figures."""

from collections.abc import Callable, Iterator
from datetime import datetime, time
from pathlib import Path

import pandas as pd

from salesopt_kit import design, diagnose, pilot, prioritise
from salesopt_kit.charts import Chart
from salesopt_kit.deliverables.branding import Look, look_of
from salesopt_kit.deliverables.docx_parts import LANDSCAPE, PORTRAIT, POSTER, Paper
from salesopt_kit.design.nodes import Node, OldAndNew
from salesopt_kit.design.sops import PARTS
from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.records import Records, Sop, load_records
from salesopt_kit.results import Missing, Result
from salesopt_kit.tables.store import Tables
from salesopt_kit.widgets.labels import label_of

BLANK_SIGNATURES = 3
"""Lines for people whom the records do not name."""


def plan_title() -> str:
    """Return what the document is called."""
    return _("Sales process optimisation plan")


def write_plan(tables: Tables, path: Path) -> None:
    """Write the document of the engagement's plan."""
    engagement = tables.engagement
    look, records = look_of(engagement), load_records(engagement)
    paper = Paper(look, plan_title(), datetime.combine(tables.as_of, time()))
    paper.footer(look.footer or f"{engagement.config.client} · {plan_title()}")
    _title_page(paper, tables, look)
    paper.contents()
    paper.new_page()
    _summary(paper, tables)
    _maps(paper, tables)
    paper.turn(LANDSCAPE)
    comparison = design.old_and_new(tables)
    _section(paper, _("Old against new, node by node"), comparison)
    paper.answer(design.to_be_changes(tables))
    paper.turn(PORTRAIT)
    _sops(paper, records, comparison)
    paper.turn(LANDSCAPE)
    _decision_rights(paper, tables, records)
    _section(paper, _("Resources needed"), design.resources(tables))
    _section(paper, _("Responsibilities and dates"), design.responsibilities(tables), design.timeline(tables))
    _section(paper, _("Risks and contingencies"), design.risks(tables))
    _section(paper, _("Targets"), design.targets(tables))
    if tables.engagement.config.pilot:
        _section(paper, _("What the pilot came to"), pilot.pilot_verdict(tables))
    _section(paper, _("What is still open"), design.missing_links(tables))
    paper.turn(PORTRAIT)
    _sign_off(paper, tables, records)
    paper.save(path)


def _title_page(paper: Paper, tables: Tables, look: Look) -> None:
    document = paper.document
    if look.logo:
        paper.picture(look.logo, alt=tables.engagement.config.client, height=2.0, is_centred=False)
    else:
        document.add_paragraph()
    for _line in range(6):
        document.add_paragraph()
    document.add_paragraph(plan_title(), style="Title")
    paper.paragraph(tables.engagement.config.client, style="Subtitle line")
    first, last = tables.window
    paper.paragraph(_("As of {day}").format(day=tables.as_of.isoformat()))
    paper.paragraph(_("Figures cover {first} to {last}").format(first=first, last=last), small=True)
    paper.new_page()


def _summary(paper: Paper, tables: Tables) -> None:
    paper.heading(_("Summary"))
    asked: tuple[tuple[str, Callable[[Tables], Result]], ...] = (
        (_("Where it hurts"), diagnose.time_in_stage),
        (_("What comes first"), prioritise.matrix),
        (_("Why"), prioritise.why_chains),
        (_("What changes"), design.old_and_new),
        (_("Who does it"), design.responsibilities),
        (_("What it is to reach"), design.targets),
        (_("What may go wrong"), design.risks),
        (_("What is still open"), design.missing_links),
    )
    paper.facts((name, question(tables).sentence()) for name, question in asked)


def _maps(paper: Paper, tables: Tables) -> None:
    for title, drawn in (
        (_("Today's process"), diagnose.process_map_chart(tables)),
        (_("The new process"), design.to_be_map(tables)),
    ):
        paper.turn(POSTER if isinstance(drawn, Chart) else PORTRAIT)
        paper.heading(title)
        if isinstance(drawn, Chart):
            paper.paragraph(drawn.alt)
            paper.picture(drawn.png(), alt=drawn.alt, height=34)
        else:
            paper.answer(drawn)


def _section(paper: Paper, title: str, result: Result, drawn: Chart | Missing | None = None) -> None:
    paper.heading(title)
    paper.answer(result)
    if isinstance(drawn, Chart):
        paper.picture(drawn.png(), alt=drawn.alt, height=9.5)


def _sops(paper: Paper, records: Records, comparison: Result) -> None:
    paper.heading(_("Standard operating procedure (SOP) of each node"))
    if not isinstance(comparison, OldAndNew):
        paper.answer(comparison)
        return
    for node in comparison.nodes:
        if node.stage is None:
            continue
        paper.heading(node.name, 2)
        written = tuple(one for one in records.sops if one.stage in {node.stage.id, node.stage.name})
        if not written:
            paper.paragraph(
                _("Nobody has written the SOP yet; this is what the process and the plan say."),
                small=True,
                is_lead=True,
            )
        for sop in written:
            paper.facts(_sop_lines(sop))
        if not written:
            paper.facts(_node_lines(node, records))


def _sop_lines(sop: Sop) -> Iterator[tuple[str, str]]:
    """Yield the filled lines of a written SOP."""
    for field in PARTS:
        given = getattr(sop, field)
        if isinstance(given, tuple):
            numbered = [f"{n}. {one}" for n, one in enumerate(given, 1)] if field == "steps" else list(given)
            given = "\n".join(numbered)
        if given:
            yield label_of("sops", field), given


def _node_lines(node: Node, records: Records) -> Iterator[tuple[str, str]]:
    stage = node.stage
    if stage is None:
        return
    yield _("Responsible"), stage.owner or "–"
    yield _("Input documents"), _("; ").join(stage.inputs) or "–"
    steps = [point.step for point in node.points if point.step]
    yield _("Today's steps"), "\n".join(steps) or "–"
    yield _("Planned change"), "\n".join(f"{one.id} {one.measure}" for one in node.measures) or "–"
    yield _("Output documents"), _("; ").join(stage.outputs) or "–"
    yield _("Median time today"), with_interval(node.median) if node.median else "–"
    rights = [one for one in records.responsibilities if one.stage in (stage.id, stage.name) and one.decides]
    yield _("Decision rights"), "\n".join(f"{one.person}{_(': ')}{one.decides}" for one in rights) or "–"


def _decision_rights(paper: Paper, tables: Tables, records: Records) -> None:
    paper.heading(_("Responsibility and decision rights"))
    paper.answer(design.decision_rights(tables))
    if records.responsibilities:
        paper.table(
            pd.DataFrame(
                {
                    _("Record"): one.id,
                    _("Node"): tables.engagement.stage_name(one.stage) or "–",
                    _("Task"): one.task,
                    _("Responsible"): _(", ").join(filter(None, (one.department, one.person))) or "–",
                    _("May decide alone"): one.decides or "–",
                }
                for one in records.responsibilities
            )
        )
    else:
        paper.paragraph(_("Nobody has entered who does or decides what yet."))
    moved = [measure for measure in records.measures if measure.moves_authority]
    signed = {sponsor.id: sponsor for sponsor in records.sponsors}
    message = _("{measure} moves authority; backed by {names}.")
    for measure in moved:
        names = [_backer(signed[id_]) for id_ in measure.backed_by if id_ in signed]
        said = message.format(measure=f"{measure.id} {measure.measure}", names=_(", ").join(names) or _("nobody"))
        paper.paragraph(said, style="List Bullet")


def _backer(sponsor: object) -> str:
    name, day = getattr(sponsor, "name", ""), getattr(sponsor, "signed_on", None)
    state = _("signed on {day}").format(day=day) if day else _("not signed yet")
    return _("{name} ({state})").format(name=name, state=state)


def _sign_off(paper: Paper, tables: Tables, records: Records) -> None:
    paper.heading(_("Sign-off"))
    message = _("By signing, we back this plan of {client}, as of {day}, within the scope named beside our names.")
    paper.paragraph(message.format(client=tables.engagement.config.client, day=tables.as_of.isoformat()))
    lines = [
        (one.name, one.role, one.scope, one.signed_on.isoformat() if one.signed_on else "") for one in records.sponsors
    ]
    lines += [("", "", "", "")] * BLANK_SIGNATURES
    paper.signatures(lines)
