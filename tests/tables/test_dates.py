"""Dates as exports write them; the expected times are read off by a person, UTC beside them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesopt_kit.errors import InputError
from salesopt_kit.tables.dates import reading


def read(values: list[str], zone: str = "UTC", given_format: str = "") -> list[str]:
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(
        "create table r as select unnest(?::varchar[]) as v, unnest(range(2, 2 + ?)) as source_row",
        [values, len(values)],
    )
    utc, _local = reading(connection, "v", "r", "deals.csv, column Closed", given_format).sql("v", zone)
    return [str(row[0]) for row in connection.execute(f"select {utc} from r order by source_row").fetchall()]


@pytest.mark.parametrize(
    ("values", "times"),
    [
        (["2024-03-05", "2024-3-6 01:02"], ["2024-03-05 00:00:00", "2024-03-06 01:02:00"]),
        (["2024-03-05T10:11:12.5", "2024-03-05"], ["2024-03-05 10:11:12.500000", "2024-03-05 00:00:00"]),
        (["2024/3/5", "2024/12/15 8:30"], ["2024-03-05 00:00:00", "2024-12-15 08:30:00"]),
        (["20240305"], ["2024-03-05 00:00:00"]),
        (["2024年3月5日", "2024年3月5日 10:30"], ["2024-03-05 00:00:00", "2024-03-05 10:30:00"]),
        (["05-03-2024", "26-03-2024 19:58"], ["2024-03-05 00:00:00", "2024-03-26 19:58:00"]),
        (["3/5/2024 2:05 PM", "3/15/2024 11:00 AM"], ["2024-03-05 14:05:00", "2024-03-15 11:00:00"]),
        (["01.02.2024", "25.12.2023 08:00:01"], ["2024-02-01 00:00:00", "2023-12-25 08:00:01"]),
        (["5 Mar 2024", "12 March 2024"], ["2024-03-05 00:00:00", "2024-03-12 00:00:00"]),
        (["Mar 5, 2024", "December 24, 2023"], ["2024-03-05 00:00:00", "2023-12-24 00:00:00"]),
        (["3/25/24 2:05 PM", "12/1/99"], ["2024-03-25 14:05:00", "1999-12-01 00:00:00"]),
        (["13.12.23", "01.02.2024"], ["2023-12-13 00:00:00", "2024-02-01 00:00:00"]),
        (["15-Mar-24", "Mar 5 2024"], ["2024-03-15 00:00:00", "2024-03-05 00:00:00"]),
        (["2024-03-05 02:05 PM", "2024-03-05 12:05:06 AM"], ["2024-03-05 14:05:00", "2024-03-05 00:05:06"]),
        (["2024年3月5日 下午3:30", "2024年3月5日 10时30分"], ["2024-03-05 15:30:00", "2024-03-05 10:30:00"]),
        (["２０２４－０３－０５", "2024-03-06"], ["2024-03-05 00:00:00", "2024-03-06 00:00:00"]),
        (["2024-02-30", "2024-01-01"], ["None", "2024-01-01 00:00:00"]),
    ],
)
def test_a_date_is_read_as_a_person_reads_it(values: list[str], times: list[str]) -> None:
    assert read(values) == times


def test_offsets_are_kept_and_naive_times_are_local() -> None:
    assert read(["2024-01-01T00:00:00Z", "2024-01-01T00:00:00+01:00"]) == ["2024-01-01 00:00:00", "2023-12-31 23:00:00"]
    assert read(["2024-01-01 10:00:00 +08:00", "2024-01-01T10:00:00-0500"]) == [
        "2024-01-01 02:00:00",
        "2024-01-01 15:00:00",
    ]
    assert read(["2024-07-01 08:00"], "Asia/Shanghai") == ["2024-07-01 00:00:00"]
    assert read(["2024-07-01 08:00", "2024-01-01 08:00"], "Europe/Berlin") == [
        "2024-07-01 06:00:00",
        "2024-01-01 07:00:00",
    ]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["3/5/2024", "4/6/2024"], r"rows 2 and 3.*'3/5/2024 / 4/6/2024'.*order of day and month.*dates:"),
        (["13/5/2024", "4/15/2024"], r"rows 2 and 3.*'13/5/2024 / 4/15/2024'.*one order"),
        (["3/5/24", "4/6/24"], r"rows 2 and 3.*order of day and month"),
        (["24/03/05", "24/03/17", "24/04/09"], r"rows 2 and 3.*'24/03/05 / 24/03/17'.*whose year.*dates:"),
        (["2024-01-01T00:00:00Z", "2024-01-01 00:00"], "rows 2 and 3.*all times with a UTC offset, or none"),
    ],
)
def test_what_no_value_settles_is_an_error_with_two_example_rows(values: list[str], said: str) -> None:
    with pytest.raises(InputError, match=f"(?s){said}"):
        read(values)


def test_the_source_can_name_the_format() -> None:
    assert read(["3/5/2024"], given_format="%d/%m/%Y") == ["2024-05-03 00:00:00"]
    assert read(["01-02-2018", "01-02-2018 10:00"], given_format="%d-%m-%Y %H:%M") == [
        "2018-02-01 00:00:00",
        "2018-02-01 10:00:00",
    ]


FORMATS = ("%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%m/%d/%Y %H:%M", "%Y/%m/%d %H:%M", "%d %b %Y %H:%M")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(FORMATS), st.lists(st.integers(0, 60 * 24 * 3000), min_size=1, max_size=6))
def test_formatted_times_come_back_through_any_zone(form: str, minutes: list[int]) -> None:
    zone = ZoneInfo("Asia/Shanghai")  # no daylight saving since 1991, so that every local time exists once
    settled = datetime(2015, 11, 28, 12, 0)  # noqa: DTZ001 -- local by intention; its day is no month
    times = [settled, *(datetime(2015, 1, 1) + timedelta(minutes=minute) for minute in minutes)]  # noqa: DTZ001
    expected = [str(time.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)) for time in times]
    assert read([time.strftime(form) for time in times], "Asia/Shanghai") == expected
