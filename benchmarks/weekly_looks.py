"""What the kit says of a pilot when it is run at the end of every week, each time with the data known by then."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from simulated_pilots import START, Deals, arms_of, panel_of

from salesopt_kit.engagement import Bound
from salesopt_kit.pilot.check import Rules
from salesopt_kit.pilot.judge import judge
from salesopt_kit.pilot.looks import Look, look_days, looks
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.terms import HonestVerdict, LookVerdict

AFTERWARDS = 4
"""Weeks for which somebody goes on to look after the follow-up."""
STOPS = (LookVerdict.SUCCESS, LookVerdict.HARM)


def look_every_week(deals: Deals, baseline: tuple[int, int], target: Bound) -> Counter[str]:
    """Return what the kit said at any of the weekly looks, each once, from the first week to after the follow-up.

    Counted are the verdict, whatever is said too early, and what `monitoring` says of the looks that were planned (one
    for each week of the pilot) and of those between them, on each of which it was asked.
    """
    arms, whole, world = arms_of(deals, baseline), panel_of(deals), deals.world
    until = arms.period[1] + timedelta(days=world.horizon)
    planned = look_days(arms, world.horizon, world.pilot_weeks)
    said: set[str] = set()
    made: list[Look] = []
    for day in week_ends(until):
        known = known_on(whole, day)
        if known is None:
            continue
        verdict = judge(known, arms, target, Rules(day, world.horizon)).verdict
        if verdict is not HonestVerdict.NOT_ENOUGH and day < until:
            said.add("looks: any verdict before the follow-up ends")
        if verdict is HonestVerdict.WITH_EVIDENCE:
            said.add("looks: ever met with evidence")
        if verdict is HonestVerdict.HARM:
            said.add("looks: ever harm")
        if START + timedelta(days=world.horizon) <= day < until + timedelta(days=7):
            made += looks(known, arms, planned, day)
    said |= {f"{_kind(look)}: {look.verdict.value}" for look in made if look.verdict in STOPS}
    said |= {f"{_kind(look)}: either" for look in made if look.verdict in STOPS}
    said |= {"monitoring, all looks together: either" for look in made if look.verdict in STOPS}
    said |= {f"monitoring, all looks together: {look.verdict.value}" for look in made if look.verdict in STOPS}
    return Counter(said)


def week_ends(until: date) -> list[date]:
    """Return the last day of every week from the pilot's first to some after the follow-up."""
    n = (until - START).days // 7 + AFTERWARDS
    return [START + timedelta(days=7 * week + 6) for week in range(n)]


def known_on(whole: Panel, day: date) -> Panel | None:
    """Return the panel as a person has it on `day`: the cases that were followed long enough by then."""
    last = np.datetime64(day - timedelta(days=whole.horizon or 0))
    rows = whole.rows[whole.rows["day"] <= last]
    return replace(whole, rows=rows) if len(rows) else None


def _kind(look: Look) -> str:
    return "monitoring, planned looks" if look.is_planned else "monitoring, unplanned looks"
