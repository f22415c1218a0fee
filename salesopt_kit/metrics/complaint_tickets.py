"""The complaints of a topic, one a line, as a page folds them out."""

import html
from collections.abc import Mapping, Sequence

from salesopt_kit.locale import _
from salesopt_kit.metrics.coded_complaints import Coded

MOST_TICKETS, LONGEST_TEXT = 50, 300


def tickets_html(topic: str, tickets: Sequence[Coded], stage_names: Mapping[str, str]) -> str:
    """Return the tickets of a topic as a fold-out under its name and their number, everything in them escaped."""
    lines = [
        f"{ticket.complaint_id} · {ticket.received_on} · {_stage_words(ticket, stage_names)} · "
        f"{_shortened(ticket.text)}{_found(ticket)}"
        for ticket in tickets[:MOST_TICKETS]
    ]
    if (more := len(tickets) - MOST_TICKETS) > 0:
        lines.append(_("and {n:,} more").format(n=more))
    items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    summary = html.escape(_("{topic} ({n:,})").format(topic=topic, n=len(tickets)))
    return f"<details><summary>{summary}</summary><ul>{items}</ul></details>"


def _stage_words(ticket: Coded, stage_names: Mapping[str, str]) -> str:
    ways = {"deal": _("stage of the deal then"), "topic": _("usual stage of the topic")}
    name = stage_names[ticket.stage]
    return f"{name} [{ways[ticket.stage_from]}]" if ticket.stage_from in ways else name


def _found(ticket: Coded) -> str:
    """Return the words by which the topic was found; "≈" before a term that they are only like."""
    sign = "≈ " if ticket.found_by == "similar" else ""
    return f" · [{sign}{_shortened(ticket.words)}]" if ticket.words else ""


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TEXT else line[:LONGEST_TEXT] + "…"
