"""X1: the plan of a pilot as it was signed, under a hash of its content; a later change is a record of its own."""

import hashlib
import json
from datetime import date
from typing import Literal

from pydantic import Field

from salesopt_kit.engagement import Bound, Guardrail, Text
from salesopt_kit.records.rows import Note, Record

Days = tuple[date, date]


class PilotPlan(Record):
    """X1: what was fixed before the pilot's first day, who signed it and when.

    `sha256` is the hash of everything else, so that a figure that is altered later is found out.
    """

    id: str = Field(default="", pattern=r"^(PL-[0-9]+)?$")
    version: int = Field(default=1, ge=1, description="1 is the plan that counts; a later one names its reason.")
    reason: Note = Field(default="", description="Why the plan was changed after it was signed.")
    signed_by: Text
    signed_on: date
    data_until: date | None = Field(default=None, description="The newest day of the data that could be looked at.")
    unit: Literal["team", "segment", "person"] = "team"
    treated: tuple[Text, ...]
    controls: tuple[Text, ...] = ()
    chosen_by: Note = Field(default="", description="How the units were chosen, such as by lot from which list.")
    baseline: Days
    period: Days
    burn_in_days: int = Field(default=0, ge=0)
    follow_up_days: int = Field(default=0, ge=0)
    horizon: int = Field(default=0, ge=0, description="Days over which every deal and lead is followed and compared.")
    looks: tuple[date, ...] = Field(default=(), description="The days on which the effect is looked at.")
    primary: Note = Field(default="", description="The one target whose evidence decides.")
    targets: dict[str, Bound] = Field(default_factory=dict)
    guardrails: dict[str, Guardrail] = Field(default_factory=dict)
    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    decision_rule: Note = ""
    predicted_power: float | None = Field(default=None, ge=0, le=1, description="Of the effect that the target needs.")
    smallest_effect: float | None = Field(
        default=None, description="Smallest change of the primary figure that is found in four of five pilots."
    )
    sha256: Note = ""

    @property
    def is_intact(self) -> bool:
        """Whether the content is what was signed."""
        return self.sha256 == digest(self)

    @property
    def is_late(self) -> bool:
        """Whether it was signed when the pilot had begun, or when data of the pilot could be looked at."""
        days = [self.signed_on, self.data_until or self.signed_on]
        return max(days) >= self.period[0]


def digest(plan: PilotPlan) -> str:
    """Return the SHA-256 of all that a plan says, as JSON with sorted keys; what is left at its default is left out.

    So a field that a later version of the kit adds does not change the hash of a plan that was signed before.
    """
    content = plan.model_dump(mode="json", exclude={"id", "sha256"}, exclude_defaults=True)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def sealed(plan: PilotPlan) -> PilotPlan:
    """Return the plan with the hash of its content."""
    return plan.model_copy(update={"sha256": digest(plan)})
