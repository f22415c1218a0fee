"""R1: who is trained? Everybody who works today against the trainings that were held, new hires included."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.numbers import shown
from salesopt_kit.records import Training, load_records, needed
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables

State = Literal["trained", "again", "new", "unknown", "untrained"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works today, and whether the new process was taught to them.

    "again": took part and has to come again. "new": hired after the whole team was trained. "unknown": some of the
    team were trained, and no names were kept.
    """

    name: str
    team: str
    state: State


@dataclass(frozen=True, slots=True)
class TrainedPeople(Result):
    """Everybody of the teams that have a training record, in the order of the records."""

    people: tuple[Person, ...]
    as_of: date

    def sentence(self) -> str:
        """Say how many are trained, and how many of the others are new."""
        n, trained = len(self.people), self._n("trained")
        message = _("{trained} of the {n} people who work today are trained ({share}); the target is everybody.")
        said = message.format(trained=trained, n=n, share=shown(trained / n, "fraction"))
        return said + (
            _(" {new} of the others were hired after their team's training.").format(new=self._n("new"))
            if self._n("new")
            else ""
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the share that is trained, of all and of each team; a count of everybody, so without an interval."""
        label, id_ = _("Trained people"), "rollout.trained_people"
        found = [Estimate(id_, label, self._n("trained") / len(self.people), "fraction", len(self.people))]
        for team, people in self._teams():
            share = sum(person.state == "trained" for person in people) / len(people)
            found.append(Estimate(id_, label, share, "fraction", len(people), group=f"team={team}"))
        return tuple(found)

    def table(self) -> pd.DataFrame:
        """Return one row per team, with the names of those who are not trained yet."""
        return pd.DataFrame(
            {
                _("Unit"): team,
                _("Trained"): f"{sum(one.state == 'trained' for one in people)} / {len(people)}",
                _("Not trained yet"): _names(people, "untrained"),
                _("New since the training"): _names(people, "new"),
                _("Has to come again"): _names(people, "again"),
                _("What to do"): _step(people),
            }
            for team, people in self._teams()
        )

    def caveats(self) -> tuple[str, ...]:
        """Return what was taken for granted."""
        message = _(
            "Who works on {day} stands in the people table. Where a whole team was trained and no names were kept, "
            "everybody of it who was hired by that day counts as trained."
        )
        return (message.format(day=self.as_of),)

    def _n(self, state: State) -> int:
        return sum(person.state == state for person in self.people)

    def _teams(self) -> list[tuple[str, list[Person]]]:
        teams = dict.fromkeys(person.team for person in self.people)
        return [(team, [person for person in self.people if person.team == team]) for team in teams]


@explains_missing
def trained_people(tables: Tables) -> Result:
    """Return who of the teams in records/trainings.yml is trained, from the people table at `as_of`.

    MissingDataError without trainings, without a people table with teams, or where no name of a team is the same in
    both.
    """
    trainings = load_records(tables.engagement).trainings
    needed(load_records(tables.engagement), "trainings")
    staff = _staff(tables)
    people = [
        Person(name, team, _state(name, team, hired, trainings, tables.as_of))
        for unit in dict.fromkeys(one.unit for one in trainings)
        for name, team, hired in staff
        if team == unit
    ]
    if not people:
        raise MissingDataError(
            _("nobody of the trained units in the people table"),
            remedy=_("Write the units in records/trainings.yml as the people table names its teams."),
        )
    return TrainedPeople(tuple(people), tables.as_of)


def _staff(tables: Tables) -> list[tuple[str, str, date | None]]:
    """Return name, team and day of hiring of everybody who works at `as_of`."""
    if not {"people.person", "people.team"} <= tables.supplied:
        raise MissingDataError(
            _("no people table with teams"), remedy=_("Map sources.people.columns.person and .team in engagement.yml.")
        )
    rows = tables.table("people")
    found = tables.to_frame(rows.select("person", "team", "hired_on", "left_on").drop_null(["person", "team"]))
    hired, left = pd.to_datetime(found["hired_on"]), pd.to_datetime(found["left_on"])
    today = pd.Timestamp(tables.as_of)
    found = found.assign(hired=hired)[(hired.isna() | (hired <= today)) & (left.isna() | (left > today))]
    found = found.drop_duplicates("person").sort_values(["team", "person"])
    return [
        (str(name), str(team), None if pd.isna(day) else day.date())
        for name, team, day in zip(found["person"], found["team"], found["hired"], strict=True)
    ]


def _state(name: str, team: str, hired: date | None, trainings: Sequence[Training], as_of: date) -> State:
    """Return how far somebody is; the trainings of the own team count, and any that names the person."""
    held = [one for one in trainings if one.held_on and one.held_on <= as_of and one.trained]
    named = [one for one in held if name in one.persons]
    if any(name not in one.not_passed for one in named):
        return "trained"
    if named or any(name in one.not_passed for one in held):
        return "again"
    of_team = [one for one in held if one.unit == team]
    whole = [one.held_on for one in of_team if one.trained >= one.people and not one.persons and one.held_on]
    if whole:
        return "new" if hired and hired > max(whole) else "trained"
    days = [one.held_on for one in of_team if one.held_on]
    if days and hired and hired > max(days):
        return "new"
    return "unknown" if any(not one.persons for one in of_team) else "untrained"


def _names(people: Sequence[Person], state: State) -> str:
    return _(", ").join(person.name for person in people if person.state == state) or "–"


def _step(people: Sequence[Person]) -> str:
    states = {person.state for person in people}
    if states == {"trained"}:
        return _("Nothing; everybody is trained.")
    if "unknown" in states:
        return _("Enter under `persons` who took part.")
    if states == {"untrained"}:
        return _("Set a day for the training of the team.")
    return _("Train those who are named.")
