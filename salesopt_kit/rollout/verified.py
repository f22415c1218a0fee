"""Which figures a pilot has verified: those whose verdict, as it was signed or as it is today, is met with evidence."""

from salesopt_kit.errors import MissingDataError
from salesopt_kit.pilot.judged_pilot import judged_pilot
from salesopt_kit.records import Records
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import HonestVerdict

OF_EVERYBODY = ("complaints",)
"""Figures that are not told by team."""


def verified(tables: Tables, records: Records) -> frozenset[str]:
    """Return the keys of the figures that the pilot in engagement.yml has verified.

    A verdict kept with an evaluation of the pilot's time counts; where none is kept, the one that the data give today.
    """
    config = tables.engagement.config
    if config.pilot is None:
        return frozenset()
    first, last = config.pilot.period
    kept = {
        one.metric: one.verdict
        for one in records.evaluations
        if one.verdict and one.after_period[0] <= last and one.after_period[1] >= first
    }
    found = (_today(tables) if set(config.targets) - set(kept) else {}) | kept
    return frozenset(metric for metric, verdict in found.items() if verdict is HonestVerdict.WITH_EVIDENCE).difference(
        OF_EVERYBODY
    )


def _today(tables: Tables) -> dict[str, HonestVerdict]:
    try:
        return {one.metric: one.verdict for one in judged_pilot(tables).judged}
    except MissingDataError:
        return {}
