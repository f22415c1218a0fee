"""X1: freezes the plan in the records before day one; a change after that is a new version with its reason."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from salesopt_kit.errors import InputError, MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.pilot.candidates import Candidates, candidates
from salesopt_kit.pilot.plan_content import plan_of
from salesopt_kit.pilot.power import Power, power
from salesopt_kit.pilot.setting import setting
from salesopt_kit.records.changes import Saved
from salesopt_kit.records.pilot_plan import PilotPlan, sealed
from salesopt_kit.records.rows import Evaluation, Target
from salesopt_kit.records.store import Store
from salesopt_kit.tables.store import Tables

UNCOMPARED = {"id", "version", "reason", "signed_by", "signed_on", "data_until", "sha256", "chosen_by"}
COMPUTED = {"predicted_power", "smallest_effect", "decision_rule"}


@dataclass(frozen=True, slots=True)
class Signed:
    """What signing did: the plan in the store, and whether it is new (else the same plan had been signed before)."""

    saved: Saved[PilotPlan]
    is_new: bool


def plan_to_sign(
    tables: Tables, name: str, *, on: date | None = None, reason: str = "", chosen_by: str = ""
) -> PilotPlan:
    """Return today's plan of the pilot, signed by `name` (today, or `on`) and sealed, without an id yet.

    `chosen_by` says how the units were chosen; left empty, the lot of `candidates` is named where it chose them.
    Power and smallest detectable effect come from the client's history before the pilot; they stay empty where it is
    too short. MissingDataError without a pilot or targets.
    """
    config = tables.engagement.config
    if not config.targets:
        raise MissingDataError(
            _("no targets are set"), remedy=_("Write them in engagement.yml under `targets`, before the pilot begins.")
        )
    plan = plan_of(config, setting(tables).controls)
    signed = {
        "signed_by": name.strip(),
        "signed_on": on or datetime.now(UTC).date(),
        "data_until": tables.as_of,
        "reason": reason.strip(),
        "chosen_by": chosen_by.strip() or _lot(tables, plan.treated),
    }
    return sealed(PilotPlan.model_validate(plan.model_dump() | signed | _predicted(tables)))


def sign_plan(
    tables: Tables, store: Store, name: str, *, on: date | None = None, reason: str = "", chosen_by: str = ""
) -> Signed:
    """Freeze the plan in `store`, linked to its targets and evaluations, all of it or nothing.

    A plan that says what the newest one says already is not signed twice. InputError where it differs and no `reason`
    is given. A plan that comes after the first day is kept, and is marked as late by its dates.
    """
    plan = plan_to_sign(tables, name, on=on, reason=reason, chosen_by=chosen_by)
    with store.together():
        there = sorted(store.all(PilotPlan, deleted=True), key=lambda one: one.record.version)
        newest = next((one for one in reversed(there) if not one.deleted), None)
        if newest is not None and _fixed(newest.record) == _fixed(plan):
            return Signed(newest, is_new=False)
        if there and not plan.reason:
            raise InputError(
                "--reason",
                "",
                expected=_("why the plan is changed after it was signed"),
                remedy=_("Give a reason; the first plan stays, and every verdict shows both."),
            )
        version = there[-1].record.version + 1 if there else 1
        saved = store.add(sealed(plan.model_copy(update={"version": version})))
        _link(store, saved.record)
    return Signed(saved, is_new=True)


def _link(store: Store, plan: PilotPlan) -> None:
    for target in store.all(Target):
        if target.record.key in plan.targets:
            store.link(target.record.id, plan.id, "fixed_in")
    for evaluation in store.all(Evaluation):
        if evaluation.record.metric in plan.targets:
            store.link(plan.id, evaluation.record.id, "planned")


def _fixed(plan: PilotPlan) -> dict[str, object]:
    return plan.model_dump(exclude=UNCOMPARED | COMPUTED)


def _lot(tables: Tables, treated: tuple[str, ...]) -> str:
    """Return the lot that chose the units, "" where they were chosen otherwise."""
    answer = candidates(tables)
    if not isinstance(answer, Candidates) or answer.drawn.units != tuple(sorted(treated)):
        return ""
    message = _("by lot from a shortlist of {n}, seed {seed}")
    return message.format(n=len(answer.shortlist), seed=answer.seed)


def _predicted(tables: Tables) -> dict[str, float | None]:
    answer = power(tables)
    if not isinstance(answer, Power):
        return {}
    return {"predicted_power": round(answer.planned.power, 4), "smallest_effect": round(answer.planned.detectable, 6)}
