"""Built pilots whose shares, times, scores and mix are known, brute force over their rows, and other libraries."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

from salesopt_kit import open_engagement, open_tables, pilot
from salesopt_kit.charts import Chart
from salesopt_kit.engagement import Config, Engagement
from salesopt_kit.locale import use_language
from salesopt_kit.pilot.by_type.cycle import Cycle
from salesopt_kit.pilot.by_type.goals import Goals
from salesopt_kit.pilot.by_type.mix import MixShifts, mix_of
from salesopt_kit.pilot.by_type.scores import Scores
from salesopt_kit.pilot.by_type.shares import Shares
from salesopt_kit.results import Missing
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables

SETTING = {
    "treated": ["A", "B"],
    "controls": ["C", "D", "E", "F"],
    "baseline": ["2024-01-01", "2024-02-29"],
    "period": ["2024-03-01", "2024-04-30"],
}
TARGETS = {"cycle_days": {"at_most": 35}, "satisfaction": {"at_least": 8}}


def opened(frames: dict[str, pd.DataFrame], as_of: date = date(2024, 12, 31), **settings: object) -> Tables:
    stages = [{"id": "talks", "name": "Talks"}, {"id": "won", "name": "Won", "kind": "won"}]
    config = Config.model_validate(
        {
            "client": "Test",
            "slug": "test",
            "stages": [*stages, {"id": "lost", "name": "Lost", "kind": "lost"}],
            "sources": {name: {"file": f"{name}.csv"} for name in frames},
            "pilot": SETTING,
            "targets": TARGETS,
            **settings,
        }
    )
    return tables_from_frames(Engagement(config, Path(), Path("exports")), frames, as_of=as_of)


def deals(gain: float = 0.0, as_of: str = "2024-12-31") -> pd.DataFrame:
    """Six teams of five sellers, twelve deals a period, four in ten won; the pilot's take `gain` days less after."""
    rng = np.random.default_rng(11)
    found = pd.MultiIndex.from_product([list("ABCDEF"), range(5), [False, True], range(12)]).to_frame(index=False)
    found.columns = ["team", "seller", "after", "i"]
    n = len(found)
    is_gained = found["after"] & found["team"].isin(["A", "B"])
    days = (rng.gamma(9, 40 / 9, n) - gain * is_gained).round().clip(1)
    start = pd.to_datetime(np.where(found["after"], "2024-03-01", "2024-01-01"))
    created = start + pd.to_timedelta(rng.integers(0, 59, n), unit="D")
    closed = created + pd.to_timedelta(days, unit="D")
    is_open = closed > as_of
    status = np.where(is_open, "open", np.where(rng.random(n) < 0.4 + 0.2 * is_gained, "won", "lost"))
    return found.assign(
        opportunity_id=found.index.astype(str),
        owner=found["team"] + found["seller"].astype(str),
        created_at=created,
        closed_at=pd.Series(closed).where(~is_open),
        status=status,
        days=days,
        amount=1.0,
        segment=np.where(rng.random(n) < np.where(is_gained, 0.8, 0.3), "small", "large"),
    ).drop(columns=["seller", "i"])


def test_shares_are_those_of_the_rows_with_newcombes_interval() -> None:
    rows = deals(5)
    answer = pilot.shares(opened({"opportunities": rows}))
    assert isinstance(answer, Shares)
    rows["counted"] = (rows["status"] == "won") & (rows["days"] <= 90)
    cell = rows.groupby([rows["team"].isin(["A", "B"]), "after"])["counted"].agg(["sum", "count"])
    before, after = cell.loc[(True, False)], cell.loc[(True, True)]
    found = next(row for row in answer.rows if row.question == "before_after")
    assert found.shares == pytest.approx((before["sum"] / before["count"], after["sum"] / after["count"]))
    expected = confint_proportions_2indep(
        after["sum"], after["count"], before["sum"], before["count"], method="newcomb"
    )
    assert (found.plain.low, found.plain.high) == pytest.approx(expected)


def test_the_change_beyond_the_controls_is_that_of_plain_shares() -> None:
    rows = deals(5)
    answer = pilot.shares(opened({"opportunities": rows}))
    assert isinstance(answer, Shares)
    counted = ((rows["status"] == "won") & (rows["days"] <= 90)).astype(float)
    means = counted.groupby([rows["team"].isin(["A", "B"]), rows["after"]]).mean()
    expected = (means[True, True] - means[True, False]) - (means[False, True] - means[False, False])
    found = next(row for row in answer.rows if row.question == "beyond_controls")
    assert found.clustered.value == pytest.approx(expected)
    assert found.plain.low < expected < found.plain.high
    assert "against the controls" in answer.sentence()


def test_clustered_cases_have_a_design_effect_that_is_named() -> None:
    """Each seller wins all or none: ten cases are worth one."""
    rows = deals()
    lucky = rows.groupby(["owner", "after"])["opportunity_id"].transform("first").astype(int) % 7 < 3
    answer = pilot.shares(opened({"opportunities": rows.assign(status=np.where(lucky, "won", "lost"))}))
    assert isinstance(answer, Shares)
    assert "Design effect" in answer.caveats()[1] + answer.caveats()[0]
    assert answer.rows[1].question == "side_by_side"
    assert answer.rows[1].effect == pytest.approx(12, rel=0.35)


def test_the_cycle_is_the_plain_mean_cut_at_the_horizon_when_all_are_followed() -> None:
    rows = deals(10)
    answer = pilot.cycle(opened({"opportunities": rows}))
    assert isinstance(answer, Cycle)
    cut = rows["days"].clip(upper=90).groupby([rows["team"].isin(["A", "B"]), rows["after"]]).mean()
    assert [cell.mean[0] for cell in answer.cells] == pytest.approx(
        [cut[True, False], cut[True, True], cut[False, False], cut[False, True]]
    )
    won = (rows["status"] == "won") & (rows["days"] <= 35)
    part = won[rows["team"].isin(["A", "B"]) & rows["after"]]
    assert answer.cells[1].won[0] == pytest.approx(part.mean())
    assert answer.mean.value == pytest.approx(answer.plain.value)
    assert answer.pace is not None
    assert answer.pace.interval.low > 0  # closed faster than the controls
    assert answer.mean.high is not None
    assert answer.mean.high < 0


def test_there_is_no_verdict_on_the_cycle_before_the_target_days_are_over() -> None:
    rows = deals(10, as_of="2024-05-20")
    answer = pilot.cycle(opened({"opportunities": rows}, as_of=date(2024, 5, 20)))
    assert isinstance(answer, Cycle)
    assert answer.judged_from == date(2024, 6, 4)  # the last deal of the pilot, 35 days later
    assert "No verdict" in answer.sentence()
    assert "2024-06-04" in answer.sentence()
    assert len(answer.table()) == 4
    day_before = pilot.cycle(opened({"opportunities": deals(10, as_of="2024-06-03")}, as_of=date(2024, 6, 3)))
    assert isinstance(day_before, Cycle)
    assert day_before.judged_from == date(2024, 6, 4)
    later = pilot.cycle(opened({"opportunities": deals(10, as_of="2024-06-04")}, as_of=date(2024, 6, 4)))
    assert isinstance(later, Cycle)
    assert later.judged_from is None


def test_where_nothing_was_closed_yet_the_cycle_is_the_horizon_and_no_pace_is_told() -> None:
    answer = pilot.cycle(opened({"opportunities": deals().assign(status="open", closed_at=pd.NaT)}))
    assert isinstance(answer, Cycle)
    assert answer.pace is None
    assert {cell.mean[0] for cell in answer.cells} == {90.0}
    assert "nan" not in " ".join(answer.caveats())


def test_deals_given_up_sooner_are_named_and_not_taken_for_a_better_cycle() -> None:
    rows = deals(10)
    is_gained = rows["after"] & rows["team"].isin(["A", "B"])
    answer = pilot.cycle(opened({"opportunities": rows.assign(status=rows["status"].where(~is_gained, "lost"))}))
    assert isinstance(answer, Cycle)
    assert "given up sooner" in " ".join(answer.caveats())
    assert answer.won.value < 0


def test_scores_that_rose_by_two_are_said_to_and_the_controls_are_taken_away() -> None:
    rng = np.random.default_rng(2)
    days = pd.MultiIndex.from_product(
        [pd.date_range("2024-01-01", "2024-04-30"), list("ABCDEF")], names=["date", "unit"]
    )
    rows = days.to_frame(index=False)
    rows["value"] = 6 + rng.normal(0, 0.5, len(rows)) + 0.5 * (rows["date"].dt.month > 2)
    rows["value"] += 1.5 * (rows["unit"].isin(["A", "B"]) & (rows["date"].dt.month > 2))
    tables = opened({"opportunities": deals(), "kpi_daily": rows.assign(metric="satisfaction")})
    answer = pilot.hours_and_scores(tables)
    assert isinstance(answer, Scores)
    found = answer.rows[0]
    assert found.welch.value == pytest.approx(2.0, abs=0.15)
    assert found.shift.value == pytest.approx(2.0, abs=0.2)
    assert found.beyond is not None
    assert found.beyond.value == pytest.approx(1.5, abs=0.15)
    assert "large" in answer.sentence()


def test_without_hours_or_scores_it_says_what_to_enter() -> None:
    answer = pilot.hours_and_scores(opened({"opportunities": deals()}))
    assert isinstance(answer, Missing)
    assert "kpi_daily" in answer.remedy


def test_a_change_of_mix_alone_leaves_nothing_at_the_same_mix() -> None:
    """Small customers buy at 60 %, large ones at 20 %, always; only their parts change."""
    index = pd.MultiIndex.from_tuples(
        [("treated", period, who) for period in ("before", "after") for who in ("large", "small")],
        names=["side", "period", "stratum"],
    )
    counts = pd.DataFrame({"count": [14.0, 18.0, 4.0, 48.0], "n": [70.0, 30.0, 20.0, 80.0]}, index=index)
    found = mix_of(counts, "won_in_time", "segment", "before_after")
    assert found is not None
    assert found.crude == pytest.approx(0.2)
    assert found.same_mix.value == pytest.approx(0.0)
    assert found.odds.ratio == pytest.approx(1.0)
    assert "small makes up 80.0% of the cases instead of 30.0%" in MixShifts((found,)).sentence()
    assert mix_of(counts, "won_in_time", "segment", "side_by_side") is None


def test_berkeleys_admissions_turn_around_at_the_same_mix() -> None:
    admitted = {"after": [512, 353, 120, 138, 53, 22], "before": [89, 17, 202, 131, 94, 24]}
    applied = {"after": [825, 560, 325, 417, 191, 373], "before": [108, 25, 593, 375, 393, 341]}
    index = pd.MultiIndex.from_product(
        [["treated"], ["after", "before"], list("ABCDEF")], names=["side", "period", "stratum"]
    )
    both = {"count": [*admitted["after"], *admitted["before"]], "n": [*applied["after"], *applied["before"]]}
    counts = pd.DataFrame(both, index=index).astype(float)
    found = mix_of(counts, "won_in_time", "segment", "before_after")
    assert found is not None
    assert (found.odds.crude, found.odds.ratio) == pytest.approx((1.84, 0.90), abs=0.005)
    assert found.crude > 0 > found.same_mix.value


def test_the_mix_of_the_rows_is_told() -> None:
    answer = pilot.mix_shift(opened({"opportunities": deals()}))
    assert isinstance(answer, MixShifts)
    moved = next(row for row in answer.rows if row.question == "before_after").moved
    assert moved[1:] == pytest.approx((0.3, 0.8), abs=0.12) or moved[1:] == pytest.approx((0.7, 0.2), abs=0.12)
    assert {row.by for row in answer.rows} == {"segment"}


def test_the_number_of_goals_is_counted_by_holm() -> None:
    answer = pilot.all_goals(opened({"opportunities": deals(10)}))
    assert isinstance(answer, Goals)
    p = [row.found.p for row in answer.rows]
    assert [row.holm for row in answer.rows] == pytest.approx(multipletests(p, method="holm")[1])
    assert [row.fdr for row in answer.rows] == pytest.approx(multipletests(p, method="fdr_bh")[1])
    cycle = answer.rows[0]
    assert cycle.relative is not None
    assert (cycle.is_better, cycle.relative[0] > 0) == (True, True)  # days less are better
    assert answer.absent[0][0] == "Team satisfaction"


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_charts_are_drawn_in_both_languages(language: str) -> None:
    use_language(language)
    tables = opened({"opportunities": deals(10)})
    for chart in (pilot.survival_curves(tables), pilot.forest_plot(tables)):
        assert isinstance(chart, Chart)
        assert chart.alt
        assert len(chart.png()) > 10_000


def test_without_controls_shares_are_compared_before_and_after_only() -> None:
    rows = deals(5)
    rows = rows[rows["team"].isin(["A", "B"])]
    tables = opened({"opportunities": rows}, pilot={key: SETTING[key] for key in ("treated", "baseline", "period")})
    answer = pilot.shares(tables)
    assert isinstance(answer, Shares)
    assert {row.question for row in answer.rows} == {"before_after"}
    assert isinstance(pilot.cycle(tables), Missing)


@pytest.mark.parametrize("name", ["huaxin", "alder"])
def test_the_samples_true_changes_are_inside_the_intervals(name: str, samples: Path) -> None:
    truth = json.loads((samples / name / "truth.json").read_text(encoding="utf-8"))["pilot"]
    answer = pilot.all_goals(open_tables(open_engagement(samples / name)))
    assert isinstance(answer, Goals)
    for row in answer.rows:
        if row.metric in truth:
            known = truth[row.metric]
            true = (
                known["difference_in_differences"]["value"] if "difference_in_differences" in known else known["effect"]
            )
            assert row.found.low is not None
            assert row.found.high is not None
            assert row.found.low <= true <= row.found.high
