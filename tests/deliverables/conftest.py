"""A small engagement with one record of each template, and what reads the made files independently of the kit."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from salesopt_kit.engagement import Engagement, open_engagement
from salesopt_kit.records import open_store
from salesopt_kit.records.rows import Evaluation, Measure, PainPoint
from salesopt_kit.terms import IssueType, Level

ENGAGEMENT = """\
client: Acme & Söhne
slug: acme
locale: {locale}
currency: EUR
as_of: 2024-06-30
stages:
  - {{id: lead, name: 线索获取, owner: Marketing}}
  - {{id: contract, name: Contract, owner: Legal}}
  - {{id: won, name: Won, kind: won}}
sources:
  opportunities: {{file: exports/deals.csv}}
targets:
  cycle_days: {{at_most: 35}}
  lead_conversion: {{at_least: 0.15}}
pilot:
  treated: [A]
  baseline: [2024-01-01, 2024-02-29]
  period: [2024-03-01, 2024-04-30]
"""
Opener = Callable[..., Engagement]


@pytest.fixture
def acme(tmp_path: Path) -> Opener:
    """Return a function that writes the engagement anew with some records and opens it."""

    def write(*records: object, locale: str = "en", more: str = "") -> Engagement:
        folder = tmp_path / "acme"
        folder.mkdir(exist_ok=True)
        for old in folder.glob("records.sqlite*"):
            old.unlink()
        (folder / "engagement.yml").write_text(ENGAGEMENT.format(locale=locale) + more, encoding="utf-8")
        engagement = open_engagement(folder)
        with open_store(engagement, who="Kim") as store:
            for record in records:
                store.add(record)  # type: ignore[type-var]  # every record is one
        return engagement

    return write


@pytest.fixture
def filled(acme: Opener) -> Engagement:
    """Return the engagement with a record on each of the three sheets."""
    return acme(
        PainPoint(
            stage="contract", type=IssueType.EFFICIENCY, problem="慢\nslow", days_per_deal=3, priority=Level.HIGH
        ),
        Measure(measure="Tiered approval", department="Sales", owner="Ann", due=date(2024, 3, 15)),
        Evaluation(
            metric="cycle_days",
            label="Cycle per deal",
            unit="days",
            before=45,
            after=32,
            before_period=(date(2024, 1, 1), date(2024, 2, 29)),
            after_period=(date(2024, 3, 1), date(2024, 4, 30)),
            target={"at_most": 35},
        ),
    )
