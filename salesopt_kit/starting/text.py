"""The text of a new engagement.yml: what is known, teaching comments, and `# CHECK:` where a person must decide."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from salesopt_kit.locale import _
from salesopt_kit.starting.look import Look
from salesopt_kit.starting.mapping import ProposedSource
from salesopt_kit.starting.stages import Proposed
from salesopt_kit.terms import StageKind

MARK = "# CHECK:"
PLAIN = re.compile(r"[A-Za-z_\u4e00-\u9fff](?:[\w .()/%\u4e00-\u9fff-]*[\w)%\u4e00-\u9fff])?")
"""What YAML reads as the text it is, without quotes."""
WORDS = {"yes", "no", "true", "false", "null", "on", "off", "y", "n"}


@dataclass(frozen=True, slots=True)
class Draft:
    """All that goes into the file."""

    client: str
    slug: str
    locale: str
    currency: str
    timezone: str
    stages: tuple[Proposed, ...]
    sources: Sequence[ProposedSource]
    unknown: Sequence[Look]
    doubts: dict[str, str]
    """Key -> why a person should look at it: client, currency, timezone, stages."""


def engagement_text(draft: Draft) -> str:
    """Return the whole file."""
    return "\n".join(line.rstrip() for part in (_head, _stages, _sources, _judging) for line in part(draft)) + "\n"


def scalar(text: str) -> str:
    """Return `text` as a YAML scalar that is read as this very text."""
    if PLAIN.fullmatch(text) and text.lower() not in WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)


def comment(text: str) -> str:
    """Return `text` on one line, so that nothing of it leaves the comment."""
    return " ".join(text.split())


def note(text: str) -> str:
    """Return `text` as a comment."""
    return f"# {comment(text)}"


def _head(draft: Draft) -> Iterator[str]:
    yield "# yaml-language-server: $schema=./engagement.schema.json"
    yield note(_("What the kit knows about this client. Keys are explained in engagement.schema.json."))
    yield note(_("Lines marked CHECK could not be decided; look at them and remove the mark."))
    yield ""
    yield from _marked(draft, "client", f"client: {scalar(draft.client)}")
    yield f"slug: {scalar(draft.slug)}  " + note(_("names the folder of results"))
    yield f"locale: {draft.locale}  # zh-CN, en"
    yield from _marked(draft, "currency", f"currency: {draft.currency}")
    yield from _marked(draft, "timezone", f"timezone: {draft.timezone}")
    yield "calendar: {workdays: [mon, tue, wed, thu, fri], hours_per_day: 8}"
    yield "# as_of: 2024-06-30  " + note(_("freezes all figures at this day; default: the newest day in the data"))
    yield "window_months: 6  " + note(_("how many months up to that day the figures cover"))
    yield ""


def _stages(draft: Draft) -> Iterator[str]:
    yield note(_("The stages of the process in order; kind is open, won, lost or parked; owner is who answers for it."))
    yield note(_("`values` lists how the exports spell a stage; its id and its name count as spellings too."))
    yield from _marked(draft, "stages", "stages:")
    for stage in draft.stages:
        parts = [f"id: {scalar(stage.id)}", f"name: {scalar(stage.name)}"]
        parts += [f"kind: {stage.kind.value}"] if stage.kind is not StageKind.OPEN else []
        parts += [f"values: {json.dumps(stage.values, ensure_ascii=False)}"] if stage.values else []
        yield f"  - {{{', '.join(parts)}}}"
    yield ""


def _sources(draft: Draft) -> Iterator[str]:
    yield note(_("Where each table is, and which heading of the export is which column (column: heading)."))
    yield "sources:"
    if not draft.sources:
        yield f"  {MARK} " + comment(_("put the exports into exports/ and name the file and its headings here"))
        yield "  opportunities:"
        yield "    file: exports/opportunities.csv"
        yield "    columns: {opportunity_id: Id, created_at: Created, closed_at: Closed, stage: Stage, amount: Amount}"
    for source in draft.sources:
        yield from _source(source)
    for look in draft.unknown:
        said = _("{file} was not recognised; its headings are {headings}")
        yield f"  {MARK} " + comment(said.format(file=look.file, headings=", ".join(look.headings)))
    yield ""


def _source(source: ProposedSource) -> Iterator[str]:
    yield f"  {source.table}:"
    for said in source.checks:
        yield f"    {MARK} {comment(said)}"
    files = [scalar(look.file) for look in source.looks]
    yield f"    file: {files[0]}" if len(files) == 1 else f"    files: [{', '.join(files)}]"
    if source.preset:
        yield f"    preset: {source.preset}"
    yield "    columns:"
    for column, proposal in source.columns.items():
        yield f"      {column}: {scalar(proposal.heading)}"
    if source.unused:
        yield "      " + note(_("not used: {headings}").format(headings=", ".join(source.unused)))


def _judging(draft: Draft) -> Iterator[str]:
    yield note(_("What the industry reaches, for the five triggers; without it they are judged cannot tell."))
    yield f"# benchmarks: {{cycle_days: 60, output_per_head: 100000, lead_conversion: 0.12}}  # {draft.currency}"
    yield note(_("Targets are fixed before the pilot; at_most or at_least."))
    yield "# targets:"
    yield "#   cycle_days: {at_most: 35}"
    yield "#   lead_conversion: {at_least: 0.15}"
    yield note(_("Who pilots, against whom, and when."))
    yield "# pilot:"
    yield "#   unit: team"
    yield "#   treated: [A]"
    yield "#   controls: [C, D]"
    yield "#   baseline: [2023-09-01, 2024-02-29]"
    yield "#   period: [2024-03-01, 2024-04-30]"
    yield "#   primary: cycle_days"
    yield "#   guardrails: {satisfaction: {margin: 0.3}}"


def _marked(draft: Draft, key: str, line: str) -> Iterator[str]:
    if key in draft.doubts:
        yield f"{MARK} {comment(draft.doubts[key])}"
    yield line
