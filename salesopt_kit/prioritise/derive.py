"""The rules by which what a pain point cites becomes days, hours, money, deals or complaints a month."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from salesopt_kit.locale import _
from salesopt_kit.metrics.coded_complaints import NO_TOPIC
from salesopt_kit.metrics.complaints import complaints
from salesopt_kit.metrics.evidence import Cited, Standing, look_up
from salesopt_kit.metrics.interviews import interviews
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.selection import EVERYTHING
from salesopt_kit.metrics.sequence import places_of
from salesopt_kit.metrics.visits import visits
from salesopt_kit.prioritise.quantity import MONTH_DAYS, Kind, Quantity, merged, months_of, scaled
from salesopt_kit.results import Estimate
from salesopt_kit.stats.poisson import poisson
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import StageKind


@dataclass(frozen=True, slots=True)
class DealsAt:
    """How many different deals came to each open stage in the window, by the stage's id, and how many in all."""

    stages: dict[str, int]
    all: int


@once
def deals_at(tables: Tables) -> DealsAt:
    """Return the deals with a visit to an open stage that began in the window; MissingDataError without history."""
    rows = visits(tables)
    inside = rows.entered_on.between(*EVERYTHING.days(tables)) & rows.place.isin(places_of(tables, StageKind.OPEN))
    rows = rows.filter(inside)
    found = tables.to_frame(rows.group_by("place").aggregate(n=rows.opportunity_id.nunique()))
    whole = tables.to_frame(rows.aggregate(n=rows.opportunity_id.nunique()))
    stages = tables.engagement.config.stages
    counts = {stages[int(place)].id: int(n) for place, n in zip(found["place"], found["n"], strict=True)}
    return DealsAt(counts, int(whole["n"].iloc[0]))


def derived(tables: Tables, cited: Iterable[Cited]) -> tuple[Quantity, ...]:
    """Return every amount a month that follows from what is cited, each once; none where nothing follows."""
    given = list(cited)
    found = [quantity for one in given for quantity in _from(tables, one)]
    return merged((*found, *_money(tables, found), *_voices(tables, given)))


def counted(id_: str, label: str, unit: str, n: int, like: Estimate) -> Estimate:
    """Return a count of independent events of a window as events a month, with the exact Poisson interval."""
    around, months = poisson(n), months_of(like) or 1.0
    bounds = (n / months, unit, n, around.low / months, around.high / months)
    return Estimate(id_, label, *bounds, _("count a month, exact Poisson interval"), like.window, like.group)


def _from(tables: Tables, cited: Cited) -> Iterator[Quantity]:
    if cited.standing is not Standing.FOUND:
        return
    if cited.reference.startswith("complaint:"):
        yield from _of_complaint(tables, cited)
    elif cited.estimate and cited.estimate.value is not None:
        family = cited.estimate.id.partition(".")[0]
        rule = RULES.get(family, _plain_money)
        yield from rule(tables, cited.reference, cited.estimate)


def _time_in_stage(tables: Tables, reference: str, cited: Estimate) -> Iterator[Quantity]:
    """A figure of a stage's time stands for the whole time of that stage and the deals that come to it."""
    total = _figure(tables, "time_in_stage.total_days", cited.group)
    months = months_of(cited)
    if total is None or not months:
        return
    stage = cited.group.partition("=")[2]
    name = tables.engagement.stage_name(stage)
    how = _("all days in {stage} over the months of the window, work and waiting together; an upper bound")
    label = _("Days of deals in {stage} a month").format(stage=name)
    days = scaled(total, 1 / months, id="pain_point.days", label=label)
    yield Quantity(Kind.DAYS, days, cited.group, (reference,), how.format(stage=name))
    yield from _deals_in(tables, reference, cited, stage)


def _deals_in(tables: Tables, reference: str, cited: Estimate, stage: str) -> Iterator[Quantity]:
    name, n = tables.engagement.stage_name(stage), deals_at(tables).stages.get(stage, 0)
    label = _("Deals that come to {stage} a month").format(stage=name)
    how = _("deals that come to {stage} in the window, over its months; an upper bound").format(stage=name)
    yield Quantity(Kind.DEALS, counted("pain_point.deals", label, "deals", n, cited), cited.group, (reference,), how)


def _waiting(_tables: Tables, reference: str, cited: Estimate) -> Iterator[Quantity]:
    months = months_of(cited)
    if cited.id != "waiting.days" or not months:
        return
    days = scaled(cited, 1 / months, id="pain_point.days")
    how = _("days of waiting before the stage over the months of the window")
    source = cited.group.replace("stage=", "waiting=", 1)
    yield Quantity(Kind.DAYS, days, source, (reference,), how)


def _hours(tables: Tables, reference: str, cited: Estimate) -> Iterator[Quantity]:
    """Hours are a census; what they vary by is the share of them over people, which the interval is from."""
    months = months_of(cited)
    part = _figure(tables, "working_hours.part", cited.group) if cited.group else cited
    if part is None or part.value is None or not months or not cited.id.endswith((".part", ".share", ".total")):
        return
    share = _figure(tables, "working_hours.share", cited.group) if cited.group else None
    whole = part.value / share.value if share and share.value else 0.0
    low, high = (
        (share.low * whole, share.high * whole)
        if share and share.low is not None and share.high is not None
        else (None, None)
    )
    method = _("census; interval by the share over people as clusters") if low is not None else _("census")
    label = _("Hours logged a month: {part}").format(part=part.label)
    known = replace(part, low=low, high=high, method=method)
    hours = scaled(known, 1 / months, id="pain_point.hours", label=label)
    how = _("logged hours over the months of the window")
    if cited.group.startswith("stage="):
        how = _("hours logged on deals while they were in the stage, over the months of the window; a lower bound")
    yield Quantity(Kind.HOURS, hours, cited.group, (reference,), how)


def _complaints(tables: Tables, reference: str, cited: Estimate) -> Iterator[Quantity]:
    topic, stage = (part in cited.group for part in ("topic=", "stage="))
    names = {(True, False): "topic_count", (False, True): "stage_count", (True, True): "cell"}
    count = _figure(tables, f"complaints.{names.get((topic, stage), 'count')}", cited.group)
    if count is None or count.value is None:
        return
    per_month = counted("pain_point.complaints", count.label, "complaints", int(count.value), count)
    how = _("complaints of the window over its months; those of one customer are not independent")
    yield Quantity(Kind.COMPLAINTS, per_month, cited.group, (reference,), how)


def _of_complaint(tables: Tables, cited: Cited) -> Iterator[Quantity]:
    """A single complaint stands for those of its topic."""
    name = cited.reference.partition(":")[2].strip()
    for topic in complaints(tables).topics:
        if topic.topic != NO_TOPIC and any(ticket.complaint_id == name for ticket in topic.tickets):
            yield from _complaints(tables, cited.reference, topic.count)


def _conversion(_tables: Tables, reference: str, cited: Estimate) -> Iterator[Quantity]:
    """A step's rate stands for the deals that get no further."""
    months = months_of(cited)
    if cited.value is None or not months:
        return
    lost = replace(
        cited,
        id="pain_point.deals",
        label=_("{step}: deals that get no further a month").format(step=cited.label),
        value=1 - cited.value,
        low=None if cited.high is None else 1 - cited.high,
        high=None if cited.low is None else 1 - cited.low,
        unit="deals",
    )
    how = _("deals that came to the step but no further, over the months of the window")
    step = cited.id.rpartition(".")[2]
    yield Quantity(Kind.DEALS, scaled(lost, cited.n / months), f"step={step}", (reference,), how)


def _handoffs(tables: Tables, reference: str, cited: Estimate) -> Iterator[Quantity]:
    late = _figure(tables, "handoffs.late_share", "")
    months = months_of(cited)
    if late is None or late.value is None or not months:
        return
    label = _("Hand-overs that wait too long, a month")
    cases = scaled(late, late.n / months, id="pain_point.deals", label=label, unit="handoffs")
    how = _("share of late hand-overs times their number, over the months of the window; not deals")
    yield Quantity(Kind.DEALS, cases, "handoffs=late", (reference,), how)


def _cycle(_tables: Tables, reference: str, cited: Estimate) -> Iterator[Quantity]:
    months = months_of(cited)
    if cited.id not in ("deal_cycle.won_mean", "deal_cycle.lost_mean") or not months:
        return
    label = _("{label}: days of all deals a month").format(label=cited.label)
    days = scaled(cited, cited.n / months, id="pain_point.days", label=label)
    how = _("mean cycle times number of deals, over the months of the window; the whole process, not one problem")
    yield Quantity(Kind.DAYS, days, "", (reference,), how)


def _plain_money(tables: Tables, reference: str, cited: Estimate) -> Iterator[Quantity]:
    currency, months = tables.engagement.config.currency, months_of(cited)
    unit, _slash, per = cited.unit.partition("/")
    if unit != currency or (not per and (cited.id != "win_rate.won_value" or not months)):
        return
    factor = {"month": 1.0, "week": MONTH_DAYS / 7, "day": MONTH_DAYS}.get(per, 1 / (months or 1.0))
    money = scaled(cited, factor, id="pain_point.money", unit=currency)
    yield Quantity(Kind.MONEY, money, f"{cited.id}={cited.group}", (reference,), _("the cited figure for a month"))


def _money(tables: Tables, quantities: Iterable[Quantity]) -> Iterator[Quantity]:
    """Hours at what an hour costs, where the engagement says so."""
    cost, currency = tables.engagement.config.scales.cost_per_hour, tables.engagement.config.currency
    for one in quantities:
        if cost and one.kind is Kind.HOURS:
            label = _("Cost of the hours: {label}").format(label=one.estimate.label)
            money = scaled(one.estimate, cost, id="pain_point.money", label=label, unit=currency)
            how = _("hours a month at `scales.cost_per_hour`")
            yield Quantity(Kind.MONEY, money, one.source, one.references, how)


def _voices(tables: Tables, cited: Iterable[Cited]) -> Iterator[Quantity]:
    """The people behind the cited statements; statements where the sheet names no people."""
    given = [one for one in cited if one.reference.startswith("interview:") and one.standing is Standing.FOUND]
    if not given:
        return
    rows = {one.reference.partition(":")[2].strip() for one in given}
    said = [one for one in interviews(tables).statements if str(one.row) in rows]
    is_signed = all(one.person for one in said)
    n = len({(one.group, one.person) for one in said}) if is_signed else len(said)
    unit, method = ("people", _("count of people")) if is_signed else ("statements", _("count of statements"))
    label = _("People who say so") if is_signed else _("Statements that say so")
    how = _("those who say it in the cited interviews; not a share of all staff, so without an interval")
    estimate = Estimate("pain_point.voices", label, n, unit, n, method=method)
    yield Quantity(Kind.VOICES, estimate, "", tuple(one.reference for one in given), how)


def _figure(tables: Tables, id_: str, group: str) -> Estimate | None:
    reference = f"metric:{id_}/{group}" if group else f"metric:{id_}"
    return look_up(tables, [reference])[reference].estimate


RULES: dict[str, Callable[[Tables, str, Estimate], Iterator[Quantity]]] = {
    "time_in_stage": _time_in_stage,
    "waiting": _waiting,
    "working_hours": _hours,
    "complaints": _complaints,
    "stage_conversion": _conversion,
    "handoffs": _handoffs,
    "deal_cycle": _cycle,
}
"""By the family of the cited figure; a figure of another family is used where it is money, else not at all."""
