"""What the kit says of a pilot when it is run at the end of every week, each time with the data known by then."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from salesopt_kit.engagement import Bound
from salesopt_kit.pilot.check import Rules
from salesopt_kit.pilot.contrast import Arms
from salesopt_kit.pilot.judge import judge
from salesopt_kit.pilot.looks import Look, look_days, looks
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.terms import HonestVerdict, LookVerdict

AFTERWARDS = 4
"""Weeks for which somebody goes on to look after the follow-up."""
PAUSE = 4
"""Between the pilot's end and that of the follow-up the verdict is asked for every so many weeks."""
STOPS = (LookVerdict.SUCCESS, LookVerdict.HARM)
TOO_EARLY = "any week before the follow-up ends: a verdict other than not_enough_evidence"
LINE = "planned looks: the line passed, whether from a bad start or not"
SUCCESS = f"planned looks: {LookVerdict.SUCCESS.value}"
SAID_WEEKLY = (
    TOO_EARLY,
    LINE,
    *(f"any week: {verdict.value}" for verdict in (HonestVerdict.WITH_EVIDENCE, HonestVerdict.HARM)),
    *(
        f"{kind} looks: {said}"
        for kind in ("planned", "unplanned", "all")
        for said in (*(stop.value for stop in STOPS), "either")
    ),
)
"""All that may be said wrongly at a weekly look."""


def look_every_week(whole: Panel, arms: Arms, target: Bound) -> set[str]:
    """Return what the kit said at any of the weekly looks, from the first week to after the follow-up.

    Counted are the verdict, whatever is said too early, and what `monitoring` says of the looks that were planned (one
    for each week of the pilot) and of those between them, on each of which it was asked.
    """
    horizon = whole.horizon or 0
    until = arms.period[1] + timedelta(days=horizon)
    weeks = _weeks(arms)
    planned = look_days(arms, horizon, weeks)
    said: set[str] = set()
    for week in range((until - arms.period[0]).days // 7 + AFTERWARDS):
        day = arms.period[0] + timedelta(days=7 * week + 6)
        known = known_on(whole, day)
        if week < weeks or day >= until or week % PAUSE == 0:
            said |= _of_verdict(judge(known, arms, target, Rules(day, horizon)).verdict, is_early=day < until)
        if planned[0] <= day < until + timedelta(days=7):
            said |= _of_looks(looks(known, arms, planned, day))
    return said


def _of_verdict(verdict: HonestVerdict, *, is_early: bool) -> set[str]:
    said = {f"any week: {verdict.value}"} if verdict in (HonestVerdict.WITH_EVIDENCE, HonestVerdict.HARM) else set()
    return said | ({TOO_EARLY} if is_early and verdict is not HonestVerdict.NOT_ENOUGH else set())


def _of_looks(made: tuple[Look, ...]) -> set[str]:
    said = set()
    for look in made:
        if look.verdict in STOPS:
            kind = "planned" if look.is_planned else "unplanned"
            said |= {f"{each} looks: {what}" for each in (kind, "all") for what in (look.verdict.value, "either")}
        if look.is_planned and look.z is not None and abs(look.z) >= look.bound:
            said.add(LINE)
    return said


def planned_looks(whole: Panel, arms: Arms) -> set[str]:
    """Return what monitoring says at any of the planned looks."""
    horizon = whole.horizon or 0
    last = arms.period[1] + timedelta(days=horizon)
    return _of_looks(looks(whole, arms, look_days(arms, horizon, _weeks(arms)), last))


def _weeks(arms: Arms) -> int:
    return ((arms.period[1] - arms.period[0]).days + 1) // 7


def known_on(whole: Panel, day: date) -> Panel:
    """Return the panel as a person has it on `day`: the cases that were followed long enough by then."""
    last = np.datetime64(day - timedelta(days=whole.horizon or 0))
    return replace(whole, rows=whole.rows[whole.rows["day"] <= last])
