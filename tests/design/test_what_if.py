"""Oracles: the fundamental matrix of the firm's known process, Little's law, exact zeros, and counting."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import made_log as made
import numpy as np
import pandas as pd
import pytest

from salesopt_kit.design.what_if import what_if, what_if_workload
from salesopt_kit.design.what_if_assumptions import what_if_assumptions
from salesopt_kit.design.what_if_calibration import what_if_calibration
from salesopt_kit.design.what_if_change import ExpectedChange, changes_of, expected_changes
from salesopt_kit.design.what_if_figures import what_if_calibration_chart, what_if_chart, what_if_workload_chart
from salesopt_kit.design.what_if_log import last_day_before_change, log_until, share_below, stays_known
from salesopt_kit.design.what_if_result import WhatIf, Workload
from salesopt_kit.errors import InputError
from salesopt_kit.results import Missing
from salesopt_kit.stats.semi_markov_fit import Process
from salesopt_kit.tables.store import Tables

HALVED = ExpectedChange("contract", "ME-1", time_factor=0.5)
FUNDAMENTAL = np.linalg.inv(np.eye(3) - made.MOVES[:, :3])
WON = (FUNDAMENTAL @ made.MOVES[:, 3])[0]
VISITS = FUNDAMENTAL[0]


@pytest.fixture(scope="module")
def firm() -> Tables:
    return made.opened(*made.events())


@pytest.fixture(scope="module")
def answer(firm: Tables) -> WhatIf:
    found = what_if(firm, [HALVED])
    assert isinstance(found, WhatIf)
    return found


def test_today_s_intervals_hold_the_known_process(answer: WhatIf) -> None:
    won = answer.figure("won_share").now
    assert won.low is not None
    assert won.high is not None
    assert won.low < WON < won.high
    there = {figure.stage_id: figure.now for figure in answer.stages if figure.key == "there"}
    for place, id_ in enumerate(made.IDS):
        assert there[id_].low < 900 / 365 * VISITS[place] * made.MEANS[place] < there[id_].high  # type: ignore[operator]


def test_a_halved_stage_takes_half_of_its_mean_off_each_stay(answer: WhatIf) -> None:
    cycle = answer.figure("cycle_mean").change
    # Won deals visit the contract 1 / (1 - back) times on average, as going back does not change who is won.
    back = 0.2 * 0.7
    expected = -made.MEANS[2] / 2 / (1 - back)
    assert cycle.low < expected < cycle.high  # type: ignore[operator]
    assert answer.figure("won_share").change.value == 0
    assert answer.figure("wins").change.value == 0


def test_deals_there_are_arrivals_times_days(answer: WhatIf) -> None:
    by_key = {(figure.key, figure.stage_id): figure.now.value or 0.0 for figure in answer.stages}
    for id_, mean in zip(made.IDS, made.MEANS, strict=True):
        assert by_key["there", id_] == pytest.approx(by_key["days", id_] / (365.25 / 12), rel=1e-6)
        assert by_key["days", id_] / by_key["visits", id_] == pytest.approx(mean, rel=0.12)


def test_no_change_of_a_figure_is_exactly_none(firm: Tables) -> None:
    same = what_if(firm, [ExpectedChange("contract", time_factor=1.0)])
    assert isinstance(same, WhatIf)
    for figure in (*same.figures, *same.stages):
        assert (figure.change.value, figure.change.low, figure.change.high) == (0, 0, 0)


def test_a_new_median_is_that_median(firm: Tables) -> None:
    found = what_if(firm, [ExpectedChange("talks", median_days=1.0)])
    assert isinstance(found, WhatIf)
    there = next(figure for figure in found.stages if (figure.key, figure.stage_id) == ("there", "talks"))
    median = 6.0 / 2 * 1.678  # of a gamma of shape 2
    assert (there.to_be.value or 0) / (there.now.value or 1) == pytest.approx(1 / median, rel=0.1)


def test_a_change_for_small_deals_is_for_about_half_of_them(firm: Tables, answer: WhatIf) -> None:
    assert share_below(firm, "contract", 50_000) == pytest.approx(0.5, abs=0.06)
    small = what_if(firm, [replace(HALVED, below=50_000)])
    assert isinstance(small, WhatIf)
    ratio = (small.figure("cycle_mean").change.value or 0) / (answer.figure("cycle_mean").change.value or 1)
    assert ratio == pytest.approx(0.5, abs=0.08)
    assert any("Small and large" in caveat for caveat in small.caveats())


def test_a_stage_left_out_is_no_work(firm: Tables) -> None:
    found = what_if_workload(firm, [ExpectedChange("contract", removed=True)])
    assert isinstance(found, Workload)
    to_be = {(figure.key, figure.stage_id): figure.to_be.value for figure in found.figures}
    assert to_be["visits", "contract"] == to_be["there", "contract"] == 0
    assert found.table()["Department"].tolist() == ["Marketing", "Sales", "Legal"]
    assert "Contract" in found.sentence()


def test_the_answer_says_whose_word_the_effect_is(answer: WhatIf) -> None:
    assert answer.caveats()[0] == "Assumed by people, not measured: Contract takes 50.0% of today's time (ME-1)."
    assert "calibrated on these weeks" in answer.caveats()[1]
    assert answer.sentence().startswith("If the changes do what people expect of them")
    assert len(answer.table()) == 6


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (ExpectedChange("legal"), "legal"),
        (ExpectedChange("talks", time_factor=0.5, median_days=2), "not both"),
        (ExpectedChange("talks", time_factor=-1), "from 0 on"),
        (ExpectedChange("talks", median_days=float("nan")), "from 0 on"),
        (ExpectedChange("talks", lost=1.5), "from 0 to 1"),
    ],
)
def test_an_impossible_change_is_refused(firm: Tables, change: ExpectedChange, said: str) -> None:
    with pytest.raises(InputError, match=said):
        what_if(firm, [change])


def test_two_amounts_for_one_stage_are_refused(firm: Tables) -> None:
    with pytest.raises(InputError, match="one amount"):
        what_if(firm, [HALVED, replace(HALVED, below=9.0)])


def test_planned_changes_of_the_design_are_taken_as_they_are() -> None:
    plans = [
        SimpleNamespace(stage_id="talks", measure_id="ME-2", factor=0.5, median_days=None),
        SimpleNamespace(stage_id="contract", measure_id="", factor=None, median_days=3.0),
        SimpleNamespace(stage_id="lead", measure_id="ME-3", factor=0.0, median_days=None),
        SimpleNamespace(stage_id="lead", measure_id="ME-4", factor=None, median_days=None),
    ]
    assert expected_changes([*plans, HALVED]) == (
        ExpectedChange("talks", "ME-2", time_factor=0.5),
        ExpectedChange("contract", "", median_days=3.0),
        ExpectedChange("lead", "ME-3", removed=True),
        HALVED,
    )


def test_of_two_medians_the_last_counts_and_factors_multiply(firm: Tables) -> None:
    log = log_until(firm)
    process = Process(log.stays)
    changes = [
        ExpectedChange("talks", median_days=9.0),
        ExpectedChange("talks", median_days=2.0),
        ExpectedChange("talks", time_factor=0.5),
    ]
    factor = changes_of(firm, log, process, changes).factor
    assert factor.tolist() == [1, pytest.approx(1.0 / process.median_days(1)), 1]


def test_what_is_missing_is_said() -> None:
    log, known = made.events(deals=30)
    short = made.opened(log, known)
    assert isinstance(what_if(short, []), Missing)
    assert isinstance(what_if(short, [HALVED]), Missing)
    assert isinstance(what_if_workload(short, [HALVED]), Missing)
    assert isinstance(what_if_chart(short, [HALVED]), Missing)
    assert isinstance(what_if_workload_chart(short, [HALVED]), Missing)
    assert isinstance(what_if_calibration_chart(short), Missing)
    nobody = made.opened(*made.events(deals=200), frames={"opportunities": known.assign(amount=np.nan)})
    assert isinstance(what_if(nobody, [replace(HALVED, below=9.0)]), Missing)


def test_the_log_holds_what_the_firm_did(firm: Tables) -> None:
    log = log_until(firm)
    rows, kept = stays_known(firm)
    events = made.events()[0]
    inside = events[events["stage"].isin(made.IDS)]
    assert (len(rows), kept) == (len(inside), 1.0)
    assert log.new_deals == events["opportunity_id"].nunique()
    assert log.weekly.sum() == pytest.approx(log.new_deals, abs=15)  # whole weeks only
    assert (log.stays.exit == -1).sum() == events.drop_duplicates("opportunity_id", keep="last")["stage"].isin(
        made.IDS
    ).sum()


def test_of_very_many_deals_an_even_part_stands_for_all(firm: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("salesopt_kit.design.what_if_log.MOST_DEALS", 320)
    whole, part = log_until(firm), log_until(made.opened(*made.events()))
    assert part.kept == pytest.approx(1 / 3)
    assert part.stays.cases == pytest.approx(whole.stays.cases / 3, abs=2)
    assert part.weekly.sum() == pytest.approx(whole.weekly.sum(), rel=0.1)


def test_the_fit_ends_before_the_pilot_begins() -> None:
    pilot = {"treated": ["A"], "baseline": ["2024-06-01", "2024-08-31"], "period": ["2024-09-01", "2024-10-31"]}
    tables = made.opened(*made.events(), pilot=pilot, window_months=6)
    assert last_day_before_change(tables) == date(2024, 8, 31)
    log = log_until(tables)
    assert (log.first, log.last) == (date(2024, 3, 1), date(2024, 8, 31))
    end = pd.Timestamp("2024-09-01").timestamp() / 86_400
    assert (log.rows["entered"] + log.rows["days"]).max() <= end
    assert log.rows["left"].max() < end


def test_a_steady_process_is_calibrated(firm: Tables) -> None:
    found = what_if_calibration(firm)
    assert found.is_calibrated
    assert "calibrated on these weeks" in found.sentence()
    assert len(found.weeks) == 8
    assert {held.key for held in found.figures} >= {"closed", "won", "until_won", "entries_talks", "there_contract"}
    assert len(found.table()) == len(found.figures) + 5


def test_a_process_that_became_slower_is_not_good_enough() -> None:
    found = what_if_calibration(made.opened(*made.events(slower=2.5)))
    assert found.is_calibrated is False
    assert "not good enough to predict with" in found.sentence()
    assert any("lasted longer" in caveat for caveat in found.caveats())


def test_few_closed_deals_are_too_few_to_judge() -> None:
    found = what_if_calibration(made.opened(*made.events(deals=120)))
    assert found.is_calibrated is None
    assert "Too few deals" in found.sentence()


def test_a_process_that_forgets_passes_the_checks(firm: Tables) -> None:
    found = what_if_assumptions(firm)
    assert not any(check.matters for check in found.checks)
    assert found.sentence().startswith("Nothing in")


def test_stays_that_are_faster_the_second_time_are_found() -> None:
    found = what_if_assumptions(made.opened(*made.events(deals=1_500, again=0.4)))
    checks = {check.key: check for check in found.checks}
    assert checks["repeat"].matters
    assert checks["repeat"].pace.pace > 1.5
    assert not checks["later"].matters
    assert "second or later stay" in found.sentence()


def test_the_charts_say_what_they_show(firm: Tables) -> None:
    charts = [what_if_chart(firm, [HALVED]), what_if_workload_chart(firm, [HALVED]), what_if_calibration_chart(firm)]
    assert [chart.id for chart in charts if not isinstance(chart, Missing)] == [
        "what_if_cycle",
        "what_if_workload",
        "what_if_calibration",
    ]
    assert all(chart.png().startswith(b"\x89PNG") for chart in charts if not isinstance(chart, Missing))


@pytest.mark.slow
def test_steady_processes_are_seldom_called_uncalibrated() -> None:
    judged = [what_if_calibration(made.opened(*made.events(seed))).is_calibrated for seed in range(20)]
    # Twenty at 5 % or less: more than four has a chance of one in four hundred.
    assert judged.count(False) <= 4
