"""Which export is which table, and which of its headings is which column: what is certain and what is to be checked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import duckdb

from salesopt_kit.engagement import Source
from salesopt_kit.errors import InputError
from salesopt_kit.locale import _
from salesopt_kit.starting.look import Look
from salesopt_kit.starting.stages import Proposed, handbook_stages, proposed_stages
from salesopt_kit.tables.dates import reading
from salesopt_kit.tables.export import reshaped
from salesopt_kit.tables.presets import Proposal, propose_mapping, recognise, wide_stages
from salesopt_kit.tables.scan import quoted
from salesopt_kit.tables.schema import TABLES
from salesopt_kit.terms import StageKind

MOST_STAGES = 60
"""A column with more different texts holds no stages."""
CURRENCIES = {"CNY": "¥￥元", "EUR": "€", "GBP": "£", "INR": "₹", "USD": "$"}


@dataclass(slots=True)
class ProposedSource:
    """A source as proposed: `checks` say what is undecided about it, `unused` are headings that nothing maps to."""

    table: str
    looks: list[Look]
    preset: str
    columns: Mapping[str, Proposal]
    checks: list[str] = field(default_factory=list)
    is_wide: bool = False
    """Whether it is one column per stage, which the preset makes rows of."""

    @property
    def unused(self) -> list[str]:
        """The headings that no column takes."""
        if self.is_wide:
            return []
        used = {proposal.heading for proposal in self.columns.values()}
        return [heading for heading in self.looks[0].headings if heading not in used]

    def heading(self, column: str) -> str | None:
        """Return the heading proposed for a canonical column."""
        proposal = self.columns.get(column)
        return proposal.heading if proposal else None


def proposed_sources(looks: Iterable[Look]) -> tuple[list[ProposedSource], list[Look]]:
    """Return the proposed sources, and the exports that no table was recognised in."""
    sources: dict[str, ProposedSource] = {}
    unknown: list[Look] = []
    for look in looks:
        ranked = recognise(look.headings)
        twin = next((source for source in sources.values() if source.looks[0].headings == look.headings), None)
        free = next(((preset, table) for preset, table, _score in ranked if table not in sources), None)
        if twin is not None:
            twin.looks.append(look)
        elif free is None:
            unknown.append(look)
        else:
            preset, table = free
            source = ProposedSource(table, [look], preset, propose_mapping(look.headings, table, preset))
            source.checks += _doubts(source, ranked)
            sources[table] = source
    if (history := _history_in_columns(sources)) is not None:
        sources["stage_events"] = history
    order = list(TABLES)
    return sorted(sources.values(), key=lambda source: order.index(source.table)), unknown


def _history_in_columns(sources: Mapping[str, ProposedSource]) -> ProposedSource | None:
    """Return the history that an export of deals holds in columns of its own, one per stage; None where it has none."""
    deals = sources.get("opportunities")
    if deals is None or "stage_events" in sources or not _stages_in_columns(deals):
        return None
    return ProposedSource(
        "stage_events", deals.looks, deals.preset, {"opportunity_id": deals.columns["opportunity_id"]}, is_wide=True
    )


def _stages_in_columns(source: ProposedSource) -> list[str]:
    return list(wide_stages(source.preset, "stage_events", source.looks[0].headings).values())


def stages_of(sources: Iterable[ProposedSource]) -> tuple[tuple[Proposed, ...], bool]:
    """Return the stages that the exports name, and whether their order was seen in a stage history."""
    by_table = {source.table: source for source in sources}
    names: list[str] = []
    is_ordered = False
    if (history := by_table.get("stage_events")) is not None:
        case, time, stage = (history.heading(column) for column in ("opportunity_id", "entered_at", "stage"))
        if case and time and stage:
            names += _counted(history).values_by_place(case, time, stage)
            is_ordered = True
        elif history.is_wide:
            names += _stages_in_columns(history)
    if (deals := by_table.get("opportunities")) is not None and (stage := deals.heading("stage")):
        known = {name.lower() for name in names}
        found = [name for look in deals.looks for name in look.values(stage, MOST_STAGES + 1)]
        names += [name for name in dict.fromkeys(found) if name.lower() not in known]
    if len(names) > MOST_STAGES:
        return (), False
    stages = proposed_stages(names, is_ordered=is_ordered)
    if stages and deals is not None and deals.heading("status"):
        # The status tells what became of a deal, and the stage how far it came: no stage is named won or lost.
        kinds, ids = {stage.kind for stage in stages}, {stage.id for stage in stages}
        ends = [end for end in handbook_stages() if end.kind is not StageKind.OPEN]
        stages = (*stages, *(end for end in ends if end.kind not in kinds and end.id not in ids))
    return stages, is_ordered


def _counted(history: ProposedSource) -> Look:
    """Return the look at the rows that count as changes of stage."""
    look = history.looks[0]
    source = Source(file=look.file, preset=history.preset)  # type: ignore[arg-type]  # a preset of presets.yml
    return replace(look, scan=reshaped("stage_events", look.scan, source))


def currency_of(sources: Iterable[ProposedSource]) -> str:
    """Return the currency whose sign stands in the amounts, "" where none does."""
    for source in sources:
        if heading := source.heading("amount"):
            text = "".join(source.looks[0].values(heading, 200))
            return next((code for code, signs in CURRENCIES.items() if any(sign in text for sign in signs)), "")
    return ""


def _doubts(source: ProposedSource, ranked: list[tuple[str, str, float]]) -> list[str]:
    """Return what a person should look at: a second table that fits as well, near headings, undecided dates."""
    # A deal's id beside the row's own tells a history from the deals themselves, whatever else the two share.
    is_history = source.table == "stage_events" and "opportunity_id" in source.columns
    rivals = [
        table
        for _preset, table, score in ranked
        if table != source.table and score >= ranked[0][2] - 0.5 and not (is_history and table == "opportunities")
    ]
    doubts = []
    if rivals:
        doubts.append(_("this may also be {tables}").format(tables=", ".join(dict.fromkeys(rivals))))
    for column, proposal in source.columns.items():
        if not proposal.is_certain:
            doubts.append(_("is `{heading}` the {column}?").format(heading=proposal.heading, column=column))
    return doubts + [said for look in source.looks for said in _date_doubts(source, look)]


def _date_doubts(source: ProposedSource, look: Look) -> Iterable[str]:
    for column in TABLES[source.table]:
        heading = source.heading(column.name)
        if column.kind != "time" or heading is None:
            continue
        first = look.scan.first_row - 1
        relation = (
            f"(select {quoted(heading)} as v, row_number() over () + {first} as source_row from ({look.scan.sql}))"  # noqa: S608
        )
        try:
            reading(look.connection, "v", relation, f"{look.file}, {heading}")
        except InputError as undecided:
            yield _('dates: set the format, such as "%d-%m-%Y": {said}').format(said=" ".join(str(undecided).split()))
        except duckdb.Error:
            continue
