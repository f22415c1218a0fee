"""X1: what each unit is like in the year before the pilot, in sums, so that any choice of units is a sum of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import N_, _
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.dimensions import dimension_label, need_dimension
from salesopt_kit.metrics.exact import exact_sum
from salesopt_kit.metrics.lead_conversion import followed_leads
from salesopt_kit.pilot.outline import Outline
from salesopt_kit.tables.store import Tables

Numbers = npt.NDArray[np.float64]
LABELS = {
    "volume": N_("Deals per seller"),
    "amount": N_("Amount per deal"),
    "cycle_days": N_("Cycle of closed deals"),
    "win_rate": N_("Win rate"),
    "conversion": N_("Lead conversion"),
    "tenure": N_("Tenure of the sellers"),
}
DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Trait:
    """A trait of units: how many cases each has, their sum and the sum of their squares; cases are deals or people."""

    key: str
    label: str
    n: Numbers
    total: Numbers
    squares: Numbers

    def difference(self, member: Numbers) -> Numbers:
        """Return the standardised difference of each choice of units (a row of 0 and 1) from all units together."""
        n, total = member @ self.n, member @ self.total
        mean = np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0)
        everyone = self.total.sum() / self.n.sum()
        variance = self.squares.sum() / self.n.sum() - everyone**2
        if not variance > 0:
            return np.zeros(len(n))
        found: Numbers = (mean - everyone) / np.sqrt(variance)
        return found


@dataclass(frozen=True, slots=True)
class Profiles:
    """The traits of the units; `output` is won amount per seller, `newest` how new a unit is (larger for newer)."""

    units: tuple[str, ...]
    traits: tuple[Trait, ...]
    output: Numbers
    newest: Numbers
    absent: tuple[str, ...]
    """What could not be compared, for the data do not tell it."""


def profiles(tables: Tables, planned: Outline) -> Profiles:
    """Return what the units that may take part are like: volume, amount, cycle, win rate, conversion, tenure, mix."""
    sellers = _sellers(tables, planned)
    by_unit = pd.Index(planned.units)
    traits = list(_of_deals(sellers, by_unit))
    absent: list[str] = []
    for read, key in ((_conversion, "conversion"), (_tenure, "tenure")):
        try:
            traits.append(read(tables, planned))
        except MissingDataError:
            absent.append(named(key))
    for dimension in ("product", "segment", "source"):
        if dimension != planned.dimension:
            try:
                traits += _mix(tables, planned, dimension)
            except MissingDataError:
                absent.append(dimension_label(dimension))
    tenure = next((trait for trait in traits if trait.key == "tenure"), None)
    first = sellers.groupby("unit")["first"].min().reindex(by_unit)
    newest: Numbers = np.asarray((pd.to_datetime(first) - pd.Timestamp(planned.window[0])).dt.days, float)
    if tenure is not None:
        newest = -np.divide(tenure.total, tenure.n, out=np.full(len(by_unit), np.inf), where=tenure.n > 0)
    sums = sellers.groupby("unit")[["won_amount"]].sum().reindex(by_unit)["won_amount"].to_numpy(float)
    heads = sellers.groupby("unit").size().reindex(by_unit).to_numpy(float)
    kept = tuple(trait for trait in traits if trait.n.sum() > 0)
    return Profiles(planned.units, kept, sums / heads, newest, tuple(absent))


def named(key: str) -> str:
    """Return the name of a trait in the reader's language."""
    label = LABELS[key]
    return _(label)


def _sellers(tables: Tables, planned: Outline) -> pd.DataFrame:
    """Return one row per unit and seller: sums over the deals opened in the window, as known before the pilot."""
    rows = deals(tables)
    rows = rows.filter(rows.created_on.between(*planned.window) & rows[planned.dimension].isin(planned.units))
    is_known = (rows.closed_on <= planned.known_until) & rows.status.isin(["won", "lost"])
    cycle = ibis.ifelse(is_known, rows.cycle_days, ibis.null("float64"))
    is_won = is_known & (rows.status == "won")
    amount = rows.amount.cast("float64")
    counted = rows.group_by(unit=rows[planned.dimension], seller=ibis.coalesce(rows.owner, "-")).aggregate(
        deals=rows.count(),
        first=rows.created_on.min(),
        amounts=amount.count(),
        amount=exact_sum(amount),
        amount_2=exact_sum(amount * amount),
        closed=cycle.count(),
        cycle=exact_sum(cycle),
        cycle_2=exact_sum(cycle * cycle),
        decided=is_known.sum(),
        won=is_won.sum(),
        won_amount=exact_sum(amount, where=is_won),
    )
    found = tables.to_frame(counted).sort_values(["unit", "seller"], ignore_index=True)
    numbers = [name for name in found.columns if name not in ("unit", "seller", "first")]
    found[numbers] = found[numbers].astype(float).fillna(0.0)
    return found


def _of_deals(sellers: pd.DataFrame, units: "pd.Index[str]") -> Iterator[Trait]:
    volume = sellers.assign(one=1.0, square=sellers["deals"] ** 2)
    for key, n, total, squares in (
        ("volume", "one", "deals", "square"),
        ("amount", "amounts", "amount", "amount_2"),
        ("cycle_days", "closed", "cycle", "cycle_2"),
        ("win_rate", "decided", "won", "won"),
    ):
        sums = volume.groupby("unit")[list(dict.fromkeys((n, total, squares)))].sum().reindex(units).fillna(0.0)
        yield Trait(key, named(key), *(sums[name].to_numpy(float) for name in (n, total, squares)))


def _conversion(tables: Tables, planned: Outline) -> Trait:
    need_dimension(tables, planned.dimension, "leads")
    rows = followed_leads(tables)
    rows = rows.filter(rows.created_on.between(planned.window[0], planned.last_followed))
    rows = rows.filter(rows[planned.dimension].isin(planned.units))
    is_in_time = ibis.coalesce(rows.lag_days <= planned.horizon, ibis.literal(value=False))
    counted = rows.group_by(unit=rows[planned.dimension]).aggregate(n=rows.count(), total=is_in_time.sum())
    sums = tables.to_frame(counted).set_index("unit").reindex(planned.units).fillna(0.0)
    n, total = (sums[name].to_numpy(float) for name in ("n", "total"))
    return Trait("conversion", named("conversion"), n, total, total)


def _tenure(tables: Tables, planned: Outline) -> Trait:
    """Return the years that the sellers of each unit have been with the firm; a person in two units counts in both."""
    tables.need("people.hired_at", "people.person")
    rows = deals(tables)
    rows = rows.filter(rows.created_on.between(*planned.window) & rows[planned.dimension].isin(planned.units))
    pairs = rows.select(unit=rows[planned.dimension], person=rows.owner).drop_null("person").distinct()
    people = tables.table("people").drop_null(["person", "hired_at"])
    hired = people.group_by("person").aggregate(hired=people.hired_at.min().date())
    joined = pairs.inner_join(hired, pairs.person == hired.person).select(unit=pairs.unit, hired=hired.hired)
    found = tables.to_frame(joined)
    years = (pd.Timestamp(planned.known_until) - pd.to_datetime(found["hired"])).dt.days / DAYS_PER_YEAR
    sums = found.assign(n=1.0, total=years, squares=years**2).groupby("unit")[["n", "total", "squares"]].sum()
    sums = sums.reindex(planned.units).fillna(0.0)
    return Trait("tenure", named("tenure"), *(sums[name].to_numpy(float) for name in ("n", "total", "squares")))


def _mix(tables: Tables, planned: Outline, dimension: str) -> list[Trait]:
    need_dimension(tables, dimension)
    rows = deals(tables)
    rows = rows.filter(rows.created_on.between(*planned.window) & rows[planned.dimension].isin(planned.units))
    rows = rows.drop_null(dimension)
    counted = rows.group_by(unit=rows[planned.dimension], part=rows[dimension]).aggregate(n=rows.count())
    table = tables.to_frame(counted).pivot_table(index="unit", columns="part", values="n", fill_value=0.0)
    table = table.reindex(planned.units).fillna(0.0)
    n = table.sum(axis=1).to_numpy(float)
    label = _("{dimension}: {part}")
    return [
        Trait(f"{dimension}={part}", label.format(dimension=dimension_label(dimension), part=part), n, *(2 * [own]))
        for part in sorted(table.columns)
        for own in [table[part].to_numpy(float)]
    ]
