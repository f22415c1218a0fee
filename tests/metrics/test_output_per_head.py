"""Oracles: facts.json beside the CRM export, and months that can be worked out by hand."""

import json
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.output_per_head import OutputPerHead, output_per_head, output_per_head_by
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.tables.store import Tables

TODAY = date(2024, 6, 30)
Open = Callable[..., Tables]


def won_deals(*rows: tuple[str, str | None, float | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["closed_at", "owner", "amount"])
    return frame.assign(
        opportunity_id=[f"D{n}" for n in range(len(frame))],
        created_at=pd.Timestamp("2024-01-01"),
        closed_at=pd.to_datetime(frame["closed_at"]),
        stage="won",
    )


DEALS = won_deals(
    ("2024-04-02", "Ann", 100.0), ("2024-04-30", "Bob", 300.0), ("2024-05-15", "Ann", 50.0), ("2024-06-28", "Cas", 70.0)
)


def values(answer: OutputPerHead) -> list[float | None]:
    return [month.value for month in answer.per_month]


def heads(answer: OutputPerHead) -> list[float | None]:
    return [month.value for month in answer.heads]


def test_heads_are_the_employed_by_their_share_of_the_month(engaged: Open) -> None:
    people = pd.DataFrame(
        {
            "person": ["Ann", "Bob", "Cas"],
            "hired_at": ["2020-01-01", None, "2024-06-16"],
            "left_at": [None, "2024-05-31", None],
        }
    )
    answer = output_per_head(engaged(as_of=TODAY, opportunities=DEALS, people=people))
    assert heads(answer) == [2.0, 2.0, 1.5]
    assert values(answer) == [200.0, 25.0, pytest.approx(70 / 1.5)]
    assert answer.mean.value == pytest.approx((200 + 25 + 70 / 1.5) / 3)
    assert answer.caveats()[0].startswith("Heads are people employed")
    assert answer.sentence().startswith("A head won $91 a month on average over 3 full months ($0 to ")
    assert answer.table().iloc[2].tolist() == ["2024-06", "$47 ($7 to $331)", "1.5", "1"]
    assert '$47<br><span class="range">$7 to $331</span>' in answer._repr_html_()
    april = answer.per_month[0]
    factor = math.exp(1.959964 * math.sqrt(100**2 + 300**2) / 400)
    assert (april.low, april.high) == pytest.approx((200 / factor, 200 * factor), rel=1e-6)


def test_without_dates_heads_are_the_people_listed_and_the_idle_are_counted(engaged: Open) -> None:
    people = pd.DataFrame({"person": ["Ann", "Bob", "Cas", "Dee"]})
    answer = output_per_head(engaged(as_of=TODAY, opportunities=DEALS, people=people))
    assert heads(answer) == [4, 4, 4]
    assert "1 of the 4 people counted own no deal in the export." in answer.caveats()


def test_people_of_departments_that_own_no_deal_do_not_count(engaged: Open) -> None:
    people = pd.DataFrame({"person": ["Ann", "Bob", "Dee", "Lex"], "department": ["Sales", "Sales", "Sales", "Legal"]})
    assert heads(output_per_head(engaged(as_of=TODAY, opportunities=DEALS, people=people))) == [3, 3, 3]


def test_without_people_heads_are_the_owners_of_deals_that_were_open_or_closed(engaged: Open) -> None:
    answer = output_per_head(engaged(as_of=TODAY, opportunities=DEALS))
    assert heads(answer) == [3, 2, 1]  # all three opened in January; Bob closed in April, Ann in May
    assert answer.caveats()[0].startswith("Heads are the owners")
    with pytest.raises(MissingDataError, match="no heads"):
        output_per_head(engaged(as_of=TODAY, opportunities=DEALS.drop(columns="owner")))


def test_maven_has_the_published_value_over_its_35_people_and_30_owners(maven: Tables, shared: Path) -> None:
    text = (shared / "data" / "maven_crm" / "facts.json").read_text(encoding="utf-8")
    published = json.loads(text)["sales_pipeline.csv"]
    answer = output_per_head(maven)
    assert sum(value or 0.0 for value in values(answer)) * 35 == pytest.approx(10_005_534)
    assert answer.won.value == 4238
    assert "5 of the 35 people counted own no deal in the export." in answer.caveats()
    for name, group in output_per_head_by(maven, "team").results:
        assert isinstance(group, OutputPerHead)
        total = sum(
            (month.value or 0.0) * (n.value or 0.0) for month, n in zip(group.per_month, group.heads, strict=True)
        )
        assert total == pytest.approx(published["by_regional_office"][name]["won_value"])
    owners = dict(output_per_head_by(maven, "owner").results)
    assert owners["Carl Lin"].estimates()[0].value == 0.0
    assert sum(value or 0.0 for value in values(owners["Anna Snelling"])) == pytest.approx(275_056)  # type: ignore[arg-type]


def test_products_share_the_heads_so_that_they_add_up(maven: Tables) -> None:
    parts = output_per_head_by(maven, "product")
    assert sum(group.estimates()[0].value or 0.0 for _name, group in parts.results) == pytest.approx(
        output_per_head(maven).mean.value
    )


def test_by_month_is_the_same_series(maven: Tables) -> None:
    series = output_per_head_by(maven, "month")
    assert [group.per_month[0].value for _name, group in series.results] == values(output_per_head(maven))
    assert series.table().shape == (10, 3)


def test_won_deals_of_people_who_are_not_listed_are_in_no_group_and_counted(engaged: Open) -> None:
    people = pd.DataFrame({"person": ["Ann", "Bob"], "team": ["East", "West"]})
    tables = engaged(as_of=TODAY, opportunities=DEALS, people=people)
    answer = output_per_head_by(tables, "owner")
    assert {name for name, _group in answer.results} == {"Ann", "Bob"}
    assert "Won deals whose owner is not listed, in no group: 1." in answer.caveats()
    east = output_per_head(tables, Selection(dimension="team", names=("East",)))
    assert (values(east), heads(east)) == ([100.0, 50.0, 0.0], [1, 1, 1])


def test_won_deals_without_an_amount_are_counted_as_nothing_and_no_amounts_at_all_are_missing(engaged: Open) -> None:
    deals = won_deals(("2024-06-03", "Ann", 100.0), ("2024-06-28", "Ann", None))
    answer = output_per_head(engaged(as_of=TODAY, opportunities=deals))
    assert values(answer) == [100.0]
    assert "Won deals without an amount, counted as nothing: 1." in answer.caveats()
    assert answer.sentence() == "In the one full month a head won $100."
    with pytest.raises(MissingDataError, match="no column `amount`"):
        output_per_head(engaged(as_of=TODAY, opportunities=deals.drop(columns="amount")))


def test_nothing_closed_is_no_mean(engaged: Open) -> None:
    deals = won_deals(("2024-06-03", "Ann", 100.0)).assign(stage="talks")
    answer = output_per_head(engaged(as_of=TODAY, opportunities=deals))
    assert (answer.mean.value, answer.per_month) == (None, ())
    assert "no mean output per head" in answer.sentence()
