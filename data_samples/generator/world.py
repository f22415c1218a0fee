"""What a generated firm is: its stages, teams, customers, seasons and the effect of its pilot, all of it known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Step:
    """One open stage: mean days of a visit, and what becomes of a deal at its end (the rest advances)."""

    id: str
    department: str
    mean_days: float
    lose: float
    back: float = 0.0
    skip: float = 0.0
    work_share: float = 0.5
    spread: float = 0.75
    """Sigma of the lognormal duration."""


@dataclass(frozen=True)
class Team:
    """A sales team: its sellers on average, how slow it is (1 = average), and the day it was founded."""

    name: str
    sellers: int
    slowness: float = 1.0
    founded: date | None = None
    hires: int = 1
    """Sellers who come during the period beside those who replace leavers."""
    leavers: int = 1


@dataclass(frozen=True)
class Source:
    """Where leads come from: share of all leads, and the chance that one becomes a deal."""

    share: float
    qualify: float


@dataclass(frozen=True)
class Product:
    """What is sold: share of deals, and the median of its amount."""

    share: float
    median_amount: float


@dataclass(frozen=True)
class Effect:
    """What the pilot does to the treated teams from its first day on; every number is a factor."""

    stage: str
    duration: float
    """On the days in `stage`, for amounts below `World.tier`."""
    faster: Mapping[str, float]
    """On the days in these stages, for all amounts."""
    lose: Mapping[str, float]
    """On the chance to lose at the end of these stages."""
    qualify: float
    """On the chance that a lead becomes a deal."""
    hours: Mapping[str, float]
    """On the hours of these kinds of work."""


@dataclass(frozen=True)
class World:
    """One generated firm."""

    slug: str
    seed: int
    history: int
    """Which run of the model is exported: one that is typical, with every figure near its expectation."""
    first_day: date
    as_of: date
    window_months: int
    zone: str
    n_leads: int
    n_deals: int
    steps: tuple[Step, ...]
    back_to: str
    teams: tuple[Team, ...]
    treated: tuple[str, ...]
    effect: Effect
    tier: float
    """Contracts (or quotations) below this amount need no long approval; before the pilot nobody heeds it."""
    baseline: tuple[date, date]
    pilot: tuple[date, date]
    sources: Mapping[str, Source]
    segments: Mapping[str, tuple[float, float, float]]
    """Segment -> share at the start, share at the end, factor on amounts."""
    products: Mapping[str, Product]
    holidays: tuple[tuple[date, date], ...]
    busy: Mapping[int, float]
    """Month -> factor on arriving leads."""
    slow: Mapping[int, float]
    """Month -> factor on durations."""
    hours: Mapping[str, float]
    """Kind of work -> mean hours a day."""
    departments: Mapping[str, str]
    """Role in the model (sales, finance, service, ...) -> the firm's name of the department."""
    support: tuple[tuple[str, str, int], ...]
    """Department, title, heads of those who do not sell."""
    satisfaction: tuple[float, float] = (6.2, 8.3)
    """Mean score before the pilot, and of the treated teams after it began."""
    cumbersome: tuple[float, float] = (0.48, 0.22)
    """Share of feedback on a cumbersome process or repetitive work, before and after."""
    follow_up_days: int = 30
    rep_sd: float = 0.12
    rewritten: int = 60
    """Deals whose history repeats a stage because another field was changed."""
    spells: Mapping[str, str] = field(default_factory=dict)
    """Product -> its other spelling in the export."""

    @cached_property
    def n_days(self) -> int:
        """Days from the first day to as_of, both included; times are floats in [0, n_days)."""
        return (self.as_of - self.first_day).days + 1

    @cached_property
    def days(self) -> pd.DatetimeIndex:
        """Return the calendar, with two more years for deals that close later than anybody sees."""
        return pd.date_range(self.first_day, periods=self.n_days + 1500)

    @cached_property
    def is_workday(self) -> np.ndarray:
        """Return for each day of `days` whether people work."""
        works = np.asarray(self.days.day_of_week < 5)  # noqa: PLR2004 -- Saturday is 5
        for first, last in self.holidays:
            works &= ~np.asarray((self.days >= pd.Timestamp(first)) & (self.days <= pd.Timestamp(last)))
        return works

    @cached_property
    def next_workday(self) -> np.ndarray:
        """Return for each day of `days` the number of the first working day from it on."""
        index = np.where(self.is_workday, np.arange(len(self.days)), len(self.days) - 1)
        return np.minimum.accumulate(index[::-1])[::-1]

    @property
    def bottleneck(self) -> str:
        """The stage that takes most time in all."""
        return self.effect.stage

    @property
    def window(self) -> tuple[date, date]:
        """First and last day of the diagnosis."""
        start = pd.Timestamp(self.as_of) + pd.Timedelta(days=1) - pd.DateOffset(months=self.window_months)
        return start.date(), self.as_of

    def number_of(self, day: date) -> int:
        """Return the number of a day."""
        return (day - self.first_day).days

    def clock(self, times: np.ndarray) -> np.ndarray:
        """Return the times as seen on the clock: the fraction of a day lies between 9:00 and 18:00."""
        whole = np.floor(times)
        return whole + (9 + 9 * (times - whole)) / 24

    def stamps(self, times: np.ndarray) -> pd.DatetimeIndex:
        """Return model times as local timestamps to the second."""
        seconds = np.round(self.clock(times) * 86_400).astype("int64")
        return pd.Timestamp(self.first_day).as_unit("s") + pd.to_timedelta(seconds, unit="s")

    def to_workday(self, times: np.ndarray) -> np.ndarray:
        """Return the times moved to the next working day where nobody works."""
        whole = np.floor(times).astype(int)
        return np.where(self.is_workday[whole], times, self.next_workday[whole] + (times - whole))


def every_year(years: tuple[int, ...], *spans: tuple[tuple[int, int], int]) -> tuple[tuple[date, date], ...]:
    """Return holidays that begin on (month, day) of each year and last so many days."""
    begins = [(date(year, *start), length) for year in years for start, length in spans]
    return tuple((begin, begin + timedelta(days=length - 1)) for begin, length in begins)
