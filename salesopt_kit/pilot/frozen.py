"""X1: the plan that was signed before day one, and everything that was changed after it was."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import pandas as pd

from salesopt_kit.engagement import Engagement
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.metrics.core_figures import metric_unit
from salesopt_kit.numbers import difference_unit, shown
from salesopt_kit.pilot.plan_content import fields_said, plan_of
from salesopt_kit.pilot.setting import setting
from salesopt_kit.records import load_records
from salesopt_kit.records.changes import Saved
from salesopt_kit.records.load import reading_store
from salesopt_kit.records.pilot_plan import PilotPlan
from salesopt_kit.records.rows import Target
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables


@dataclass(frozen=True, slots=True)
class FrozenPlan(Result):
    """The plan that counts (`plan`, the first that was signed), all its versions, and what was changed after it."""

    card: ClassVar[str] = "signed_plan"

    plan: PilotPlan
    versions: tuple[PilotPlan, ...]
    changes: tuple[str, ...]
    """Plain sentences for every verdict: signed late, altered in the store, signed anew, or not as engagement.yml."""
    currency: str

    @property
    def is_late(self) -> bool:
        """Whether the plan was signed when the pilot had begun, or its data could be looked at."""
        return self.plan.is_late

    @property
    def is_intact(self) -> bool:
        """Whether every version says what was signed."""
        return all(version.is_intact for version in self.versions)

    def sentence(self) -> str:
        """Say who froze the plan when, and how much was changed since."""
        message = _("Signed by {who} on {day}, {when}; {n} changes since. Hash {hash}…")
        when = _("after the pilot had begun") if self.is_late else _("before the first day")
        return message.format(
            who=self.plan.signed_by,
            day=self.plan.signed_on,
            when=when,
            n=len(self.changes) - self.is_late,
            hash=self.plan.sha256[:12],
        )

    def methods(self) -> Iterable[str]:
        """Return how the predicted power was found."""
        return ("power",)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the power that the plan predicts and the smallest effect it can detect."""
        plan, window = self.plan, self.plan.period
        unit = metric_unit(plan.primary, self.currency)
        return (
            Estimate(
                "pilot.plan.predicted_power", _("Predicted power"), plan.predicted_power, "fraction", 0, window=window
            ),
            Estimate(
                "pilot.plan.smallest_effect",
                _("Smallest detectable effect"),
                plan.smallest_effect,
                difference_unit(unit),
                0,
                window=window,
            ),
        )

    def table(self) -> pd.DataFrame:
        """Return one row per field that is fixed."""
        rows = list(fields_said(self.plan, self.currency).values())
        rows += [(one.label, shown(one.value, one.unit)) for one in self.estimates()]
        if self.plan.chosen_by:
            rows.append((_("How the units were chosen"), self.plan.chosen_by))
        rows.append((_("Decision rule"), self.plan.decision_rule))
        rows.append((_("Hash (SHA-256)"), self.plan.sha256))
        return pd.DataFrame({_("What is fixed"): name, _("As signed"): value} for name, value in rows)

    def caveats(self) -> tuple[str, ...]:
        """Return what was changed after the plan was signed."""
        return self.changes


def frozen_plan(place: Engagement | Tables) -> FrozenPlan | None:
    """Return the plan of the pilot as it was signed first, and what was changed since; None where none was signed.

    With Tables, controls that engagement.yml leaves to the kit are compared too.
    """
    engagement = place if isinstance(place, Engagement) else place.engagement
    if not load_records(engagement).pilot_plans:
        return None
    with reading_store(engagement) as store:
        found = sorted(store.all(PilotPlan, deleted=True), key=lambda one: one.record.version)
        targets = {one.record.key: one.record for one in store.all(Target)}
    kept = tuple(one.record for one in found if not one.deleted)
    changes = (
        *_signed_late(kept[0]),
        *_altered(found),
        *_signed_anew(kept, engagement.config.currency),
        *_not_as_signed(kept[-1], place, engagement, targets),
    )
    return FrozenPlan(kept[0], kept, changes, engagement.config.currency)


@explains_missing
def signed_plan(tables: Tables) -> Result:
    """Return the frozen plan for a page; MissingDataError where none was signed."""
    found = frozen_plan(tables)
    if found is None:
        raise MissingDataError(
            _("no plan of the pilot is signed"),
            remedy=_("Freeze it before the first day: `salesopt plan DIR --sign NAME`."),
        )
    return found


def _signed_late(plan: PilotPlan) -> Iterator[str]:
    if plan.is_late:
        message = _("The plan was signed late: on {day}, with data until {data}, though the pilot began on {began}.")
        yield message.format(day=plan.signed_on, data=plan.data_until or plan.signed_on, began=plan.period[0])


def _altered(found: Sequence[Saved[PilotPlan]]) -> Iterator[str]:
    """Say what was done to the stored plans: a hash that does not fit, a change after signing, a deletion."""
    for one in found:
        id_, day, who = one.record.id, one.changed_at[:10], one.changed_by
        if one.deleted:
            yield _("{id} was deleted on {day} by {who}.").format(id=id_, day=day, who=who)
        elif not one.record.is_intact:
            message = _("{id} is not what was signed: its content does not fit its hash (last change {day}, {who}).")
            yield message.format(id=id_, day=day, who=who)
        elif one.version > 1:
            yield _("{id} was rewritten with a new hash on {day} by {who}.").format(id=id_, day=day, who=who)


def _signed_anew(versions: Sequence[PilotPlan], currency: str) -> Iterator[str]:
    for before, after in pairwise(versions):
        message = _("Version {n}, signed by {who} on {day} ({reason}): {what}.")
        if after.is_late:
            message = _("Version {n}, signed by {who} on {day}, after the pilot began ({reason}): {what}.")
        what = _("; ").join(_differences(before, after, currency)) or _("nothing that is compared")
        reason = after.reason or _("no reason given")
        yield message.format(n=after.version, who=after.signed_by, day=after.signed_on, reason=reason, what=what)


def _not_as_signed(
    signed: PilotPlan, place: Engagement | Tables, engagement: Engagement, targets: dict[str, Target]
) -> Iterator[str]:
    """Say what engagement.yml says otherwise today, without a signature."""
    try:
        proposed = setting(place).controls if isinstance(place, Tables) else signed.controls
        today = plan_of(engagement.config, proposed)
    except MissingDataError as missing:
        yield _("engagement.yml no longer holds the pilot that was signed: {what}.").format(what=missing.what)
        return
    days = {key: target.changed_on for key, target in targets.items()}
    for difference, key in zip(
        _differences(signed, today, engagement.config.currency), _changed_keys(signed, today), strict=True
    ):
        day = days.get(key.removeprefix("targets."))
        when = _("changed on {day}").format(day=day) if day and key.startswith("targets.") else _("day not recorded")
        yield _("Not as signed, in engagement.yml ({when}): {what}.").format(what=difference, when=when)


def _changed_keys(before: PilotPlan, after: PilotPlan) -> list[str]:
    first, second = fields_said(before, ""), fields_said(after, "")
    return [key for key in {**first, **second} if first.get(key) != second.get(key)]


def _differences(before: PilotPlan, after: PilotPlan, currency: str) -> list[str]:
    first, second = fields_said(before, currency), fields_said(after, currency)
    none = _("nothing")
    message = _("{name}: {before} → {after}")
    return [
        message.format(
            name=(first.get(key) or second[key])[0],
            before=first[key][1] if key in first else none,
            after=second[key][1] if key in second else none,
        )
        for key in _changed_keys(before, after)
    ]
