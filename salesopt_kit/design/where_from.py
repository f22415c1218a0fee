"""C2: where each measure comes from and what it leads to, record by record, as a table that can be read aloud."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.records import load_records, needed
from salesopt_kit.records.chain import Branch, Chain, trace
from salesopt_kit.records.kinds import kind_of
from salesopt_kit.records.load import reading_store
from salesopt_kit.records.wording import in_words
from salesopt_kit.results import Answers, Result, explains_missing
from salesopt_kit.tables.store import Tables

UPWARDS = ("triggers", "observations", "feedback", "pilot_notes", "pain_points", "why_chains", "whys", "root_causes")
"""The kinds above a measure, from the reason to start down to the root cause."""


@dataclass(frozen=True, slots=True)
class MeasureTrace(Result):
    """The chain of one measure."""

    chain: Chain

    def sentence(self) -> str:
        """Name the measure, and how many records it rests on and leads to."""
        above, below = len(set(_ids(self.chain.above))), len(set(_ids(self.chain.below)))
        message = _("{id} {measure}: rests on {above} records, leads to {below}; links missing: {gaps}.")
        words = in_words(self.chain.records[self.chain.id])
        return message.format(id=self.chain.id, measure=words, above=above, below=below, gaps=len(self.chain.gaps))

    def caveats(self) -> tuple[str, ...]:
        """Return what is missing on the way."""
        message = _("{record}: {said}. {remedy}")
        return tuple(message.format(record=gap.record, said=gap.said, remedy=gap.remedy) for gap in self.chain.gaps)

    def table(self) -> pd.DataFrame:
        """Return one row per record, from the reason to start to what the measure aims at."""
        return pd.DataFrame(self._rows())

    def _rows(self) -> Iterator[dict[str, str]]:
        above = sorted(dict.fromkeys(_ids(self.chain.above)), key=self._place)
        own = dict.fromkeys(branch.id for branch in self.chain.below if not branch.is_aside)
        aside = dict.fromkeys(branch.id for branch in self.chain.below if branch.is_aside)
        groups = (
            (_("rests on"), above),
            (_("the measure"), [self.chain.id]),
            (_("leads to"), list(own)),
            (_("stands beside it"), [*(one for one in aside if one not in own), *self.chain.about]),
        )
        for place, ids in groups:
            for id_ in (one for one in ids if in_words(self.chain.records[one])):
                yield {
                    _("Place in the chain"): place,
                    _("Kind"): kind_of(id_).label,
                    _("Record"): id_,
                    _("What it says"): in_words(self.chain.records[id_])
                    + (_(" (unsupported)") if id_ in self.chain.bare else ""),
                }

    def _place(self, id_: str) -> tuple[int, list[str]]:
        """Order records by their kind and number; a sponsor or risk that stands above comes last."""
        key = kind_of(id_).key
        place = UPWARDS.index(key) if key in UPWARDS else len(UPWARDS)
        if key == "whys":  # each chain with its own whys
            return UPWARDS.index("why_chains"), [id_.partition(".")[0], id_.partition(".")[2].zfill(3)]
        return place, [id_, ""] if key == "why_chains" else [id_.partition("-")[2].zfill(6)]


@explains_missing
def where_measures_come_from(tables: Tables) -> Answers:
    """Return the chain of every measure, each to be unfolded; MissingData without measures."""
    records = load_records(tables.engagement)
    needed(records, "measures")
    pilot = tables.engagement.config.pilot
    with reading_store(tables.engagement) as store:
        chains = [trace(store, one.id, pilot_began=pilot.period[0] if pilot else None) for one in records.measures]
    whole = sum(not chain.gaps for chain in chains)
    said = _("{whole} of {n} measures can be traced from a reason to start to a target without a gap.")
    return Answers(said.format(whole=whole, n=len(chains)), tuple(MeasureTrace(chain) for chain in chains))


def _ids(branches: tuple[Branch, ...]) -> list[str]:
    return [branch.id for branch in branches]
