"""C2: from trigger and pain point through the whys to root cause, measure and target, gaps shown."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from salesopt_kit.design.targets import target_text
from salesopt_kit.locale import _
from salesopt_kit.metrics.evidence import Cited, look_up
from salesopt_kit.records import (
    Measure,
    PainPoint,
    Records,
    WhyChain,
    load_records,
    needed,
    needs_root_cause,
    priority_of,
)
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import Priority


@dataclass(frozen=True, slots=True)
class Path:
    """One way through the chain; None where it has nothing. `supported` counts the whys with evidence."""

    point: PainPoint | None
    chain: WhyChain | None
    supported: int
    measure: Measure | None
    target: str

    @property
    def is_wanted(self) -> bool:
        """Whether the way has to lead to a target; a routine pain point that nobody took up need not."""
        return self.point is None or self.chain is not None or needs_root_cause(self.point)

    @property
    def is_whole(self) -> bool:
        """Whether no link is missing."""
        return bool(self.point and self.chain and self.chain.root_cause and self.measure and self.target)


@dataclass(frozen=True, slots=True)
class Trace(Result):
    """Every way from a pain point to a target, the most pressing first, then measures without a pain point."""

    paths: tuple[Path, ...]

    def sentence(self) -> str:
        """Say how many ways are whole."""
        wanted = [path for path in self.paths if path.is_wanted]
        message = _("{whole} of {n} ways from a pain point to a target are whole.")
        return message.format(whole=sum(path.is_whole for path in wanted), n=len(wanted))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return how many ways are whole."""
        wanted = [path for path in self.paths if path.is_wanted]
        whole = sum(path.is_whole for path in wanted)
        return (Estimate("chain.whole", _("Whole ways"), whole, "ways", len(wanted), method=_("count")),)

    def table(self) -> pd.DataFrame:
        """Return one row per way; what is missing on it is named so."""
        return pd.DataFrame(_row(path) for path in self.paths)


@explains_missing
def answers_root_causes(tables: Tables) -> Trace:
    """Return whether each measure answers a root cause, and each pressing pain point has a measure and a target."""
    records = load_records(tables.engagement)
    if not records.pain_points:
        needed(records, "measures")
    found = look_up(tables, (name for chain in records.why_chains for why in chain.whys for name in why.evidence))
    order = [*Priority, None]
    points = sorted(records.pain_points, key=lambda point: order.index(priority_of(point)))
    paths = [path for point in points for path in _paths(tables, records, point, found)]
    loose = [measure for measure in records.measures if not records.pain_points_of(measure)]
    return Trace((*paths, *(Path(None, None, 0, measure, _target(tables, records, measure)) for measure in loose)))


def _paths(tables: Tables, records: Records, point: PainPoint, found: dict[str, Cited]) -> Iterator[Path]:
    chains = records.chains_of(point)
    if not chains:
        yield Path(point, None, 0, None, "")
    for chain in chains:
        supported = sum(any(found[name].supports for name in why.evidence) for why in chain.whys)
        cause = chain.root_cause
        answers = [measure for measure in records.measures if cause and measure.root_cause == cause.id]
        for measure in answers:
            yield Path(point, chain, supported, measure, _target(tables, records, measure))
        if not answers:
            yield Path(point, chain, supported, None, "")


def _target(tables: Tables, records: Records, measure: Measure) -> str:
    """Return the targets that a measure works for, or else its own acceptance criterion."""
    bounds = [target_text(tables, records, key) for key in measure.targets]
    return _("; ").join(bounds) or measure.acceptance


def _row(path: Path) -> dict[str, str]:
    missing = _("missing") if path.is_wanted else "–"
    priority = priority_of(path.point) if path.point else None
    cause = path.chain.root_cause if path.chain else None
    whys = _("{n} whys, {supported} with evidence")
    return {
        _("Trigger"): _(", ").join(path.point.triggers) if path.point and path.point.triggers else "–",
        _("Pain point"): f"{path.point.id} {path.point.problem}" if path.point else missing,
        _("Priority"): priority.label if priority else "–",
        _("5 Whys"): whys.format(n=len(path.chain.whys), supported=path.supported) if path.chain else missing,
        _("Root cause"): f"{cause.id} {cause.text}" if cause else missing,
        _("Measure"): f"{path.measure.id} {path.measure.measure}" if path.measure else missing,
        _("Target"): path.target or missing,
    }
