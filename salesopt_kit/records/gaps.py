"""The chain of evidence, link by link: what is missing in it, said with the record it is missing at."""

from collections.abc import Iterator, Sequence

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.records import rows
from salesopt_kit.records.gaps_of_pilot import pilot_plans, pilot_verdicts
from salesopt_kit.records.gaps_of_roll_out import rule_updates, watch
from salesopt_kit.records.matrix_rule import needs_root_cause, priority_of
from salesopt_kit.records.missing_link import MissingLink
from salesopt_kit.records.models import Measure, Records
from salesopt_kit.results import Table
from salesopt_kit.terms import NodeChangeKind, VoiceGroup


def missing_links(records: Records) -> tuple[MissingLink, ...]:
    """Return every gap in the chain from pain point to control chart."""
    return missing_in_analysis(records) + missing_in_plan(records) + missing_in_roll_out(records)


def missing_in_analysis(records: Records) -> tuple[MissingLink, ...]:
    """Return the gaps between evidence, pain point, whys and root cause (P1 to P3)."""
    return (*_triggers(records), *_pain_points(records), *_whys(records), *_loose(records))


def missing_in_plan(records: Records) -> tuple[MissingLink, ...]:
    """Return the gaps between root cause, measure, risk and sponsor (S3, C1, C2, C4)."""
    return (
        *_measures(records),
        *_unanswered(records),
        *_authority(records),
        *_targets(records),
        *_front_line(records),
        *_risks(records),
        *_sponsors(records),
        *_node_changes(records),
        *_decision_rights(records),
        *_sops(records),
        *pilot_plans(records),
    )


def missing_in_roll_out(records: Records) -> tuple[MissingLink, ...]:
    """Return the gaps between pilot, verdict, control chart, alarm and rule (X3, R1, R2)."""
    return (*pilot_verdicts(records), *watch(records), *rule_updates(records))


def gaps_table(links: Sequence[MissingLink]) -> Table:
    """Return the gaps as a page shows them, one row each."""
    said = _("{n} links of the chain are missing.") if links else _("No link of the chain is missing.")
    cells = pd.DataFrame(
        {_("Record"): link.record, _("What is missing"): link.said, _("What to do"): link.remedy} for link in links
    )
    return Table(said.format(n=len(links)), cells)


def _triggers(records: Records) -> Iterator[MissingLink]:
    met = {trigger for point in records.pain_points for trigger in point.triggers}
    for trigger in records.triggers:
        if trigger.id not in met:
            yield MissingLink(
                "trigger_without_pain_point",
                trigger.id,
                _("reason to start that no pain point explains"),
                _("Name it under `triggers` of the pain point that causes it."),
            )


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


def _loose(records: Records) -> Iterator[MissingLink]:
    said = {
        rows.WhyChain: ("why_chain_without_pain_point", _("5 Whys that begin at no pain point")),
        rows.Why: ("why_without_question", _("why that answers nothing")),
        rows.RootCause: ("root_cause_without_whys", _("root cause that no 5 Whys lead to")),
    }
    for record in records.loose:
        rule, words = said[type(record)]
        yield MissingLink(rule, record.id, words, _("Link it to what it belongs to, or delete it."))


def _measures(records: Records) -> Iterator[MissingLink]:
    for measure in records.measures:
        if not measure.root_cause:
            yield MissingLink(
                "measure_without_root_cause",
                measure.id,
                _("measure that answers no root cause"),
                _("Name the root cause that it removes, or drop it."),
            )
        if records.targets and not measure.targets:
            yield MissingLink(
                "measure_without_target",
                measure.id,
                _("measure that works for no target"),
                _("Name the target under `targets`."),
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


def _authority(records: Records) -> Iterator[MissingLink]:
    """C1: whoever may decide more than before needs it in writing, from the day on which the measure starts."""
    signed = {sponsor.id: sponsor.signed_on for sponsor in records.sponsors}
    for measure in records.measures:
        days = [day for id_ in measure.backed_by if (day := signed.get(id_))]
        if measure.moves_authority and not any(measure.start is None or day <= measure.start for day in days):
            yield MissingLink(
                "authority_without_signature",
                measure.id,
                _("authority moved without the signature of a sponsor before it starts"),
                _("Have it signed first; name the sponsor under `backed_by` of the measure."),
            )


def _targets(records: Records) -> Iterator[MissingLink]:
    aimed = {key for measure in records.measures for key in measure.targets}
    for target in records.targets:
        day = max((day for day in (target.fixed_on, target.changed_on) if day), default=None)
        if records.pilot_began and day and day >= records.pilot_began:
            yield MissingLink(
                "target_set_after_pilot",
                target.id,
                _("target {key} set on {day}, after its pilot began on {began}").format(
                    key=target.key, day=day, began=records.pilot_began
                ),
                _("Judge the pilot by the target that was fixed before it, and say so."),
            )
        if records.measures and target.key not in aimed:
            yield MissingLink(
                "target_without_measure",
                target.id,
                _("target {key} that no measure works for").format(key=target.key),
                _("Name it under `targets` of a measure."),
            )


def _front_line(records: Records) -> Iterator[MissingLink]:
    """C3: somebody of the front line is heard; an interview that nobody has assigned to a group may be one."""
    seen = {observation.reference: observation for observation in records.observations}
    cited = {name for point in records.pain_points for name in point.evidence}
    cited |= {name for chain in records.why_chains for why in chain.whys for name in why.evidence}
    heard = [seen[name] for name in cited if name in seen]
    is_heard = any(
        one.group is VoiceGroup.FRONT_LINE or (one.group is None and one.source == "interview") for one in heard
    ) or any(feedback.group is VoiceGroup.FRONT_LINE for feedback in records.feedback)
    if records.measures and not is_heard:
        yield MissingLink(
            "plan_without_front_line",
            "ME",
            _("plan without evidence from the front line"),
            _("Interview front-line sales, and cite what they say where it supports a pain point or a why."),
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


def _node_changes(records: Records) -> Iterator[MissingLink]:
    for change in records.node_changes:
        if not change.measure:
            yield MissingLink(
                "node_change_without_measure",
                change.id,
                _("change of a node that no measure makes"),
                _("Name the measure under `measure`, or drop the change."),
            )


def _decision_rights(records: Records) -> Iterator[MissingLink]:
    """S1: authority that moves is written down by amount, and every row that changes has its measure."""
    settled = {right.measure for right in records.decision_rights}
    for measure in records.measures:
        if measure.moves_authority and measure.id not in settled:
            yield MissingLink(
                "authority_without_decision_right",
                measure.id,
                _("authority moved without a row of decision rights"),
                _("Write in decision_rights.yml who approves which amounts today and then."),
            )
    for right in records.decision_rights:
        before, after = (right.today, right.pre_review_today), (right.new, right.pre_review_new)
        if before != after and not right.measure:
            yield MissingLink(
                "decision_right_without_measure",
                right.id,
                _("change of decision rights that no measure makes"),
                _("Name the measure under `measure`."),
            )
        if not right.new:
            yield MissingLink(
                "decision_right_without_approver",
                right.id,
                _("amounts that nobody approves in the new process"),
                _("Name the approvers under `new`."),
            )


def _sops(records: Records) -> Iterator[MissingLink]:
    """S2: whoever works at a node that changes needs its new procedure in writing."""
    written = {sop.stage for sop in records.sops}
    gone = (NodeChangeKind.REMOVED, NodeChangeKind.MERGED)
    for change in records.node_changes:
        if change.change not in gone and change.stage not in written:
            written.add(change.stage)
            yield MissingLink(
                "node_change_without_sop",
                change.id,
                _("changed node without a standard operating procedure: {stage}").format(stage=change.stage),
                _("Complete the draft of workbook 3 in records/sops.yml."),
            )
