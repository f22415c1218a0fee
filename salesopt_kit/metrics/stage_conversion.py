"""Stage conversion in the four definitions that are in use, side by side."""

import functools
import itertools
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.engagement import Stage
from salesopt_kit.locale import _
from salesopt_kit.metrics.breakdown import Breakdown, Group, breakdown, groups, whole
from salesopt_kit.metrics.deals import deal_caveats, deals
from salesopt_kit.metrics.dimensions import Grouping
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.paths import paths
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.proportion import wilson
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import StageKind

VARIANTS = ("strict", "reached", "any", "stock")


@dataclass(frozen=True, slots=True)
class StageConversion(Result):
    """Per variant, one estimate for each step from a stage to the next, in the order of the process; or none."""

    card: ClassVar[str] = "stage_conversion"

    variants: Mapping[str, tuple[Estimate, ...]]
    steps: tuple[str, ...]
    deals: int
    still_open: int
    window: tuple[date, date]
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Name the step that loses most deals."""
        steps = [step for step in self.variants["reached"] if step.value is not None]
        if not steps:
            return _("No conversion between stages can be told.")
        worst = min(steps, key=lambda step: step.value or 0.0)
        message = _("Fewest deals get through the step {step}: {rate} of {n:,} ({low} to {high}).")
        return message.format(
            step=worst.label,
            rate=shown(worst.value, "fraction"),
            n=worst.n,
            low=shown(worst.low, "fraction"),
            high=shown(worst.high, "fraction"),
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the steps of all variants."""
        return tuple(step for variant in VARIANTS for step in self.variants[variant])

    def caveats(self) -> tuple[str, ...]:
        """Return how young the cohort is, and what could not be told."""
        young = _("{open:,} of the {deals:,} deals are still open and may yet go further, so rates can still rise.")
        said = (young.format(open=self.still_open, deals=self.deals),) if self.still_open else ()
        return (*said, *self.remarks)

    def table(self) -> pd.DataFrame:
        """Return one row per step and one column per variant."""
        names = variant_names()
        columns = {
            names[variant]: [_cell(self.variants[variant], label) for label in self.steps] for variant in VARIANTS
        }
        return pd.DataFrame({_("Step"): self.steps} | columns)


def variant_names() -> dict[str, str]:
    """Return the name of each variant in the reader's language."""
    return {
        "strict": _("Strict: every stage in order"),
        "reached": _("Reached: got at least so far"),
        "any": _("Any: was ever there"),
        "stock": _("Stock ratio: there now (no conversion)"),
    }


@once
def stage_conversion(tables: Tables, selection: Selection | None = None) -> StageConversion:
    """Return stage conversion of the deals created in the window, followed up to `as_of`, with Wilson intervals.

    Of the deals that came to a stage, the share that came to the next. strict: entered s1 to sk for the first time in
    this order; reached: the furthest stage is sk or beyond; any: was in sk at any time, in whatever order. A deal that
    is won has reached every stage. stock: all open deals now in sk over those now in s(k-1), whenever created, which is
    no conversion and is labelled so. Without stage history reached is told from where deals stand now, provided that
    lost deals still say in which stage they were lost; strict and any cannot be told. Raises MissingDataError without
    deals.
    """
    rows, measures = _prepared(tables, selection)
    group = whole(tables, rows, measures)
    doubts = _doubts(tables, (group,))
    return _answer(tables, selection or EVERYTHING, group, doubts, deal_caveats(tables))


def stage_conversion_by(tables: Tables, by: Grouping, selection: Selection | None = None) -> Breakdown:
    """Return stage conversion of each group of `by`; a month is the month of creation."""
    rows, measures = _prepared(tables, selection)
    found = groups(tables, rows, by, measures, clock="created_on")
    doubts = _doubts(tables, found)
    kept = (group for group in found if group.count("deals"))
    answers = [(group.name, _answer(tables, selection or EVERYTHING, group, doubts)) for group in kept]
    return breakdown(by, answers, _columns(answers[0][1]) if answers else ())


def _columns(answer: StageConversion) -> tuple[str, ...]:
    return tuple(step.id for step in answer.variants["reached"] or answer.variants["stock"])


def _steps(tables: Tables) -> list[Stage]:
    """Return the stages that a deal can convert to: the open ones, then the first won one."""
    stages = tables.engagement.config.stages
    won = [stage for stage in stages if stage.kind is StageKind.WON]
    return [*tables.engagement.open_stages, *won[:1]]


def _prepared(tables: Tables, selection: Selection | None) -> tuple[ir.Table, dict[str, ir.Scalar]]:
    """Return one row per deal and, as aggregates over them, how many came to each step by each variant.

    `<variant>_of_<place>` counts the deals of the cohort that came to the step before, `<variant>_to_<place>` those of
    them that came to this one too; `stock_<place>` the open deals that are in it now.
    """
    selection = selection or EVERYTHING
    rows = selection.of(tables, deals(tables))
    steps = _steps(tables)
    has_history = "stage_events" in tables
    if has_history:
        rows = _with_first_entries(tables, rows, steps)
    inside = rows.created_on.between(*selection.days(tables))
    measures: dict[str, ir.Scalar] = {
        "deals": inside.sum(),
        "still_open": (inside & (rows.status == "open")).sum(),
        "lost": (inside & (rows.status == "lost")).sum(),
        "vanished": (inside & (rows.status == "lost") & ~rows.stage.isin([step.id for step in steps])).sum(),
    }
    for place, step in enumerate(steps):
        measures[f"stock_{place}"] = ((rows.status == "open") & (rows.stage == step.id)).sum()
    came = _came(rows, steps) if has_history else {"reached": _stands(rows, steps)}
    for variant, at in came.items():
        for place in range(1, len(steps)):
            start = inside & at[place - 1]
            measures[f"{variant}_of_{place}"] = start.sum()
            measures[f"{variant}_to_{place}"] = (start & at[place]).sum()
    return rows, measures


def _with_first_entries(tables: Tables, rows: ir.Table, steps: list[Stage]) -> ir.Table:
    """Return the deals with the position in their history at which they first entered each step, at_0 to at_k."""
    ids = [stage.id for stage in tables.engagement.config.stages]
    places = {f"at_{place}": f"at_{ids.index(step.id)}" for place, step in enumerate(steps)}
    names = [name for name in rows.columns if not name.startswith("at_")]
    if len(names) < len(rows.columns):  # deals that are read off their paths have them
        return rows.select(*names, **{at: rows[own] for at, own in places.items()})
    found = paths(tables)
    firsts = found.select("deal_key", **{at: found[own] for at, own in places.items()})
    return rows.left_join(firsts, "deal_key").drop("deal_key_right")


def _came(rows: ir.Table, steps: list[Stage]) -> dict[str, list[ir.BooleanValue]]:
    """Return for each variant whether a deal came to each step, from its history."""
    entered = [rows[f"at_{place}"] for place in range(len(steps))]
    is_won = ibis.coalesce(rows.status == "won", ibis.literal(value=False))
    been = [at.notnull() for at in entered]
    if steps[-1].kind is StageKind.WON:
        been[-1] = been[-1] | is_won
    reached = [_any_of(been[place:]) | is_won for place in range(len(steps))]
    strict = [been[0]]
    for place in range(1, len(steps)):
        is_end = steps[place].kind is StageKind.WON
        is_next = is_won if is_end else ibis.coalesce(entered[place] > entered[place - 1], ibis.literal(value=False))
        strict.append(strict[-1] & is_next)
    return {"strict": strict, "reached": reached, "any": been}


def _stands(rows: ir.Table, steps: list[Stage]) -> list[ir.BooleanValue]:
    """Return whether a deal came at least to each step, as far as its present stage tells; all came to the first."""
    ids = [step.id for step in steps]
    is_won = rows.status == "won"
    later = [rows.stage.isin(ids[place:]) | is_won for place in range(1, len(ids))]
    return [ibis.literal(value=True), *(ibis.coalesce(at, ibis.literal(value=False)) for at in later)]


def _any_of(conditions: list[ir.BooleanValue]) -> ir.BooleanValue:
    return functools.reduce(operator.or_, conditions)


def _doubts(tables: Tables, found: Sequence[Group]) -> tuple[str, ...]:
    """Return why the stages that deals reached cannot be told; nothing where they can."""
    if "stage_events" in tables:
        return ()
    lost, vanished = (sum(group.count(name) for group in found) for name in ("lost", "vanished"))
    if not lost:
        return (_("The export holds no lost deal at all, so every deal would seem to get through every stage."),)
    if not vanished:
        return ()
    message = _(
        "{n:,} lost deals do not say in which stage they were lost, so no conversion between stages can be told."
    )
    return (message.format(n=vanished),)


def _answer(
    tables: Tables, selection: Selection, group: Group, doubts: tuple[str, ...], remarks: tuple[str, ...] = ()
) -> StageConversion:
    steps = _steps(tables)
    window = selection.days(tables)
    untold = () if "stage_events" in tables else ("strict", "any", "reached") if doubts else ("strict", "any")
    variants = {variant: () if variant in untold else _variant(variant, steps, group, window) for variant in VARIANTS}
    if "stage_events" not in tables:
        remarks = (*doubts, _without_history(), *remarks)
    names = tuple(f"{before.name} → {after.name}" for before, after in itertools.pairwise(steps))
    return StageConversion(variants, names, group.count("deals"), group.count("still_open"), window, remarks)


def _without_history() -> str:
    return _(
        "There is no stage history, only the stage that each deal is in now, which misses stages it moved back from. "
        "Export the history (`stage_events`) to see where deals drop out."
    )


def _variant(variant: str, steps: list[Stage], group: Group, window: tuple[date, date]) -> tuple[Estimate, ...]:
    """Return one estimate per step; nobody stands in a won stage for a stock ratio to count."""
    places = [place for place in range(1, len(steps)) if variant != "stock" or steps[place].kind is not StageKind.WON]
    return tuple(_step(variant, steps, place, group, window) for place in places)


def _step(variant: str, steps: list[Stage], place: int, group: Group, window: tuple[date, date]) -> Estimate:
    is_stock = variant == "stock"
    names = (f"stock_{place - 1}", f"stock_{place}") if is_stock else (f"{variant}_of_{place}", f"{variant}_to_{place}")
    of, to = (group.count(name) for name in names)
    around = wilson(to, of) if of and not is_stock else None
    return Estimate(
        f"stage_conversion.{variant}.{steps[place].id}",
        f"{steps[place - 1].name} → {steps[place].name}",
        to / of if of else None,
        "fraction",
        of,
        around.low if around else None,
        around.high if around else None,
        _("stock ratio") if is_stock else _("Wilson score interval"),
        None if is_stock else window,
        group.mark,
    )


def _cell(steps: tuple[Estimate, ...], label: str) -> str:
    step = next((step for step in steps if step.label == label), None)
    if step is None or step.value is None:
        return "–"
    if step.low is None:
        return f"{shown(step.value, 'fraction')} (n={step.n:,})"
    low, high = shown(step.low, "fraction"), shown(step.high, "fraction")
    return _("{value} ({low} to {high}; n={n:,})").format(
        value=shown(step.value, "fraction"), low=low, high=high, n=step.n
    )
