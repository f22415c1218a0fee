"""The summary as slides with native, editable charts; what stands behind each figure is in its notes."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pandas as pd

from salesopt_kit import design, diagnose, pilot, prioritise
from salesopt_kit.deliverables.branding import look_of
from salesopt_kit.deliverables.pptx_parts import FULL, Area, Deck, half, paged, source_notes
from salesopt_kit.deliverables.timeline import draw_timeline
from salesopt_kit.design.trace import Trace
from salesopt_kit.locale import _
from salesopt_kit.metrics.stage_conversion import StageConversion
from salesopt_kit.metrics.time_in_stage import TimeInStage
from salesopt_kit.numbers import shown
from salesopt_kit.pilot.evaluation import Evaluation
from salesopt_kit.pilot.template import Row, bound_text
from salesopt_kit.prioritise.matrix import Matrix
from salesopt_kit.prioritise.whys import WhyChains
from salesopt_kit.records import load_records, needed, priority_of
from salesopt_kit.results import Missing, Result, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import Level

RANK = {Level.LOW: 1.0, Level.MEDIUM: 2.0, Level.HIGH: 3.0}
SHIFTS = ((0.0, 0.0), (0.0, 0.28), (0.0, -0.28), (-0.48, 0.0), (-0.48, 0.28), (-0.48, -0.28))
"""Where points in the same cell of the matrix stand, each with room for its name."""
MOST_CHARTS = 4
CHART_HEIGHT = 7.6
"""Centimetres of the charts where the table stands below them."""
FORMATS = {"fraction": "0.0%", "days": "0.0", "hours": "0.0", "score": "0.0"}


def write_summary(tables: Tables, path: Path) -> None:
    """Write the deck of an engagement."""
    config, look = tables.engagement.config, look_of(tables.engagement)
    title = _("Sales process review: summary")
    as_of = _("As of {day}").format(day=tables.as_of.isoformat())
    footer = look.footer or f"{config.client} · {as_of}"
    deck = Deck(look, title, footer, datetime.combine(tables.as_of, time()))
    first, last = tables.window
    covers = _("Figures cover {first} to {last}").format(first=first, last=last)
    deck.cover(title, (config.client, f"{as_of}. {covers}."))
    slides: tuple[tuple[str, Callable[[Tables], Result], Callable[[Deck, str, Any], None]], ...] = (
        (_("Where it hurts: time in stage"), diagnose.time_in_stage, _time),
        (_("Where deals are lost"), diagnose.stage_conversion, _funnel),
        (_("What comes first"), prioritise.matrix, _matrix),
        (_("Why it happens"), root_causes, _plain),
        (_("What changes, and until when"), design.responsibilities, draw_timeline),
        (_("What it is to reach"), design.targets, _plain),
        (_("What the pilot showed"), pilot.evaluation, _pilot),
        (_("Was it the pilot?"), pilot.pilot_verdict, _plain),
        (_("How far the chain of evidence holds"), design.answers_root_causes, _chain),
        (_("Next steps: what is missing"), design.missing_links, _plain),
    )
    for heading, question, draw in slides:
        answer = question(tables)
        if isinstance(answer, Missing):
            slide = deck.slide(heading, answer.sentence())
            deck.text(slide, answer.remedy, FULL)
        else:
            draw(deck, heading, answer)
    deck.save(path)


@explains_missing
def root_causes(tables: Tables) -> Result:
    """Return the root causes with the pain points that lead to them and the measures that answer them."""
    records = load_records(tables.engagement)
    needed(records, "why_chains")
    whys = prioritise.why_chains(tables)
    points = {point.id: point for point in records.pain_points}
    rows = []
    for cause in records.root_causes.values():
        chains = [chain for chain in records.why_chains if chain.root_cause and chain.root_cause.id == cause.id]
        named = [points[chain.pain_point] for chain in chains if chain.pain_point in points]
        answers = [measure for measure in records.measures if measure.root_cause == cause.id]
        rows.append(
            {
                _("Root cause"): f"{cause.id} {cause.text}",
                _("Pain points"): _("; ").join(f"{one.id} {one.problem}" for one in named) or "–",
                _("Priority"): _(", ").join(
                    dict.fromkeys(priority.label for one in named if (priority := priority_of(one)))
                )
                or "–",
                _("Measures"): _("; ").join(f"{one.id} {one.measure}" for one in answers) or _("missing"),
            }
        )
    return Causes(whys, pd.DataFrame(rows))


class Causes(Result):
    """The root causes as rows, with what the workbook says of the whys."""

    __slots__ = ("_rows", "_whys")

    def __init__(self, whys: Result, rows: pd.DataFrame) -> None:
        self._whys, self._rows = whys, rows

    def sentence(self) -> str:
        """Say what the workbook says of the whys."""
        return self._whys.sentence()

    def table(self) -> pd.DataFrame:
        """Return one row per root cause."""
        return self._rows

    def caveats(self) -> tuple[str, ...]:
        """Return those of the whys."""
        return self._whys.caveats() if isinstance(self._whys, WhyChains) else ()


def notes_of(answer: Result) -> list[str]:
    """Return the notes of a slide: the estimates behind it and the caveats."""
    return [*source_notes(answer.estimates()), *answer.caveats()]


def _plain(deck: Deck, title: str, answer: Result) -> None:
    frame = answer.table()
    if frame.empty:
        deck.slide(title, answer.sentence(), notes_of(answer))
        return
    deck.table(title, answer.sentence(), frame, notes_of(answer))


def _time(deck: Deck, title: str, answer: TimeInStage) -> None:
    slide = deck.slide(title, answer.sentence(), notes_of(answer))
    left, right = half(0), half(1)
    names = [stage.name for stage in answer.stages]
    shares = [stage.share.value or 0.0 for stage in answer.stages]
    deck.bars(
        slide,
        left,
        names,
        {_("Share of all days"): shares},
        number_format="0%",
        title=_("Share of all days that deals spent in stages"),
    )
    medians = [(stage.name, stage.median.value) for stage in answer.stages if stage.median.value is not None]
    deck.bars(
        slide,
        right,
        [name for name, _days in medians],
        {_("Median days per visit"): [round(days, 2) for _name, days in medians]},
        number_format="0.0",
        axis=_("days"),
        title=_("Median days per visit"),
    )


def _funnel(deck: Deck, title: str, answer: StageConversion) -> None:
    steps = answer.variants["reached"]
    slide = deck.slide(title, answer.sentence(), notes_of(answer))
    if not steps:
        return
    names = [step.label.partition(" → ")[0] for step in steps] + [steps[-1].label.partition(" → ")[2]]
    counts = [step.n for step in steps] + [round((steps[-1].value or 0.0) * steps[-1].n)]
    left, right = half(0), half(1)
    deck.bars(
        slide,
        left,
        names,
        {_("Deals"): counts},
        number_format="#,##0",
        axis=_("deals"),
        title=_("Deals that got at least so far"),
    )
    told = [step for step in steps if step.value is not None]
    deck.bars(
        slide,
        right,
        [step.label for step in told],
        {_("Conversion"): [step.value or 0.0 for step in told]},
        number_format="0%",
        title=_("Share that got to the next stage"),
    )


def _matrix(deck: Deck, title: str, answer: Matrix) -> None:
    slide = deck.slide(title, answer.sentence(), notes_of(answer))
    taken: Counter[tuple[Level, Level]] = Counter()
    points = []
    for placed in answer.placed:
        place = taken[placed.impact, placed.frequency]
        taken[placed.impact, placed.frequency] += 1
        across, up = SHIFTS[place % len(SHIFTS)]
        x, y = RANK[placed.frequency] + across, RANK[placed.impact] + up
        points.append((placed.point.id, x, y, placed.priority.label))
    area = half(0)
    axes = (_("Frequency (1 low, 2 medium, 3 high)"), _("Impact (1 low, 2 medium, 3 high)"))
    deck.points(slide, area, points, axes)
    frame = answer.table()[[_("Priority"), _("Record"), _("Problem in detail")]]
    right = half(1)
    size, pages = paged(frame, right)
    deck.grid(slide, frame.iloc[: pages[0][1]], frame, right, size)
    for number, rows in enumerate(pages[1:], 2):
        more = deck.slide(f"{title} ({number}/{len(pages)})", answer.sentence())
        deck.grid(more, frame.iloc[rows[0] : rows[1]], frame, FULL, size)


def _pilot(deck: Deck, title: str, answer: Evaluation) -> None:
    told = [row for row in answer.rows if row.before and row.after and row.after.value is not None]
    slide = deck.slide(title, answer.sentence(), notes_of(answer))
    frame = answer.table().drop(columns=[_("Before the pilot"), _("After the pilot")])
    under = Area(FULL.left, FULL.top + CHART_HEIGHT, FULL.width, FULL.height - CHART_HEIGHT)
    size, pages = paged(frame, under)
    height = CHART_HEIGHT if len(pages) == 1 else FULL.height
    for place, row in enumerate(told[:MOST_CHARTS]):
        area = half(place, min(len(told), MOST_CHARTS))
        _before_after(deck, slide, Area(area.left, area.top, area.width, height), row)
    if len(pages) == 1:
        deck.grid(slide, frame, frame, under, size)
    else:
        deck.table(title, answer.sentence(), answer.table(), notes_of(answer))


def _before_after(deck: Deck, slide: Any, area: Area, row: Row) -> None:  # noqa: ANN401 -- python-pptx has no types
    if row.before is None or row.after is None:
        return
    bound = bound_text(row.target, row.after.unit) if row.target else "–"
    form = FORMATS.get(row.after.unit, "#,##0")
    deck.bars(
        slide,
        area,
        [" "],
        {_("Before the pilot"): [row.before.value or 0.0], _("After the pilot"): [row.after.value or 0.0]},
        number_format=form,
        across=False,
        title=_("{label} (target {bound})").format(label=row.label, bound=bound),
    )


def _chain(deck: Deck, title: str, answer: Trace) -> None:
    wanted = [path for path in answer.paths if path.is_wanted]
    parts = (
        (_("Pain point known"), sum(path.point is not None for path in wanted)),
        (_("Asked why"), sum(path.chain is not None for path in wanted)),
        (_("Root cause marked"), sum(bool(path.chain and path.chain.root_cause) for path in wanted)),
        (_("Measure planned"), sum(path.measure is not None for path in wanted)),
        (_("Target fixed"), sum(bool(path.target) for path in wanted)),
        (_("Whole way"), sum(path.is_whole for path in wanted)),
    )
    slide = deck.slide(title, answer.sentence(), notes_of(answer))
    heading = _("Ways from a pain point to a target, of {n}").format(n=shown(len(wanted), "ways"))
    deck.bars(
        slide,
        half(0),
        [name for name, _n in parts],
        {_("Ways"): [float(n) for _name, n in parts]},
        number_format="0",
        axis=_("ways"),
        title=heading,
    )
    frame = answer.table()[[_("Pain point"), _("Root cause"), _("Measure")]]
    right = half(1)
    size, pages = paged(frame, right)
    deck.grid(slide, frame.iloc[: pages[0][1]], frame, right, size)
    if len(pages) > 1:
        deck.table(_("The chain of evidence"), answer.sentence(), answer.table())
