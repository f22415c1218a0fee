"""Oracles: facts.json of the lead funnel, statsmodels' Wilson interval, and leads that can be counted by hand."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from salesopt_kit.errors import InputError, MissingDataError
from salesopt_kit.metrics.lead_conversion import LeadConversion, lead_conversion, lead_conversion_by
from salesopt_kit.metrics.lead_conversion import lead_conversion_within as within
from salesopt_kit.tables.store import Tables

TODAY = date(2024, 6, 30)
Open = Callable[..., Tables]


def leads_of(*days: str, **columns: object) -> pd.DataFrame:
    frame = pd.DataFrame({"lead_id": [f"L{n}" for n in range(len(days))], "created_at": pd.to_datetime(days)})
    return frame.assign(**columns)


def won_deals(*leads_and_days: tuple[str | None, str]) -> pd.DataFrame:
    frame = pd.DataFrame(leads_and_days, columns=["lead_id", "closed_at"])
    return frame.assign(
        opportunity_id=[f"D{n}" for n in range(len(frame))],
        closed_at=pd.to_datetime(frame["closed_at"]),
        stage="won",
    )


def test_olist_has_the_published_conversion_of_all_of_every_source_and_of_every_month(
    olist: Tables, shared: Path
) -> None:
    text = (shared / "data" / "olist_funnel" / "facts.json").read_text(encoding="utf-8")
    funnel = json.loads(text)["funnel"]
    answer = lead_conversion(olist)
    assert (answer.converted.value, answer.leads.value, answer.rate.value) == (842, 8000, 0.10525)
    for by, fact in (("source", "origin"), ("month", "by_contact_month")):
        found = dict(lead_conversion_by(olist, by).results)
        assert set(found) == {name or "(blank)" for name in funnel[fact]}
        for name, group in funnel[fact].items():
            mine = found[name or "(blank)"]
            assert isinstance(mine, LeadConversion)
            assert (mine.leads.value, mine.converted.value) == (group["mql"], group["won"])
            assert mine.rate.value == pytest.approx(group["rate"], abs=5e-5)
    assert any("dated before their creation" in caveat and caveat.endswith(": 1.") for caveat in answer.caveats())


def test_within_a_fixed_time_only_leads_that_had_it_count(engaged: Open) -> None:
    leads = leads_of("2024-01-01", "2024-01-01", "2024-05-31", "2024-06-01")
    deals = won_deals(("L0", "2024-01-31"), ("L1", "2024-02-01"), ("L3", "2024-06-02"))
    answer = within(engaged(as_of=TODAY, leads=leads, opportunities=deals), 30)
    assert (answer.converted.value, answer.leads.value) == (1, 3)
    assert answer.caveats() == ("Leads younger than 30 days, left out: 1.",)
    assert answer.rate.id == "lead_conversion.within_30"


def test_a_lead_with_two_won_deals_is_one_and_one_without_a_deal_stays_below_the_line(engaged: Open) -> None:
    leads = leads_of(*["2024-01-02"] * 8)
    deals = won_deals(("L0", "2024-02-01"), ("L0", "2024-03-01"), (None, "2024-02-01"), ("L9", "2024-02-01"))
    tables = engaged(as_of=TODAY, leads=leads, opportunities=deals)
    answer = lead_conversion(tables)
    assert answer.rate.value == 1 / 8
    assert within(tables, 30).converted.value == 1  # by the first of the two
    assert (answer.rate.low, answer.rate.high) == pytest.approx(proportion_confint(1, 8, method="wilson"))


def test_a_win_after_as_of_is_not_known_yet(engaged: Open) -> None:
    deals = won_deals(("L0", "2024-06-30"), ("L1", "2024-07-01"))
    answer = lead_conversion(engaged(as_of=TODAY, leads=leads_of("2024-06-01", "2024-06-01"), opportunities=deals))
    assert answer.converted.value == 1


def test_young_leads_are_named(engaged: Open) -> None:
    leads = leads_of(*["2024-01-01"] * 10, *["2024-06-15"] * 10)
    deals = won_deals(*((f"L{n}", "2024-03-01") for n in range(5)))
    caveats = lead_conversion(engaged(as_of=TODAY, leads=leads, opportunities=deals)).caveats()
    assert caveats[0].startswith("50.0% of the leads are younger than 60 days")
    tables = engaged(as_of=TODAY, leads=leads, opportunities=deals.assign(stage="lost"))
    assert "how ripe the leads are is unknown" in lead_conversion(tables).caveats()[0]


@pytest.mark.parametrize(
    "columns",
    [
        {"converted_at": pd.to_datetime(["2024-02-01", None, "2024-07-05"])},
        {"status": ["Converted", None, "new"]},
        {"status": ["已转化", "新", "新"]},
    ],
)
def test_without_lead_ids_the_leads_own_word_counts_under_another_name(
    engaged: Open, columns: dict[str, object]
) -> None:
    leads = leads_of("2024-01-02", "2024-01-02", "2024-01-02", **columns)
    answer = lead_conversion(engaged(as_of=TODAY, leads=leads))
    assert answer.rate.value == 1 / 3
    assert "were converted to an opportunity" in answer.sentence()
    assert "not the share won" in answer.caveats()[0]


def test_leads_that_nothing_follows_up_say_what_to_map(engaged: Open) -> None:
    tables = engaged(as_of=TODAY, leads=leads_of("2024-01-02"))
    with pytest.raises(MissingDataError, match=r"(?s)nothing says.*opportunities\.columns\.lead_id"):
        lead_conversion(tables)


def test_no_leads_in_the_window_is_no_rate(engaged: Open) -> None:
    deals = won_deals(("L0", "2024-02-01"))
    tables = engaged(as_of=TODAY, leads=leads_of("2023-01-02"), opportunities=deals)
    answer = lead_conversion(tables)
    assert (answer.rate.value, answer.sentence()[:19]) == (None, "No lead was created")
    assert lead_conversion_by(tables, "month").results == ()
    with pytest.raises(InputError, match="found -1"):
        within(tables, -1)
