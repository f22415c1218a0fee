"""A record in one line of plain words."""

from collections.abc import Callable
from typing import Any

from salesopt_kit.locale import _
from salesopt_kit.numbers import shown
from salesopt_kit.records import rows
from salesopt_kit.records.kinds import BY_MODEL
from salesopt_kit.records.matrix_rule import priority
from salesopt_kit.records.pilot_plan import PilotPlan


def said(record: rows.Record) -> str:
    """Return id, kind and what the record says, its figures with their interval."""
    kind = BY_MODEL[type(record)]
    words = in_words(record)
    said_of_it = _("{kind}: {words}").format(kind=kind.label, words=words) if words else kind.label
    return f"{record.id}  {said_of_it}"


def in_words(record: rows.Record) -> str:
    """Return what the record says, without its id and kind; "" for nothing."""
    return " ".join(WORDS.get(BY_MODEL[type(record)].key, _text)(record).split())


def alike(text: str) -> str:
    """Return a text without case, spaces and punctuation: two that are alike then say the same."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _observation(record: rows.Observation) -> str:
    words = record.text or record.reference
    if record.value is not None:
        words += f" {shown(record.value, record.unit)}"
        if record.low is not None and record.high is not None:
            low, high = shown(record.low, record.unit), shown(record.high, record.unit)
            words += _(" ({low} to {high})").format(low=low, high=high)
        words += f", n={record.n:,}" if record.n is not None else ""
    return words + _bracketed(record.group and record.group.label, record.reference if record.text else "")


def _trigger(record: rows.Trigger) -> str:
    texts = {
        "T1": _("output per head below the industry"),
        "T2": _("cycle longer than in the industry"),
        "T3": _("conversion below target and a cumbersome process"),
        "T4": _("hand-offs that break"),
        "T5": _("new hires who ramp slowly"),
    }
    return (record.text or texts[record.id]) + _bracketed(record.met_on)


def _pain_point(record: rows.PainPoint) -> str:
    rated = record.impact and record.frequency
    return record.problem + _bracketed(rated and priority(record.impact, record.frequency).label)  # type: ignore[arg-type]


def _target(record: rows.Target) -> str:
    bound = f"≤ {record.at_most:g}" if record.at_most is not None else f"≥ {record.at_least or 0:g}"
    return f"{record.key} {bound}" + _bracketed(record.fixed_on and _("fixed on {day}").format(day=record.fixed_on))


def _sponsor(record: rows.Sponsor) -> str:
    signed = _("signed on {day}").format(day=record.signed_on) if record.signed_on else _("not signed yet")
    return record.name + _bracketed(record.role, record.scope, signed)


def _risk(record: rows.Risk) -> str:
    return record.risk + _bracketed(record.contingency or _("no contingency"))


def _decision_right(record: rows.DecisionRight) -> str:
    below = f"{record.amount_below:,g}" if record.amount_below is not None else "∞"
    amounts = f"[{record.amount_from:,g}, {below})"
    approvers = f"{_chain(record.today)} → {_chain(record.new)}"
    return f"{record.stage} {amounts} {approvers}" + _bracketed(record.segment)


def _pilot_plan(record: PilotPlan) -> str:
    first, last = record.period
    message = _("{treated}, {first} to {last}")
    said = message.format(treated=_(", ").join(record.treated), first=first, last=last)
    version = _("version {n}").format(n=record.version) if record.version > 1 else ""
    signed = _("signed on {day}").format(day=record.signed_on)
    late = _("signed late") if record.is_late else ""
    return said + _bracketed(record.signed_by, signed, version, late)


def _chain(names: tuple[str, ...]) -> str:
    return " + ".join(names) or _("no approver")


def _text(record: Any) -> str:  # noqa: ANN401 -- whatever has a text
    return str(getattr(record, "text", ""))


WORDS: dict[str, Callable[[Any], str]] = {
    "observations": _observation,
    "triggers": _trigger,
    "pain_points": _pain_point,
    "root_causes": lambda record: record.text + _bracketed(record.marked_by, record.marked_on),
    "measures": lambda record: record.measure + _bracketed(record.owner, record.due),
    "node_changes": lambda record: f"{record.stage} {record.change.label}" + _bracketed(record.text),
    "decision_rights": _decision_right,
    "sops": lambda record: record.stage + _bracketed(record.purpose),
    "targets": _target,
    "responsibilities": lambda record: record.task + _bracketed(record.person, record.decides),
    "risks": _risk,
    "sponsors": _sponsor,
    "meetings": lambda record: f"{record.held_on or record.planned_on or ''} {record.notes}",
    "decisions": lambda record: record.text + _bracketed(record.decided_by, record.decided_on),
    "feedback": lambda record: record.text + _bracketed(record.unit, record.given_on),
    "pilot_notes": lambda record: record.text + _bracketed(record.unit, record.noted_on),
    "daily_entries": lambda record: f"{record.day} {record.unit} {record.metric} {record.value:g}",
    "evaluations": lambda record: (
        f"{record.label} {record.before:g} → {record.after:g}"
        + (f" ({record.verdict.label})" if record.verdict else "")
    ),
    "predictions": lambda record: (
        f"{record.label} {record.now:g} → {record.expected:g}" + _bracketed(record.predicted_on)
    ),
    "pilot_plans": _pilot_plan,
    "trainings": lambda record: f"{record.unit} {record.trained}/{record.people}",
    "rule_updates": lambda record: record.document + _bracketed(record.owner, record.done_on or record.due),
    "charts": lambda record: f"{record.metric} {record.chart} {record.center:.4g}" + _bracketed(record.frozen_on),
    "alarms": lambda record: (
        f"{record.metric} {record.week} {record.rule}" + _bracketed(record.cause or _("still open"), record.closed_on)
    ),
    "reviews": lambda record: record.quarter + _bracketed(record.held_on),
    "waves": lambda record: record.unit + _bracketed(record.starts_on),
}
"""How each kind is put into words; the others by their text alone."""


def _bracketed(*parts: object) -> str:
    given = [str(part) for part in parts if part]
    return f" [{_(', ').join(given)}]" if given else ""
