"""Oracles: brute force over a random history, facts.json of two public event logs, and a few deals worked by hand."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest
from random_log import AS_OF, random_log, visits_of

from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.sequence import sequence
from salesopt_kit.metrics.visits import EXITS, visits
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
Facts = Callable[[str, str], dict[str, Any]]


def events_of(*rows: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["opportunity_id", "stage", "entered_at"])
    return frame.assign(entered_at=pd.to_datetime(frame["entered_at"]))


def found_in(tables: Tables) -> pd.DataFrame:
    return tables.to_frame(visits(tables)).sort_values(["opportunity_id", "entered_at", "place"], ignore_index=True)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_visits_are_those_that_brute_force_finds(engaged: Open, seed: int) -> None:
    log = random_log(seed)
    found = found_in(engaged(as_of=AS_OF, stage_events=log))
    kept = zip(
        *(found[name] for name in ("opportunity_id", "visit", "stage", "entered_at", "exit", "days")), strict=True
    )
    expected = Counter((v.deal, v.number, v.stage, v.entered, v.exit, round(v.days, 9)) for v in visits_of(log))
    assert Counter((*row[:5], round(row[5], 9)) for row in kept) == expected
    assert set(found["exit"]) == set(EXITS)


def test_visits_add_up_to_the_time_from_first_to_last_event(engaged: Open) -> None:
    log = random_log(4)
    is_closed = log["stage"].isin(["won", "lost"])
    log = log[~(is_closed & is_closed.groupby(log["opportunity_id"]).shift(-1, fill_value=False))]
    found = found_in(engaged(as_of=date(2025, 12, 31), stage_events=log)).groupby("opportunity_id")["days"].sum()
    for deal, events in log.groupby("opportunity_id"):
        stages, times = events["stage"].tolist(), events["entered_at"].tolist()
        if stages[-1] in ("won", "lost") and len(stages) > 1 and not {"won", "lost"} & set(stages[:-1]):
            assert found[deal] == pytest.approx((times[-1] - times[0]) / pd.Timedelta(days=1))


def test_an_open_visit_lasts_until_the_client_s_midnight_and_later_events_are_unknown(engaged: Open) -> None:
    log = events_of(("A", "lead", "2024-03-30 12:00"), ("A", "talks", "2024-04-01 00:30"))
    found = found_in(engaged(as_of=AS_OF, zone="Asia/Shanghai", stage_events=log))
    assert found[["stage", "exit", "days"]].to_numpy().tolist() == [["lead", "still_there", 1.5]]


def test_a_deal_that_its_own_record_closes_leaves_its_last_stage_on_that_day(engaged: Open) -> None:
    log = events_of(*((deal, "talks", "2024-03-01 18:00") for deal in "ABC"))
    deals = pd.DataFrame(
        {"opportunity_id": ["A", "B", "C"], "status": ["lost", "won", "open"], "closed_at": ["2024-03-11", None, None]}
    )
    found = found_in(engaged(as_of=AS_OF, stage_events=log, opportunities=deals))
    assert found["exit"].tolist() == ["lost", "won", "still_there"]
    assert found["days"].iloc[[0, 2]].tolist() == [10.0, 30.25]  # a bare closing date is counted in calendar days
    assert found["days"].isna().tolist() == [False, True, False]  # B was won on an unknown day
    assert found["exited_at"].notna().tolist() == [True, False, False]


def test_bare_dates_give_whole_days_also_where_the_clock_changes(engaged: Open) -> None:
    log = events_of(("A", "lead", "2024-03-30"), ("A", "talks", "2024-04-02"))
    found = found_in(engaged(as_of=date(2024, 4, 4), zone="Europe/Berlin", stage_events=log))
    assert found["days"].tolist() == [3.0, 2.0]


def test_what_follows_what_and_after_how_long_are_the_known_figures(helpdesk: Tables, facts: Facts) -> None:
    names = [stage.name for stage in helpdesk.engagement.config.stages]
    rows = helpdesk.to_frame(sequence(helpdesk))
    rows = rows[rows["previous_place"].notna()]
    days = (rows["entered_at"] - rows["previous_ended_at"]) / pd.Timedelta(days=1)
    follows = days.groupby([rows["previous_place"].astype(int), rows["place"]])
    counts, medians, means = follows.size(), follows.median(), follows.mean()
    known = facts("helpdesk_log", "Helpdesk.xes.gz")
    assert len(counts) == known["n_directly_follows_pairs"]
    for fact in known["top_directly_follows"]:
        pair = names.index(fact["from"]), names.index(fact["to"])
        assert counts[pair] == fact["count"]
        assert (medians[pair], means[pair]) == pytest.approx((fact["median_days"], fact["mean_days"]), abs=6e-5)


def test_visits_last_from_start_to_start_as_the_known_figures_do(purchasing: Tables, facts: Facts) -> None:
    known = facts("purchasing_example", "PurchasingExample.csv")
    assert known["self_loop_steps"] == 0  # so every event is a visit of its own
    rows = purchasing.to_frame(visits(purchasing))
    names = {stage.id: stage.name for stage in purchasing.engagement.config.stages}
    follows = rows["days"].groupby([rows["stage"].map(names), rows["next_stage"].map(names)])
    for fact in known["by_start_timestamp_top_df"]:
        days = follows.get_group((fact["from"], fact["to"]))
        assert len(days) == fact["count"]
        assert (days.median(), days.mean()) == pytest.approx((fact["median_days"], fact["mean_days"]), abs=6e-5)


def test_visits_end_in_the_stage_that_the_known_log_names_next(helpdesk: Tables, facts: Facts) -> None:
    """Collapsing repeats of one stage does not change how often one stage follows another."""
    rows = helpdesk.to_frame(visits(helpdesk))
    names = {stage.id: stage.name for stage in helpdesk.engagement.config.stages}
    counts = Counter(zip(rows["stage"].map(names), rows["next_stage"].map(names), strict=True))
    for fact in facts("helpdesk_log", "Helpdesk.xes.gz")["top_directly_follows"]:
        if fact["from"] != fact["to"]:
            assert counts[fact["from"], fact["to"]] == fact["count"]


def test_without_history_it_says_what_to_add(engaged: Open) -> None:
    with pytest.raises(MissingDataError, match=r"no table `stage_events`"):
        visits(engaged(as_of=AS_OF, opportunities=pd.DataFrame({"opportunity_id": ["A"], "stage": ["lead"]})))
