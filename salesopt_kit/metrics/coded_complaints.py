"""Complaints coded: one row per complaint and topic, each with its stage and where that is known from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from salesopt_kit.metrics.deals import chosen
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.metrics.sequence import runs, stage_at
from salesopt_kit.tables.store import Tables
from salesopt_kit.text.topics import Match, Topics, matches

NO_TOPIC = "none"
"""Stands in a figure's group for complaints that no topic of the dictionary fits."""
NO_STAGE = "none"


@dataclass(frozen=True, slots=True)
class Coded:
    """A complaint under one of its topics; `stage_from` is "complaint", "deal", "topic" or "" where nothing tells."""

    complaint_id: str
    received_on: date
    text: str
    topic: str
    found_by: str
    stage: str
    stage_from: str
    words: str


def coded_complaints(tables: Tables, topics: Topics, window: tuple[date, date], selection: Selection) -> list[Coded]:
    """Return the complaints received in `window`, oldest first, once for each of their topics, else under NO_TOPIC.

    The stage is the complaint's own, else the one its deal was in when it came, else the topic's default.
    """
    frame = tables.to_frame(_with_deal_stage(tables, _rows(tables, window, selection)))
    frame = frame.sort_values(["received_on", "complaint_id", "source_file", "source_row"])
    texts = ["" if pd.isna(text) else str(text) for text in frame["text"]]
    found = matches(texts, topics.topics, topics.threshold)
    defaults = {topic.id: topic.stage_in(tables.engagement.config.stages) for topic in topics.topics}
    return [
        coded
        for row, text, hits in zip(frame.to_dict("records"), texts, found, strict=True)
        for coded in _coded({str(key): value for key, value in row.items()}, text, hits, defaults)
    ]


def _coded(row: dict[str, object], text: str, hits: tuple[Match, ...], defaults: dict[str, str]) -> Iterator[Coded]:
    known = [(row["stage"], "complaint"), (row["deal_stage"], "deal")]
    named: list[tuple[str, str, str]] = [(hit.topic, hit.by, hit.words) for hit in hits]
    for topic, found_by, words in named or [(NO_TOPIC, "", "")]:
        ways = [*known, (defaults.get(topic) or None, "topic")]
        stage, source = next(((str(stage), way) for stage, way in ways if not pd.isna(stage)), (NO_STAGE, ""))  # type: ignore[call-overload]
        day = pd.Timestamp(row["received_on"]).date()  # type: ignore[arg-type]
        yield Coded(str(row["complaint_id"]), day, text, topic, found_by, stage, source, words)


def _rows(tables: Tables, window: tuple[date, date], selection: Selection) -> ir.Table:
    rows = tables.table("complaints")
    rows = rows.filter(rows.received_on.between(*window) & (rows.received_on <= tables.as_of))
    return chosen(tables, rows, selection)


def _with_deal_stage(tables: Tables, rows: ir.Table) -> ir.Table:
    """Return the rows with the stage that the deal of each was in when it came; a bare date stands for its evening."""
    if "stage_events" not in tables or "complaints.opportunity_id" not in tables:
        return rows.mutate(deal_stage=ibis.null("string"))
    at = rows.received_at
    if "complaints.received_at" in tables.day_grain:
        at = at + ibis.interval(seconds=86_399)
    stays = runs(tables).select("entered_at", "next_at", "place", deal="opportunity_id")
    rows = rows.mutate(at=at)
    meets = [
        rows.opportunity_id == stays.deal,
        stays.entered_at <= rows.at,
        stays.next_at.isnull() | (stays.next_at > rows.at),
    ]
    joined = rows.left_join(stays, meets)
    return joined.mutate(deal_stage=stage_at(tables, joined.place)).drop("deal", "entered_at", "next_at", "place", "at")
