"""R1: is everybody trained?"""

from dataclasses import dataclass

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.numbers import shown
from salesopt_kit.records import Training, load_records, needed
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import Verdict


@dataclass(frozen=True, slots=True)
class Coverage(Result):
    """Trained people of each unit against all of them; the target is everybody."""

    trainings: tuple[Training, ...]

    @property
    def share(self) -> float:
        """The share of all people that was trained."""
        return sum(t.trained for t in self.trainings) / sum(t.people for t in self.trainings)

    def sentence(self) -> str:
        """Say the coverage against 100 %."""
        message = _("{share} of {people} people are trained; the target of 100% is {verdict}.")
        verdict = Verdict.MET if self.share >= 1 else Verdict.NOT_MET
        people = sum(training.people for training in self.trainings)
        return message.format(share=shown(self.share, "fraction"), people=people, verdict=verdict.label)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the coverage of all and of each unit; a count of everybody, so without an interval."""
        label = _("Training coverage")
        people = sum(training.people for training in self.trainings)
        return (
            Estimate("rollout.training_coverage", label, self.share, "fraction", people),
            *(
                Estimate(
                    "rollout.training_coverage",
                    label,
                    t.trained / t.people,
                    "fraction",
                    t.people,
                    group=f"unit={t.unit}",
                )
                for t in self.trainings
            ),
        )

    def table(self) -> pd.DataFrame:
        """Return one row per unit."""
        return pd.DataFrame(
            {
                _("Unit"): training.unit,
                _("Trained"): f"{training.trained} / {training.people}",
                _("Training coverage"): shown(training.trained / training.people, "fraction"),
                _("Held on"): str(training.held_on or _("not held yet")),
            }
            for training in self.trainings
        )


@explains_missing
def training(tables: Tables) -> Result:
    """Return training coverage from records/trainings.yml; without one, MissingDataError with a record to copy."""
    records = load_records(tables.engagement)
    needed(records, "trainings")
    return Coverage(records.trainings)
