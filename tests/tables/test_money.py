"""Amounts as exports write them; the expected numbers are read off by a person."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesopt_kit.errors import InputError
from salesopt_kit.tables.money import marks


def read(values: list[str], decimal: str = "") -> list[float | None]:
    connection = duckdb.connect()
    connection.execute(
        "create table r as select unnest(?::varchar[]) as v, unnest(range(2, 2 + ?)) as source_row",
        [values, len(values)],
    )
    how = marks(connection, "v", "r", "deals.csv, column Amount", decimal)
    return [row[0] for row in connection.execute(f"select {how.sql('v')} from r order by source_row").fetchall()]


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        (["$22,700.00", "$1,000.50", "(500)", "US$ 1,200"], [22700, 1000.5, -500, 1200]),
        (["¥1,2万", "¥3万", "5000", "1.2万", "3亿"], [12000, 30000, 5000, 12000, 3e8]),
        (["1.234,56", "12,5", "1.000"], [1234.56, 12.5, 1000]),
        (["1 234,56", "1 000", "-3,5"], [1234.56, 1000, -3.5]),
        (["1'234.50", "12 k", "1.5M", "２，０００"], [1234.5, 12000, 1.5e6, 2000]),
        (["¥ 12,000元", "8000"], [12000, 8000]),
        (["1,234", "5"], [1234, 5]),
        (["1.234", "5.5"], [1.234, 5.5]),
        (["1054", " 50", "-7"], [1054, 50, -7]),
        (["€ 1.234.567,89", "100"], [1234567.89, 100]),
        (["USD 5k", "5k USD", "500 kr", "HK$5,000"], [5000, 5000, 500, 5000]),
        (["$(500)", "¥(1,200)", "人民币5000元整"], [-500, -1200, 5000]),
        (["5千元", "1.5百万", "3千万", "1.2亿"], [5000, 1.5e6, 3e7, 1.2e8]),
        (["Q1", "k€ 5", "M5", "12%", "7"], [None, None, None, None, 7]),
        (["1,234,567.8", "abc"], [1234567.8, None]),
    ],
)
def test_money_is_read_as_a_person_reads_it(values: list[str], numbers: list[float | None]) -> None:
    assert read(values) == pytest.approx(numbers)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["1,5", "2.25"], "rows 2 and 3.*one decimal mark"),
        (["1.234", "5"], "whose decimal mark can be told.*decimal:"),
        (["1.234", "7.500"], r"rows 2 and 3.*1\.234 / 7\.500"),
    ],
)
def test_a_decimal_mark_that_nothing_settles_is_an_error_with_two_examples(values: list[str], said: str) -> None:
    with pytest.raises(InputError, match=f"(?s){said}"):
        read(values)


@pytest.mark.parametrize(("decimal", "number"), [(",", 1234.0), (".", 1.234)])
def test_the_source_can_name_the_decimal_mark(decimal: str, number: float) -> None:
    assert read(["1.234"], decimal) == [number]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-(10**9), 10**9).map(lambda cents: cents / 100), min_size=1, max_size=8), st.sampled_from(",.")
)
def test_formatted_numbers_come_back_in_either_convention(numbers: list[float], decimal: str) -> None:
    english = [f"{number:,.2f}" for number in numbers]
    swapped = [text.translate(str.maketrans(",.", ".,")) for text in english]
    assert read(english if decimal == "." else swapped) == pytest.approx(numbers)
