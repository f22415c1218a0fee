"""The rules of control charts and their kinds, in words, and what a chosen set of rules costs in false alarms."""

from collections.abc import Sequence

from salesopt_kit.errors import InputError
from salesopt_kit.locale import N_, _
from salesopt_kit.stats.run_length import run_length
from salesopt_kit.stats.run_rules import FEW_RULES, RULES

RULE_WORDS = {
    "western_electric_1": N_("outside the limits"),
    "western_electric_2": N_("two of three beyond two standard deviations"),
    "western_electric_3": N_("four of five beyond one standard deviation"),
    "western_electric_4": N_("eight in a row on one side"),
    "nelson_1": N_("outside the limits"),
    "nelson_2": N_("nine in a row on one side"),
    "nelson_3": N_("six in a row rising or falling"),
    "nelson_4": N_("fourteen in a row up and down in turn"),
    "nelson_5": N_("two of three beyond two standard deviations"),
    "nelson_6": N_("four of five beyond one standard deviation"),
    "nelson_7": N_("fifteen in a row close to the centre"),
    "nelson_8": N_("eight in a row away from the centre"),
    "cusum": N_("CUSUM: small slips add up"),
    "ewma": N_("EWMA: the weighted mean has moved"),
}
CHART_WORDS = {
    "xmr": N_("XmR chart"),
    "p": N_("p chart"),
    "laney_p": N_("Laney p′ chart"),
    "c": N_("c chart"),
    "u": N_("u chart"),
    "laney_u": N_("Laney u′ chart"),
}
WEEKS_A_YEAR = 52


def rule_label(rule: str) -> str:
    """Return a rule in the reader's language; the key itself where the kit does not know it."""
    return _(RULE_WORDS[rule]) if rule in RULE_WORDS else rule


def rule_card(rule: str) -> str:
    """Return the key of the method card of a rule."""
    return rule if rule in ("cusum", "ewma") else "run_rules"


def chart_label(kind: str) -> str:
    """Return a kind of chart in the reader's language."""
    return _(CHART_WORDS[kind]) if kind in CHART_WORDS else kind


def chosen(rules: Sequence[str]) -> tuple[str, ...]:
    """Return the rules asked for, the default set for none; InputError for a name that is no rule."""
    if unknown := [rule for rule in rules if rule not in RULES]:
        raise InputError(
            "rules", unknown[0], expected=_("one of {names}").format(names=", ".join(RULES)), remedy=_("Choose others.")
        )
    return tuple(rules) or FEW_RULES


def said_false_alarms(rules: Sequence[str], n_charts: int) -> str:
    """Say how often a set of rules cries wolf in a steady process, for one chart and for all of them together."""
    mean = run_length(rules).mean
    message = _(
        "In a steady process these rules ({rules}) raise about one false alarm in {weeks} weeks for each chart; with "
        "{n} charts, about one in {together} weeks."
    )
    names = _("; ").join(rule_label(rule) for rule in rules)
    return message.format(rules=names, weeks=_about(mean), n=n_charts, together=_about(mean / max(n_charts, 1)))


def yearly_chance(rules: Sequence[str], n_baseline: int, *, knows_spread: bool) -> float:
    """Return the chance of a false alarm within 52 weeks where the limits come from so many weeks."""
    return run_length(rules, n_baseline=n_baseline, knows_spread=knows_spread, within=WEEKS_A_YEAR).share


def _about(weeks: float) -> int:
    """Return weeks with two figures."""
    return int(round(weeks, -1 if weeks >= 100 else 0))  # noqa: PLR2004 -- two figures tell enough
