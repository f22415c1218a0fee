"""Oracle: answers made by hand."""

from dataclasses import dataclass

import pandas as pd
import pytest

from salesopt_kit.locale import use_language
from salesopt_kit.metrics.breakdown import breakdown, with_interval
from salesopt_kit.results import Estimate, Result


@dataclass(frozen=True, slots=True)
class Rate(Result):
    """One rate of one group."""

    rate: Estimate
    size: Estimate
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say nothing in particular."""
        return self.rate.label

    def estimates(self) -> tuple[Estimate, ...]:
        """Return both estimates."""
        return self.rate, self.size

    def caveats(self) -> tuple[str, ...]:
        """Return the remarks."""
        return self.remarks


def rate(value: float | None, n: int, low: float | None = None, high: float | None = None, *remarks: str) -> Rate:
    shown = Estimate("rate", "Win rate", value, "fraction", n, low, high)
    return Rate(shown, Estimate("size", "Deals", n, "deals", n), remarks)


def test_groups_stand_by_size_and_the_ends_are_named_with_a_warning_of_chance() -> None:
    groups = [("B", rate(0.4, 40, 0.3, 0.5)), ("A", rate(0.5, 90, 0.45, 0.55)), ("C", rate(1.0, 2, 0.3, 1.0))]
    answer = breakdown("team", groups, ("rate",))
    assert [name for name, _result in answer.results] == ["A", "B", "C"]
    assert answer.sentence().startswith("Win rate by team: from 40.0% (B) to 50.0% (A) over 3 groups.")
    assert answer.sentence().endswith("overlap, so the order may be chance.")
    assert answer.caveats()[0] == "Fewer than 30 cases, so little can be said of: C."
    assert answer.caveats()[1].startswith("3 groups are compared at once")


def test_intervals_that_are_apart_are_said_to_be_apart() -> None:
    answer = breakdown("team", [("B", rate(0.2, 40, 0.1, 0.3)), ("A", rate(0.5, 90, 0.45, 0.55))])
    assert answer.sentence().endswith("Their 95% intervals do not overlap.")
    assert answer.caveats() == ()


def test_without_intervals_the_ends_are_named_and_nothing_is_said_of_chance() -> None:
    answer = breakdown("team", [("B", rate(0.2, 40)), ("A", rate(0.5, 90)), ("C", rate(0.3, 50))])
    assert answer.sentence() == "Win rate by team: from 20.0% (B) to 50.0% (A) over 3 groups."
    assert answer.caveats() == ()


def test_months_stand_in_order_of_time() -> None:
    answer = breakdown("month", [("2024-02", rate(0.2, 90)), ("2024-01", rate(0.5, 40))], ("rate",))
    assert answer.table()["month"].tolist() == ["2024-01", "2024-02"]


def test_too_few_cases_compare_nothing() -> None:
    assert "too few" in breakdown("team", [("A", rate(0.5, 90)), ("B", rate(0.1, 29))]).sentence()


def test_the_table_has_a_column_per_estimate_and_blank_is_named_in_the_readers_language() -> None:
    answer = breakdown("source", [("(blank)", rate(0.5, 40, 0.3, 0.7)), ("web", rate(None, 3))], ("rate",), "size")
    table = answer.table()
    assert table.to_numpy().tolist() == [["(blank)", "40", "50.0% (30.0% to 70.0%)"], ["web", "3", "–"]]
    use_language("zh-CN")
    assert answer.table().columns[0] == "来源"
    assert answer.table().iloc[0, 0] == "（空）"


def test_what_most_groups_warn_of_is_said_once() -> None:
    groups = [("A", rate(0.5, 40, None, None, "old", "rare")), ("B", rate(0.5, 40, None, None, "old"))]
    assert breakdown("team", groups).caveats() == ("old",)


def test_a_nameless_group_at_one_end_is_a_warning_about_the_records() -> None:
    groups = [("(blank)", rate(0.9, 40)), ("web", rate(0.5, 90)), ("fair", rate(0.4, 50))]
    assert any("more of the records than of sales" in caveat for caveat in breakdown("source", groups).caveats())
    tame = [("(blank)", rate(0.45, 40)), *groups[1:]]
    assert not any("records" in caveat for caveat in breakdown("source", tame).caveats())


def test_a_breakdown_without_groups_is_an_empty_table() -> None:
    answer = breakdown("team", [], ("rate",))
    assert (len(answer.table()), answer.estimates()) == (0, ())
    assert answer._repr_html_().startswith('<div class="breakdown">')


def test_many_small_groups_are_counted_and_not_all_listed() -> None:
    answer = breakdown("owner", [(f"P{n:02d}", rate(0.5, 3)) for n in range(12)])
    assert answer.caveats()[0].endswith("P07 and 4 more.")


@pytest.mark.parametrize(("low", "cell"), [(None, "50.0%"), (0.4, "50.0% (40.0% to 60.0%)")])
def test_a_cell_shows_the_interval_where_there_is_one(low: float | None, cell: str) -> None:
    assert with_interval(Estimate("rate", "", 0.5, "fraction", 9, low, 0.6 if low else None)) == cell
    assert isinstance(breakdown("team", [("A", rate(0.5, 40))]).to_frame(), pd.DataFrame)
