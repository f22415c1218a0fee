"""X2: may the pilot go on? The primary figure at every planned look, against a line that stays honest."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.numbers import difference_unit, shown
from salesopt_kit.pilot.contrast import Arms
from salesopt_kit.pilot.looks import Look, counted_arms, look_days, looks
from salesopt_kit.pilot.panel import Panel, panel
from salesopt_kit.pilot.setting import Setting, need_controls, setting
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.stats.sequential import crossing_chances
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import LookVerdict

MADE = (LookVerdict.GO_ON, LookVerdict.SUCCESS, LookVerdict.HARM)


@dataclass(frozen=True, slots=True)
class Monitoring(Result):
    """Every look at the primary figure, in time order; the last one made says what to do."""

    card: ClassVar[str] = "monitoring"

    found: Panel
    arms: Arms
    looks: tuple[Look, ...]
    alpha: float
    as_of: date

    @property
    def last(self) -> Look | None:
        """The look that decides: the first that passed its line, else the last that was made."""
        made = [look for look in self.looks if look.verdict in MADE]
        return next((look for look in made if look.verdict is not LookVerdict.GO_ON), made[-1] if made else None)

    def sentence(self) -> str:
        """Say what the last look allows to do, and nothing more."""
        if self.last is None:
            after = [look.day for look in self.looks if look.verdict is LookVerdict.TO_COME]
            message = _("{label}: no look could be made yet, so go on. The next one is due on {day}.")
            return message.format(label=self.found.label, day=after[0] if after else "–")
        is_final = self.last.is_planned and self.last.fraction >= 1
        return _said(self.last, is_final=is_final).format(label=self.found.label, day=self.last.day)

    def methods(self) -> Iterable[str]:
        """Return the lines of planned and of unplanned looks."""
        unplanned = any(not look.is_planned for look in self.looks)
        return ("unit_t", "obrien_fleming", "confidence_sequence") if unplanned else ("unit_t", "obrien_fleming")

    def estimates(self) -> tuple[Estimate, ...]:
        """Return z and the effect so far of every look that was made."""
        found = []
        unit = difference_unit(self.found.unit)
        for look in self.looks:
            if look.verdict not in MADE:
                continue
            group, n = f"day={look.day}", look.n
            label = _("{label}: pilot minus controls").format(label=self.found.label)
            method = _("difference of the changes of {n} units, interval by the line of the look").format(
                n=sum(look.clusters)
            )
            low, high = look.low, look.high
            found.append(Estimate("pilot.look.effect", label, look.value, unit, n, low, high, method, group=group))
            found.append(Estimate("pilot.look.z", _("z, above 0 is better"), look.z, "z", n, group=group))
        return tuple(found)

    def table(self) -> pd.DataFrame:
        """Return one row per look."""
        return pd.DataFrame([self._row(look) for look in self.looks])

    def _row(self, look: Look) -> dict[str, str]:
        unit = difference_unit(self.found.unit)
        effect = shown(look.value, unit)
        if look.low is not None and look.high is not None:
            effect = _("{value} ({low} to {high})").format(
                value=effect, low=shown(look.low, unit), high=shown(look.high, unit)
            )
        return {
            _("Day"): str(look.day) if look.is_planned else _("{day} (not planned)").format(day=look.day),
            _("Share of the information"): f"{look.fraction:.0%}",
            _("Effect so far, with the interval of the look"): effect,
            "z": "–" if look.z is None else f"{look.z:+.2f}",
            _("Line"): f"±{look.bound:.2f}" if look.bound < float("inf") else _("not to be passed"),
            _("Units, pilot + controls"): f"{look.clusters[0]} + {look.clusters[1]}" if look.n else "–",
            _("What to do"): look.verdict.label,
        }

    def caveats(self) -> tuple[str, ...]:
        """Return why the usual 1.96 does not do, and what is assumed."""
        planned = [look.fraction for look in self.looks if look.is_planned and look.fraction > 0]
        naive = sum(crossing_chances([1.96] * len(planned), sorted(set(planned)))) if planned else 0.0
        said = [
            _(
                "Whoever looks {n} times and stops at |z| > 1.96 finds an effect that is not there in {naive:.0%} of "
                "pilots; with this line in {alpha:.0%} at most."
            ).format(n=len(planned), naive=naive, alpha=self.alpha),
            _(
                "z rests on one change per unit, the level at which the process was assigned; Student's t was moved to "
                "the normal curve, and the line widened for few units."
            ),
            _("A look tells whether to go on. How large the effect is, the evaluation at the end tells."),
        ]
        if said_of_luck := self._of_a_bad_start():
            said.insert(1, said_of_luck)
        if self.found.horizon:
            message = _(
                "Deals and leads count over their first {days} days, so a look knows only those opened {days} days "
                "before it; the looks are moved by as much."
            )
            said.append(message.format(days=self.found.horizon))
        return tuple(said)

    def _of_a_bad_start(self) -> str:
        """Return what a bad start alone is expected to bring, and that a success needs more; empty if nothing."""
        false = max((look.false_gain for look in self.looks), default=0.0)
        if math.isinf(false):
            return _(
                "The history is too short to tell a bad start from an improvement, so no look may say success; harm is "
                "said all the same."
            )
        if not false > 0:
            return ""
        message = _(
            "The pilot's units started worse than usual: {false} of improvement is expected from that alone. A look "
            "says success only where z passes the line without it."
        )
        return message.format(false=shown(false, difference_unit(self.found.unit)))


def _said(look: Look, *, is_final: bool) -> str:
    if look.verdict is LookVerdict.HARM:
        return _("{label}: stop for harm. On {day} it was worse than in the controls beyond what chance brings.")
    if look.verdict is LookVerdict.SUCCESS and is_final:
        return _("{label}: the last look on {day} passed the line. Nothing has to be stopped; evaluate the pilot now.")
    if look.verdict is LookVerdict.SUCCESS:
        return _("{label}: may stop early for success. On {day} the improvement passed the line.")
    if is_final:
        return _(
            "{label}: the last look on {day} did not pass the line. Nothing has to be stopped; evaluate the pilot now."
        )
    return _("{label}: go on. On {day} the line was not passed; nothing has to be stopped, and nothing is proven yet.")


@explains_missing
def monitoring(tables: Tables) -> Result:
    """Return every planned look at the primary figure, and the unplanned one at `as_of` while the pilot runs.

    MissingDataError without a pilot, controls or data of the primary figure.
    """
    chosen = setting(tables)
    need_controls(chosen.controls)
    found = panel(tables, chosen.dimension, primary_of(chosen), max(chosen.pilot.follow_up_days, 1))
    arms = counted_arms(chosen)
    planned = look_days(arms, found.horizon or 0, chosen.pilot.looks)
    made = looks(found, arms, planned, tables.as_of, chosen.pilot.alpha)
    return Monitoring(found, arms, made, chosen.pilot.alpha, tables.as_of)


def primary_of(chosen: Setting) -> str:
    """Return the primary figure of the plan, else the first target, else the cycle."""
    return chosen.pilot.primary or next(iter(chosen.targets), "cycle_days")
