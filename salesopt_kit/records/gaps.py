"""The chain of evidence, link by link: what is missing in it, said with the record it is missing at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.records.matrix_rule import needs_root_cause, priority_of
from salesopt_kit.records.models import Measure, Records
from salesopt_kit.results import Table


@dataclass(frozen=True, slots=True)
class MissingLink:
    """One gap in the chain: the rule that found it, the record it is at, what is missing and what to do."""

    rule: str
    record: str
    said: str
    remedy: str


def missing_links(records: Records) -> tuple[MissingLink, ...]:
    """Return every gap in the chain from pain point to sponsor."""
    return missing_in_analysis(records) + missing_in_plan(records)


def missing_in_analysis(records: Records) -> tuple[MissingLink, ...]:
    """Return the gaps between evidence, pain point, whys and root cause (P1 to P3)."""
    return (*_pain_points(records), *_whys(records))


def missing_in_plan(records: Records) -> tuple[MissingLink, ...]:
    """Return the gaps between root cause, measure, risk and sponsor (S3, C1, C2, C4)."""
    return (*_measures(records), *_unanswered(records), *_risks(records), *_sponsors(records))


def gaps_table(links: Sequence[MissingLink]) -> Table:
    """Return the gaps as a page shows them, one row each."""
    said = _("{n} links of the chain are missing.") if links else _("No link of the chain is missing.")
    cells = pd.DataFrame(
        {_("Record"): link.record, _("What is missing"): link.said, _("What to do"): link.remedy} for link in links
    )
    return Table(said.format(n=len(links)), cells)


def _pain_points(records: Records) -> Iterator[MissingLink]:
    for point in records.pain_points:
        if not point.evidence:
            yield MissingLink(
                "pain_point_without_evidence",
                point.id,
                _("pain point without evidence"),
                _("Cite a metric, a complaint or an interview under `evidence`."),
            )
        if priority_of(point) is None:
            yield MissingLink(
                "pain_point_not_rated",
                point.id,
                _("pain point without a rating of impact and frequency"),
                _("Rate `impact` and `frequency` as high, medium or low."),
            )
        if needs_root_cause(point) and not any(chain.root_cause for chain in records.chains_of(point)):
            yield MissingLink(
                "pain_point_without_root_cause",
                point.id,
                _("urgent or important pain point without a root cause"),
                _("Ask why until the root cause is found, and mark it in why_chains.yml."),
            )


def _whys(records: Records) -> Iterator[MissingLink]:
    for chain in records.why_chains:
        for number, why in enumerate(chain.whys, 1):
            if not why.evidence:
                yield MissingLink(
                    "why_without_evidence",
                    chain.id,
                    _("why {number} without evidence: {text}").format(number=number, text=why.text),
                    _("Support it, or keep in mind that it is an opinion."),
                )
        if chain.root_cause and not chain.root_cause.marked_by:
            yield MissingLink(
                "root_cause_not_marked",
                chain.root_cause.id,
                _("root cause that nobody has marked"),
                _("Name under `marked_by` who judged it to be the root cause."),
            )


def _measures(records: Records) -> Iterator[MissingLink]:
    for measure in records.measures:
        if not measure.root_cause:
            yield MissingLink(
                "measure_without_root_cause",
                measure.id,
                _("measure that answers no root cause"),
                _("Name the root cause that it removes, or drop it."),
            )
        if absent := _absent(measure):
            yield MissingLink(
                "measure_incomplete",
                measure.id,
                _("measure without {what}").format(what=_(", ").join(absent)),
                _("Complete it in measures.yml."),
            )


def _absent(measure: Measure) -> list[str]:
    asked = {_("owner"): measure.owner, _("due date"): measure.due, _("acceptance criterion"): measure.acceptance}
    return [name for name, given in asked.items() if not given]


def _unanswered(records: Records) -> Iterator[MissingLink]:
    answered = {measure.root_cause for measure in records.measures}
    for cause in records.root_causes.values():
        if cause.id not in answered:
            yield MissingLink(
                "root_cause_without_measure",
                cause.id,
                _("root cause that no measure answers"),
                _("Add a measure in measures.yml."),
            )


def _risks(records: Records) -> Iterator[MissingLink]:
    for risk in records.risks:
        if not risk.contingency:
            yield MissingLink(
                "risk_without_contingency",
                risk.id,
                _("risk without a contingency"),
                _("Say under `contingency` what is done if it comes."),
            )


def _sponsors(records: Records) -> Iterator[MissingLink]:
    remedy = _("Have the support put in writing, and enter the day as `signed_on` in sponsors.yml.")
    if records.measures and not records.sponsors:
        yield MissingLink("sponsor_not_signed", "SP", _("no sponsor"), remedy)
    for sponsor in records.sponsors:
        if sponsor.signed_on is None:
            yield MissingLink("sponsor_not_signed", sponsor.id, _("sponsor who has not signed"), remedy)
