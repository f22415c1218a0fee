"""Oracles: accounts and orders worked by hand, and pandas over a generated sample, customer by customer."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.proportion import proportion_confint

from salesopt_kit.engagement import open_engagement
from salesopt_kit.errors import MissingDataError
from salesopt_kit.metrics.churn import Reading, churn
from salesopt_kit.metrics.selection import Selection
from salesopt_kit.tables.load import open_tables
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]
TODAY = date(2024, 6, 30)
WINDOW = Selection((date(2024, 5, 1), date(2024, 6, 30)))
ACCOUNTS = pd.DataFrame(
    [
        ("stays", "2023-01-01", None),
        ("left in May", "2023-01-01", "2024-05-20"),
        ("left in June", "2023-06-01", "2024-06-30"),
        ("left before", "2023-01-01", "2024-04-30"),
        ("leaves later", "2023-01-01", "2024-07-15"),
        ("new and gone", "2024-05-02", "2024-06-02"),
        ("ended unstarted", None, "2024-05-05"),
        ("prospect", None, None),
    ],
    columns=["account", "started_at", "ended_at"],
)


def won(*orders: tuple[str, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(orders, columns=["account", "closed_at", "amount"])
    frame["created_at"] = frame["closed_at"]
    return frame.assign(opportunity_id=[f"D{place}" for place in range(len(frame))], status="won")


def test_customers_with_ending_dates_are_counted_by_them(engaged: Open) -> None:
    answer = churn(engaged(as_of=TODAY, accounts=ACCOUNTS), WINDOW)
    assert answer.reading is Reading.ENDED
    assert (answer.rate.value, answer.rate.n) == (2 / 4, 4)
    assert (answer.rate.low, answer.rate.high) == pytest.approx(proportion_confint(2, 4, method="wilson"))
    assert [(month.group, month.value, month.n) for month in answer.per_month] == [
        ("month=2024-05", 1 / 4, 4),
        ("month=2024-06", 2 / 4, 4),  # left in June, and the one that was new in May
    ]
    assert (answer.monthly.value, answer.monthly.n) == (3 / 8, 8)
    assert any("1 accounts end without a start" in caveat for caveat in answer.caveats())
    assert any("own ending dates" in caveat for caveat in answer.caveats())


def test_without_ending_dates_silence_counts_and_is_called_lapsed(engaged: Open) -> None:
    """Own gaps of 30 and 40 days: lapsed from day 71 after the last order on. One order: all gaps, median 35, too."""
    orders = won(
        ("regular", "2024-01-01", 1), ("regular", "2024-01-31", 1), ("regular", "2024-03-11", 1),
        ("once early", "2024-04-10", 1),
        ("once late", "2024-04-25", 1),
        ("new", "2024-06-01", 1),
    )  # fmt: skip
    answer = churn(engaged(as_of=TODAY, opportunities=orders), WINDOW)
    assert answer.reading is Reading.LAPSED
    # regular: 11 March + 71 days = 21 May. once early: 10 April + 71 = 20 June. once late: 5 July, beyond as_of.
    assert (answer.rate.value, answer.rate.n) == (2 / 3, 3)
    assert [(month.value, month.n) for month in answer.per_month] == [(1 / 3, 3), (1 / 2, 2)]
    assert "had lapsed by its end" in answer.sentence()
    assert any("lapsed is not lost" in caveat for caveat in answer.caveats())


def test_a_customer_who_orders_again_in_time_has_not_lapsed(engaged: Open) -> None:
    orders = won(("a", "2024-01-01", 1), ("a", "2024-03-01", 1), ("a", "2024-06-29", 1))  # gaps of 60 and 120
    assert churn(engaged(as_of=TODAY, opportunities=orders), WINDOW).rate.value == 0.0


def test_prospects_and_lost_deals_are_no_customers(engaged: Open) -> None:
    orders = won(("a", "2024-01-01", 1)).assign(status="lost")
    with pytest.raises(MissingDataError, match="no customer"):
        churn(engaged(as_of=TODAY, opportunities=orders))


def test_without_accounts_it_says_what_to_map(engaged: Open) -> None:
    with pytest.raises(MissingDataError, match="no column `account` in `opportunities`"):
        churn(engaged(as_of=TODAY, opportunities=won(("a", "2024-01-01", 1)).drop(columns="account")))


def test_irregular_orders_give_no_revenue_churn_and_it_says_why(engaged: Open) -> None:
    answer = churn(engaged(as_of=TODAY, opportunities=won(("a", "2024-01-01", 1), ("a", "2024-04-01", 1))))
    assert answer.revenue == ()
    assert any("do not come at a fixed interval" in caveat for caveat in answer.caveats())


def test_monthly_renewals_give_gross_and_net_revenue_churn(engaged: Open) -> None:
    """Six customers pay 100 a month; from May on one is gone, one pays 60, one pays 150, a new one pays 900."""
    days = [f"2024-{month:02d}-15" for month in (1, 2, 3, 4, 5, 6)]
    amounts = {"same": 100, "same2": 100, "same3": 100, "smaller": 60, "larger": 150}
    orders = [(name, day, amounts[name] if day > "2024-05" else 100) for name in amounts for day in days]
    orders += [("gone", day, 100) for day in days[:4]] + [("new", day, 900) for day in days[4:]]
    answer = churn(engaged(as_of=TODAY, opportunities=won(*orders)), WINDOW)
    found = {estimate.id.removeprefix("churn."): estimate.value for estimate in answer.revenue}
    assert found["gross_revenue_churn"] == pytest.approx((100 + 40) / 600)
    assert found["gross_retention"] == pytest.approx(460 / 600)
    assert found["net_retention"] == pytest.approx(510 / 600)
    assert found["net_revenue_churn"] == pytest.approx(90 / 600)
    per_month = 30.4375 / 30
    assert found["revenue_start"] == pytest.approx(600 * per_month)
    assert found["revenue_lost"] == pytest.approx(100 * per_month)
    assert found["revenue_contraction"] == pytest.approx(40 * per_month)
    assert found["revenue_expansion"] == pytest.approx(50 * per_month)
    assert "about every 30 days" in " ".join(answer.caveats())


def test_a_sample_s_lapses_are_what_a_walk_through_each_customer_finds(samples: Path) -> None:
    tables = open_tables(open_engagement(samples / "alder", locale="en"))
    answer = churn(tables, reading=Reading.LAPSED)
    first, last = (pd.Timestamp(day) for day in tables.window)
    from salesopt_kit.metrics.deals import deals  # noqa: PLC0415 -- the oracle starts from the deals

    rows = tables.to_frame(deals(tables))
    rows = rows[(rows["status"] == "won") & rows["account"].notna() & rows["closed_on"].notna()]
    days = {name: sorted(set(pd.to_datetime(part["closed_on"]))) for name, part in rows.groupby("account")}
    gaps = {name: pd.Series(known).diff().dt.days.dropna() for name, known in days.items()}
    typical = pd.concat(list(gaps.values())).median()

    def is_active(name: str, day: pd.Timestamp) -> bool:
        past = [order for order in days[name] if order <= day]
        limit = 2 * (gaps[name].median() if len(gaps[name]) else typical)
        return bool(past) and (day - past[-1]).days <= limit

    before = [name for name in days if is_active(name, first - pd.Timedelta(days=1))]
    lapsed = [name for name in before if not is_active(name, last)]
    assert (answer.rate.n, answer.rate.value) == (len(before), pytest.approx(len(lapsed) / len(before)))
    durations = [gap for known in gaps.values() for gap in known]
    open_gaps = [(pd.Timestamp(tables.as_of) - known[-1]).days for known in days.values()]
    curve = SurvfuncRight(durations + open_gaps, [1] * len(durations) + [0] * len(open_gaps))
    assert answer.survival[1].value == curve.quantile(0.5)
    place = int((curve.surv_times <= 365).sum()) - 1
    assert answer.survival[0].value == pytest.approx(1 - curve.surv_prob[place])


def test_a_sample_s_losses_are_what_pandas_counts(samples: Path) -> None:
    tables = open_tables(open_engagement(samples / "huaxin", locale="en"))
    answer = churn(tables)
    first, last = (pd.Timestamp(day) for day in tables.window)
    rows = tables.to_frame(tables.table("accounts"))
    known = rows[(rows["started_on"] < first) & ~(rows["ended_on"] < first)]
    lost = (known["ended_on"] <= last).sum()
    assert (answer.rate.n, answer.rate.value) == (len(known), lost / len(known))
