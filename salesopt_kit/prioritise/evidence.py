"""What stands behind the pain points and the whys, looked up in the data, and what is missing."""

from dataclasses import dataclass

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.metrics.evidence import Cited, Standing, look_up
from salesopt_kit.records import MissingLink, PainPoint, Records, load_records, needed
from salesopt_kit.records.gaps import gaps_table, missing_in_analysis
from salesopt_kit.results import Estimate, Result, Table, explains_missing
from salesopt_kit.tables.store import Tables


@dataclass(frozen=True, slots=True)
class PainPointEvidence(Result):
    """Each pain point with what it cites, looked up."""

    rows: tuple[tuple[PainPoint, tuple[Cited, ...]], ...]

    def sentence(self) -> str:
        """Say how many pain points rest on the client's own data."""
        message = _(
            "{n} of {all} pain points rest on a figure, a complaint or an interview that was found in the data."
        )
        found = sum(any(cited.standing is Standing.FOUND for cited in evidence) for _point, evidence in self.rows)
        return message.format(n=found, all=len(self.rows))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the figures that are cited."""
        return figures({cited.reference: cited for _point, evidence in self.rows for cited in evidence})

    def table(self) -> pd.DataFrame:
        """Return one row per pain point and piece of evidence."""
        return pd.DataFrame(
            {
                _("Record"): point.id,
                _("Problem in detail"): point.problem,
                _("Evidence"): cited.said if cited else _("none"),
                _("Looked up"): standing_label(cited.standing) if cited else "–",
            }
            for point, evidence in self.rows
            for cited in evidence or (None,)
        )


@explains_missing
def evidence(tables: Tables) -> PainPointEvidence:
    """Return what each pain point rests on."""
    records = load_records(tables.engagement)
    needed(records, "pain_points")
    found = look_up(tables, (name for point in records.pain_points for name in point.evidence))
    rows = ((point, tuple(found[name] for name in point.evidence)) for point in records.pain_points)
    return PainPointEvidence(tuple(rows))


@explains_missing
def missing_links(tables: Tables) -> Table:
    """Return what is missing between evidence, pain point, whys and root cause, citations of nothing among it."""
    records = load_records(tables.engagement)
    needed(records, "pain_points")
    return gaps_table((*missing_in_analysis(records), *_citing_nothing(tables, records)))


def standing_label(standing: Standing) -> str:
    """Return a standing in the reader's words."""
    labels = {
        Standing.FOUND: _("found"),
        Standing.UNKNOWN: _("not there"),
        Standing.NO_DATA: _("no data to look it up in"),
        Standing.STATED: _("stated by a person"),
    }
    return labels[standing]


def figures(found: dict[str, Cited]) -> tuple[Estimate, ...]:
    """Return the figures among what is cited."""
    return tuple(cited.estimate for cited in found.values() if cited.estimate)


def references(records: Records) -> dict[str, list[str]]:
    """Return all references by the id of the record that cites them."""
    cited = {point.id: list(point.evidence) for point in records.pain_points}
    for chain in records.why_chains:
        cited[chain.id] = [name for why in chain.whys for name in why.evidence]
    return cited


def _citing_nothing(tables: Tables, records: Records) -> list[MissingLink]:
    cited = references(records)
    found = look_up(tables, (name for names in cited.values() for name in names))
    return [
        MissingLink("evidence_not_there", record, found[name].said, _("Correct the reference."))
        for record, names in cited.items()
        for name in names
        if found[name].standing is Standing.UNKNOWN
    ]
