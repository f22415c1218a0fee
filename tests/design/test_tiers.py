"""Oracle: the handbook's rule taken literally; gaps and overlaps against asking about every single amount."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesopt_kit.design.tiers import NotDecided, clashes, decide, first_end, moved, signatures
from salesopt_kit.records import DecisionRight

SMALL = DecisionRight(
    id="DR-1", stage="contract", amount_below=50_000, today=("a", "b"), new=("销售经理",), pre_review_today="法务部"
)
LARGE = DecisionRight(id="DR-2", stage="contract", amount_from=50_000, new=("销售总监", "法务部"))


@pytest.mark.parametrize(
    ("amount", "decided"),
    [
        (49_999.99, SMALL),
        (0, SMALL),
        (50_000, LARGE),
        (50_000.01, LARGE),
        (-0.01, NotDecided.NEGATIVE),
        (-50_000, NotDecided.NEGATIVE),
        (None, NotDecided.NO_AMOUNT),
    ],
)
def test_below_fifty_thousand_the_sales_manager_decides(
    amount: float | None, decided: DecisionRight | NotDecided
) -> None:
    assert decide([SMALL, LARGE], amount, "大型企业") == decided


def test_the_sales_manager_decides_alone_and_nobody_reviews_first() -> None:
    found = decide([SMALL, LARGE], 49_999.99, None)
    assert isinstance(found, DecisionRight)
    assert signatures(found, is_new=True) == ("销售经理",)
    assert signatures(found, is_new=False) == ("pre-review:法务部", "a", "b")


def row(number: int, low: int, below: int | None, segment: str = "") -> DecisionRight:
    return DecisionRight(id=f"DR-{number}", stage="s", amount_from=low, amount_below=below, segment=segment, new=("x",))


def test_a_gap_and_an_overlap_are_told_with_their_exact_range() -> None:
    found = clashes([row(1, 0, 30_000), row(2, 40_000, 90_000), row(3, 80_000, None)])
    assert [(one.low, one.below, one.rows, one.segments) for one in found] == [
        (30_000, 40_000, (), ()),
        (80_000, 90_000, ("DR-2", "DR-3"), ()),
    ]


def test_a_gap_of_one_customer_type_names_it() -> None:
    rows = [row(1, 0, 100), row(2, 100, None, "A"), row(3, 100, 200, "B")]
    assert [(one.low, one.below, one.segments) for one in clashes(rows, ["A", "B"])] == [(200, None, ("B",))]
    assert ("any other customer type",) in [one.segments for one in clashes(rows)]


def test_a_deal_without_a_type_is_decided_only_where_no_row_asks_for_one() -> None:
    rows = [row(1, 0, 100), row(2, 100, None, "A")]
    assert decide(rows, 99, None) == rows[0]
    assert decide(rows, 100, None) is NotDecided.NO_SEGMENT
    assert decide(rows, 100, "B") is NotDecided.NOBODY


ROWS = st.lists(
    st.tuples(st.integers(0, 8), st.one_of(st.none(), st.integers(1, 6)), st.sampled_from(["", "A", "B"])),
    min_size=1,
    max_size=5,
)


@given(ROWS)
def test_clashes_are_the_amounts_for_which_not_exactly_one_row_speaks(rows: list[tuple[int, int | None, str]]) -> None:
    rights = [row(n, low, None if size is None else low + size, type_) for n, (low, size, type_) in enumerate(rows)]
    found = clashes(rights, ["A", "B"])
    for amount in range(20):
        for type_ in ("A", "B"):
            claims = [
                r.id
                for r in rights
                if r.amount_from <= amount
                and (r.amount_below is None or amount < r.amount_below)
                and r.segment in ("", type_)
            ]
            here = [
                one
                for one in found
                if one.low <= amount
                and (one.below is None or amount < one.below)
                and (not one.segments or type_ in one.segments)
            ]
            assert [list(one.rows) for one in here] == ([claims] if len(claims) != 1 else [])


@given(st.lists(st.integers(1, 30), min_size=1, max_size=4, unique=True), st.integers(1, 40))
def test_a_moved_threshold_leaves_no_gap_and_no_overlap_and_moves_no_other_limit(
    ends: list[int], threshold: int
) -> None:
    bounds: list[int | None] = [0, *sorted(ends), None]
    rights = [row(n, low or 0, below) for n, (low, below) in enumerate(pairwise(bounds))]
    new = moved(rights, threshold)
    assert clashes(new) == ()
    assert first_end(new) == threshold
    kept = {right.amount_from for right in new} - {0, threshold}
    assert kept == {end for end in sorted(ends)[1:] if end > threshold}


def test_a_range_that_ends_where_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="amount_from smaller than amount_below"):
        row(1, 50, 50)
