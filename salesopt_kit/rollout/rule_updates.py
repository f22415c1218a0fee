"""R1: do the rules, manuals, procedures and the CRM say what the new process is?"""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from salesopt_kit.locale import _, sentences
from salesopt_kit.records import RuleUpdate, load_records, needed
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables


@dataclass(frozen=True, slots=True)
class RuleUpdates(Result):
    """What has to be brought up to date: overdue first, then what is due, then what is done."""

    updates: tuple[RuleUpdate, ...]
    as_of: date

    @property
    def overdue(self) -> tuple[RuleUpdate, ...]:
        """What should have been done by now."""
        return tuple(one for one in self.updates if _place(one, self.as_of) == 0)

    def sentence(self) -> str:
        """Say how many are done, and which are overdue."""
        done = sum(one.done_on is not None for one in self.updates)
        message = _("{done} of {n} rules and documents say what the new process is.")
        said = [message.format(done=done, n=len(self.updates))]
        if self.overdue:
            names = _(", ").join(one.document for one in self.overdue)
            said.append(_("Overdue: {names}.").format(names=names))
        return sentences(*said)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the share that is done and the number that is overdue; counts of all, so without an interval."""
        n = len(self.updates)
        done = sum(one.done_on is not None for one in self.updates)
        return (
            Estimate("rollout.rule_updates.done", _("Rules updated"), done / n, "fraction", n),
            Estimate("rollout.rule_updates.overdue", _("Rules overdue"), len(self.overdue), "rules", n),
        )

    def table(self) -> pd.DataFrame:
        """Return one row per rule or document."""
        return pd.DataFrame(
            {
                _("Record"): one.id,
                _("Document or rule"): one.document,
                _("Kind"): one.kind.label,
                _("What changes"): one.change or "–",
                _("Responsible person"): one.owner or _("nobody yet"),
                _("Due"): str(one.due or "–"),
                _("State"): self._state(one),
                _("About"): _(", ").join(one.about) or "–",
            }
            for one in sorted(self.updates, key=lambda one: (_place(one, self.as_of), one.due or date.max))
        )

    def _state(self, update: RuleUpdate) -> str:
        if update.done_on:
            return _("done on {day}").format(day=update.done_on)
        return _("overdue") if _place(update, self.as_of) == 0 else _("to do")


@explains_missing
def rule_updates(tables: Tables) -> Result:
    """Return what of records/rule_updates.yml is done, due and overdue; without one, MissingDataError with a record."""
    records = load_records(tables.engagement)
    needed(records, "rule_updates")
    return RuleUpdates(records.rule_updates, tables.as_of)


def _place(update: RuleUpdate, as_of: date) -> int:
    """Return 0 for overdue, 1 for to do, 2 for done."""
    if update.done_on:
        return 2
    return 0 if update.due and update.due < as_of else 1
