"""Interviews: what each group says, by stage and pain point."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.coded_complaints import NO_STAGE, NO_TOPIC
from salesopt_kit.metrics.once import once
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import VoiceGroup
from salesopt_kit.text.segment import normalised
from salesopt_kit.text.topics import Topics, group_of, matches, read_topics

LONGEST_QUOTE = 120
SIGNED = 0.5
"""Share of the statements that must name their person for people to be counted."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its row in the sheet, group, stage, pain points, and whether a person coded each of the two.

    `person` is who said it, empty where the sheet does not tell.
    """

    row: int
    who: str
    person: str
    group: VoiceGroup
    stage: str
    is_stage_given: bool
    topics: tuple[str, ...]
    is_topic_given: bool
    text: str


@dataclass(frozen=True, slots=True)
class Interviews(Result):
    """All statements in the order of the sheet; interviews have no window."""

    card: ClassVar[str] = "interviews"

    statements: tuple[Statement, ...]
    stage_names: dict[str, str]
    """The stages that were spoken of, in the order of the process."""
    topic_names: dict[str, str]
    people: int | None
    """How many made them; None where the sheet does not tell of half of them, and statements are counted instead."""

    def sentence(self) -> str:
        """Say how many statements of which groups there are, and which stage they name most."""
        listed = _(", ").join(f"{group.label} {n}" for group, n in self._groups(self.statements).items())
        message = _("{n} statements ({groups}).").format(n=len(self.statements), groups=listed)
        if self.people is not None:
            message = _("{n} statements of {people} people ({groups}).").format(
                n=len(self.statements), people=self.people, groups=listed
            )
        stages = sorted({one.stage for one in self.statements} - {NO_STAGE})
        if not stages:
            return message
        stage = max(stages, key=lambda stage: (self._count(self._at(stage)), stage))
        most = _("{stage} is named most: {n} statements of {groups} groups.")
        if self.people is not None:
            most = _("{stage} is named most: by {n} of {people} people, of {groups} groups.")
        return sentences(
            message,
            most.format(
                stage=self.stage_names[stage],
                n=self._count(self._at(stage)),
                people=self.people,
                groups=len({one.group for one in self._at(stage)}),
            ),
        )

    def _at(self, stage: str) -> list[Statement]:
        return [one for one in self.statements if one.stage == stage]

    def _count(self, statements: Iterable[Statement]) -> int:
        """Return how many people made the statements, or how many statements they are where that is not told."""
        statements = list(statements)
        return len(people_of(statements)) if self.people is not None else len(statements)

    def _groups(self, statements: Iterable[Statement]) -> dict[VoiceGroup, int]:
        """Return the count of each group that made any of the statements."""
        statements = list(statements)
        there = [group for group in VoiceGroup if any(one.group is group for one in statements)]
        return {group: self._count(one for one in statements if one.group is group) for group in there}

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the number of statements in all, by group, by stage and by pain point, and that of people."""
        total = len(self.statements)

        def counted(key: str, label: str, n: int, group: str) -> Estimate:
            method = _("count; people are chosen for interviews, not drawn, so there is no interval")
            return Estimate(f"interviews.{key}", label, n, "statements", total, method=method, group=group)

        of = _("Statements: {part}")
        groups = Counter(one.group for one in self.statements)
        stages = Counter(one.stage for one in self.statements)
        topics = Counter(topic for one in self.statements for topic in one.topics)
        return (
            counted("count", _("Statements"), total, ""),
            *(
                counted("group_count", of.format(part=one.label), groups[one], f"group={one}")
                for one in VoiceGroup
                if groups[one]
            ),
            *(
                counted("stage_count", of.format(part=name), stages[id_], f"stage={id_}")
                for id_, name in self.stage_names.items()
            ),
            *(
                counted("topic_count", of.format(part=name), topics[id_], f"topic={id_}")
                for id_, name in self.topic_names.items()
                if topics[id_]
            ),
            *self._people_estimates(),
        )

    def _people_estimates(self) -> tuple[Estimate, ...]:
        """Return the number of people in all, by group, by stage and by pain point; none where it is not told."""
        if self.people is None:
            return ()
        method = _("each person once; people are chosen for interviews, not drawn, so there is no interval")
        of = _("People: {part}")
        parts = [
            *(
                ("group", group, group.label, [one for one in self.statements if one.group is group])
                for group in VoiceGroup
            ),
            *(("stage", id_, name, self._at(id_)) for id_, name in self.stage_names.items()),
            *(
                ("topic", id_, name, [one for one in self.statements if id_ in one.topics])
                for id_, name in self.topic_names.items()
            ),
        ]
        whole = Estimate("interviews.people", _("People"), self.people, "people", self.people, method=method)
        return (
            whole,
            *(
                Estimate(
                    *(f"interviews.{key}_people", of.format(part=label), len(people_of(said)), "people", self.people),
                    method=method,
                    group=f"{key}={id_}",
                )
                for key, id_, label, said in parts
                if said
            ),
        )

    def caveats(self) -> tuple[str, ...]:
        """Return what was coded by the kit, and that statements are no sample."""
        total = len(self.statements)
        proposed = sum(not one.is_topic_given and one.topics != (NO_TOPIC,) for one in self.statements)
        untold = sum(one.topics == (NO_TOPIC,) for one in self.statements)
        staged = sum(not one.is_stage_given and one.stage != NO_STAGE for one in self.statements)
        message = _(
            "Of {n} statements the pain point of {proposed} and the stage of {staged} are proposed by the words in "
            "topics.yml (marked *), and {untold} have no pain point; code them in the sheet to decide."
        )
        said = [message.format(n=total, proposed=proposed, staged=staged, untold=untold)]
        unsigned = sum(not one.person for one in self.statements)
        if self.people is None:
            said.append(_("The sheet does not say which person made a statement, so one person may have made many."))
        elif unsigned:
            message = _("{n} statements name no person; they count as statements and not among the people.")
            said.append(message.format(n=unsigned))
        if others := sorted({one.who for one in self.statements if one.group is VoiceGroup.OTHER}):
            said.append(
                _("In none of the three groups: {names}; name them in topics.yml.").format(names=", ".join(others))
            )
        absent = [
            group.label
            for group in VoiceGroup
            if group is not VoiceGroup.OTHER and group not in {one.group for one in self.statements}
        ]
        if absent:
            said.append(_("Nobody was interviewed of: {groups}.").format(groups=_(", ").join(absent)))
        return tuple(said)

    def table(self) -> pd.DataFrame:
        """Return one row per stage: who named it by group, pain points, and a quote of each group.

        Cells count people ("3 of 5 people") where the sheet tells who spoke, else statements.
        """
        return pd.DataFrame([self._row(stage, name) for stage, name in self.stage_names.items()])

    def _row(self, stage: str, name: str) -> dict[str, str]:
        here = self._at(stage)
        spoken = {topic for one in here for topic in one.topics} - {NO_TOPIC}
        topics = {
            id_: self._count(one for one in here if id_ in one.topics) for id_ in self.topic_names if id_ in spoken
        }
        proposed = {topic for one in here if not one.is_topic_given for topic in one.topics}
        named = [
            self.topic_names[id_] + ("*" if id_ in proposed else "") + (f" ({self._shown(n)})" if n else "")
            for id_, n in sorted(topics.items(), key=lambda item: -item[1])
        ]
        quotes = [
            _("“{quote}” ({group})").format(
                quote=_quoted(next(one.text for one in here if one.group is group)), group=group.label
            )
            for group in self._groups(here)
        ]
        star = "" if all(one.is_stage_given for one in here) or stage == NO_STAGE else "*"
        return (
            {_("Stage"): name + star, _("Statements"): shown(len(here), "statements")}
            | self._who(here)
            | {_("Pain points"): _(", ").join(named) or "–", _("In their words"): sentences(*quotes)}
        )

    def _who(self, here: list[Statement]) -> dict[str, str]:
        """Return the cells of the groups, and of all people together."""
        groups, everybody = self._groups(here), self._groups(self.statements)
        columns = [group for group in VoiceGroup if group is not VoiceGroup.OTHER]
        if self.people is None:
            return {group.label: shown(groups.get(group, 0), "statements") for group in columns}
        of = _("{n} of {all} people")
        cells = {group.label: of.format(n=groups.get(group, 0), all=everybody.get(group, 0)) for group in columns}
        return cells | {_("People"): of.format(n=self._count(here), all=self.people)}

    def _shown(self, n: int) -> str:
        return shown(n, "statements") if self.people is None else _("people: {n}").format(n=n)


def people_of(statements: Iterable[Statement]) -> set[tuple[VoiceGroup, str]]:
    """Return who made the statements: group and name, as two groups may have one of the same name; the unnamed not."""
    return {(one.group, one.person) for one in statements if one.person}


@once
def interviews(tables: Tables) -> Interviews:
    """Return every statement with its group, stage and pain points; MissingDataError without interviews.

    What a person coded in the sheet counts: `stage`, and `topic`, the id or the label of a topic or words of the
    consultant's own, several parted by semicolons. The kit proposes only what is blank: pain points by the dictionary,
    the stage by the pain point's default.
    """
    rows = tables.table("interviews")
    topics = read_topics(tables.engagement.folder)
    frame = tables.to_frame(rows.filter(rows.text.strip() != "")).sort_values(["source_file", "source_row"])
    if not len(frame):
        raise MissingDataError(
            _("the table `interviews` holds no statement"),
            remedy=_("Enter one statement a row, in the words of the person."),
        )
    statements = _statements(tables, topics, frame)
    stages = tables.engagement.config.stages
    spoken = {one.stage for one in statements}
    names = {stage.id: stage.name for stage in stages if stage.id in spoken}
    names |= {id_: id_ for id_ in sorted(spoken - {*names, NO_STAGE})}
    names |= {NO_STAGE: _("(no stage)")} if NO_STAGE in spoken else {}
    labels = {topic.id: topic.name for topic in topics.topics} | {NO_TOPIC: _("(no topic)")}
    labels |= {id_: id_ for one in statements for id_ in one.topics if id_ not in labels}
    is_signed = sum(bool(one.person) for one in statements) >= SIGNED * len(statements)
    return Interviews(statements, names, labels, len(people_of(statements)) if is_signed else None)


def _statements(tables: Tables, topics: Topics, frame: pd.DataFrame) -> tuple[Statement, ...]:
    by_name = {normalised(name): topic.id for topic in topics.topics for name in (topic.id, *topic.label.values())}
    by_id = {topic.id: topic for topic in topics.topics}
    texts = [str(text) for text in frame["text"]]
    found = []
    for row, hits in zip(frame.to_dict("records"), matches(texts, topics.topics, topics.threshold), strict=True):
        given = _given(row, "topic")
        ids = _coded(given, by_name) or tuple(hit.topic for hit in hits) or (NO_TOPIC,)
        default = next((by_id[id_].stage_in(tables.engagement.config.stages) for id_ in ids if id_ in by_id), "")
        stage = _given(row, "stage")
        who = _given(row, "who_group")
        found.append(
            Statement(
                row=int(row["source_row"]),
                who=who,
                person=_given(row, "person"),
                group=group_of(who, topics.groups),
                stage=stage or default or NO_STAGE,
                is_stage_given=bool(stage),
                topics=ids,
                is_topic_given=bool(given),
                text=str(row["text"]),
            )
        )
    return tuple(found)


def _coded(given: str, by_name: Mapping[str, str]) -> tuple[str, ...]:
    """Return the topics that a person wrote, by id where the dictionary knows them; none for a blank cell."""
    written = [given] if normalised(given) in by_name else [part.strip() for part in re.split("[;；|\n]", given)]
    return tuple(dict.fromkeys(by_name.get(normalised(part), part) for part in written if part))


def _given(row: Mapping[Any, Any], column: str) -> str:
    """Return a text cell; empty for a blank one or a column that the table does not have."""
    value = row.get(column)
    return "" if value is None or pd.isna(value) else str(value).strip()


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_QUOTE else line[:LONGEST_QUOTE] + "…"
