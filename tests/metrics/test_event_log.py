"""Oracles: facts.json of two public event logs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from salesopt_kit.metrics.event_log import event_log
from salesopt_kit.tables.store import Tables

Facts = Callable[[str, str], dict[str, Any]]


@pytest.mark.parametrize(
    ("log", "file", "path"),
    [("purchasing", "PurchasingExample.csv", "purchasing_example"), ("helpdesk", "Helpdesk.xes.gz", "helpdesk_log")],
)
def test_the_counts_and_the_span_are_the_known_ones(
    request: pytest.FixtureRequest, facts: Facts, log: str, file: str, path: str
) -> None:
    answer, known = event_log(request.getfixturevalue(log)), facts(path, file)
    assert [estimate.value for estimate in answer.estimates()] == [
        known["cases"],
        known["events"],
        known["activities"],
    ]
    assert answer.span[0].isoformat() == known["first_ts"][:10]


def test_the_sentence_says_the_counts(purchasing: Tables) -> None:
    said = "9,119 events of 608 cases in 21 stages, from 2011-01-01 to 2011-10-14."
    assert event_log(purchasing).sentence() == said


def test_the_future_is_not_known_yet(purchasing: Tables) -> None:
    past = replace(purchasing, as_of=date(2011, 1, 1))
    assert event_log(past).events.value < 100
    assert event_log(past).span == (date(2011, 1, 1), date(2011, 1, 1))
