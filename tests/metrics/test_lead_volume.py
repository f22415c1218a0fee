"""Oracles: facts.json of the lead funnel, and a count in pandas."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.lead_volume import LeadVolume, lead_volume, lead_volume_by
from salesopt_kit.metrics.months import month_of
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]


def leads_of(*days: str, **columns: object) -> pd.DataFrame:
    frame = pd.DataFrame({"lead_id": [f"L{n}" for n in range(len(days))], "created_at": pd.to_datetime(days)})
    return frame.assign(**columns)


def test_olist_has_the_published_leads_of_every_month_and_source(olist: Tables, shared: Path) -> None:
    text = (shared / "data" / "olist_funnel" / "facts.json").read_text(encoding="utf-8")
    funnel = json.loads(text)["funnel"]
    answer = lead_volume(olist)
    assert answer.total.value == funnel["mql_rows"] == 8000
    counts = {month_of(month.group): month.value for month in answer.per_month}
    assert counts == {name: month["mql"] for name, month in funnel["by_contact_month"].items()}
    assert answer.mean.value == pytest.approx(sum(n for name, n in counts.items() if n and name > "2017-06") / 11)
    assert answer.sentence().startswith(
        "8,000 leads were created from 2016-11-15 to 2018-11-14. A full month brought 727 "
    )
    by_source = {name: group.total.value for name, group in lead_volume_by(olist, "source").results}
    assert by_source == {name or "(blank)": group["mql"] for name, group in funnel["origin"].items()}


def test_a_quiet_month_inside_the_data_is_zero_and_months_outside_are_left_out(engaged: Open) -> None:
    leads = leads_of("2024-02-02", "2024-02-29", "2024-04-01", "2024-04-28")
    answer = lead_volume(engaged(as_of=date(2024, 6, 30), leads=leads))
    assert [(month.label, month.value) for month in answer.per_month] == [
        ("2024-02", 2),
        ("2024-03", 0),
        ("2024-04", 2),
    ]
    assert answer.mean.value == pytest.approx(4 / 3)
    assert [caveat.split(";")[0] for caveat in answer.caveats()] == [
        "The leads begin on 2024-02-02",
        "The leads end on 2024-04-28",
    ]


def test_a_partial_month_is_marked_and_no_part_of_the_mean(engaged: Open) -> None:
    leads = leads_of(*["2024-05-02"] * 30, *["2024-06-02"] * 3)
    answer = lead_volume(engaged(as_of=date(2024, 6, 10), leads=leads))
    assert [month.label for month in answer.per_month] == ["2024-05", "2024-06 (partial)"]
    assert (answer.mean.value, answer.mean.low) == (30.0, None)
    assert answer.sentence().endswith("The one full month had 30.")


def test_leads_after_as_of_and_outside_the_selection_do_not_count(engaged: Open) -> None:
    leads = leads_of("2024-05-02", "2024-05-03", "2024-07-01", team=["East", "West", "East"])
    tables = engaged(as_of=date(2024, 6, 30), leads=leads)
    assert lead_volume(tables, Selection(dimension="team", names=("East",))).total.value == 1
    assert lead_volume(tables, Selection((date(2024, 5, 3), date(2024, 12, 31)))).total.value == 1


def test_the_team_of_a_lead_is_that_of_its_owner(engaged: Open) -> None:
    people = pd.DataFrame({"person": ["Ann"], "team": ["East"]})
    leads = leads_of("2024-05-02", "2024-05-03", owner=["Ann", "Bob"])
    found = dict(lead_volume_by(engaged(as_of=date(2024, 6, 30), leads=leads, people=people), "team").results)
    assert {name: answer.total.value for name, answer in found.items()} == {"East": 1, "(blank)": 1}


def test_the_segment_of_a_lead_is_that_of_its_account(engaged: Open) -> None:
    accounts = pd.DataFrame({"account": ["Acme"], "segment": ["retail"]})
    leads = leads_of("2024-05-02", "2024-05-03", account=["Acme", "Acme"])
    found = lead_volume_by(engaged(as_of=date(2024, 6, 30), leads=leads, accounts=accounts), "segment")
    assert found.table().iloc[0].tolist()[:2] == ["retail", "2"]


def test_by_month_is_one_count_per_month(engaged: Open) -> None:
    tables = engaged(as_of=date(2024, 6, 30), leads=leads_of("2024-05-02", "2024-05-03", "2024-06-29"))
    found = lead_volume_by(tables, "month")
    assert found.table().to_numpy().tolist() == [["2024-05", "2", "2"], ["2024-06", "1", "1"]]
    assert all(isinstance(answer, LeadVolume) and answer.mean.value is None for _name, answer in found.results)


def test_no_leads_in_the_export_is_no_mean(engaged: Open) -> None:
    answer = lead_volume(engaged(as_of=date(2024, 6, 30), leads=leads_of("2024-08-01")))
    assert (answer.total.value, answer.mean.value, answer.per_month) == (0, None, ())
    assert "no monthly mean" in answer.sentence()


def test_opportunities_do_not_stand_in_for_leads(engaged: Open) -> None:
    deals = pd.DataFrame({"opportunity_id": ["D1"], "stage": ["won"]})
    with pytest.raises(MissingDataError, match=r"(?s)opportunities are what became of some leads.*sources\.leads"):
        lead_volume(engaged(as_of=date(2024, 6, 30), opportunities=deals))
