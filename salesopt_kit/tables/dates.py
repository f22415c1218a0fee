"""Dates and times as exports write them: which format a column is in, and the SQL that reads it.

The form of a column is decided over all of its values: a day/month order that no value settles is an error, never a
guess.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from salesopt_kit.errors import InputError
from salesopt_kit.locale import _
from salesopt_kit.tables.scan import literal

MONTH = "(?i)\\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
OFFSET = ":[0-9]{2}([.][0-9]+)? ?([Zz]|UTC|GMT|[+-][0-9]{2}(:?[0-9]{2})?)$"
"""How a time of day ends that carries its offset from UTC; PostgreSQL writes +00, Salesforce +0000."""
CLOCK = re.compile(r"^(?P<space>T| +)?9{1,2}:99(?P<seconds>:99(?P<fraction>\.9+)?)?(?P<half> ?[AaPp][Mm])?$")


@dataclass(frozen=True, slots=True)
class Shape:
    """Values of a column that look alike: digits as 9, month names as MON; how many, and the first of them."""

    shape: str
    n: int
    example: str
    row: int


@dataclass(frozen=True, slots=True)
class Reading:
    """How a time column is read: `formats` for strptime, empty for ISO; `aware` where values carry their offset."""

    formats: tuple[str, ...] = ()
    aware: bool = False
    is_eastern: bool = False
    """Whether texts hold Chinese words or full-width digits, as 下午3:30 does."""

    def sql(self, text: str, zone: str) -> tuple[str, str]:
        """Return SQL for the UTC timestamp and for the local timestamp of the text expression `text`."""
        if self.is_eastern:
            text = western(text)
        if self.aware:
            spaced = f"regexp_replace({text}, ' ([+-][0-9]{{2}}:?[0-9]{{2}})$', '\\1')"
            instant = f"try_cast(case when contains({text}, ' ') then {spaced} else {text} end as timestamptz)"
            return f"timezone('UTC', {instant})", f"timezone('{zone}', {instant})"
        if self.formats:
            formats = ", ".join(literal(form) for form in self.formats)
            local = f"try_strptime({text}, [{formats}])"
        else:
            local = f"try_cast({text} as timestamp)"
        return (local if zone == "UTC" else f"timezone('UTC', timezone('{zone}', {local}))"), local

    def unread(self, text: str, value: str) -> str:
        """Return SQL for whether `text` holds something that `value`, what was read of it, does not stand for.

        The database by itself takes 13/05/24 for the year 13, knows infinity, and drops in silence an offset, the name
        of a time zone, and PM.
        """
        years = f"{value} not between timestamp '1000-01-01' and timestamp '9999-12-31'"
        doubt = f"{value} is null or {years}"
        if not self.aware and not self.formats:
            usual = f"strlen({text}) = 10 or (strlen({text}) = 19 and {text}[17] = ':')"
            doubt += f" or (not ({usual}) and regexp_matches({text}, '{OFFSET}|[A-Za-z]{{2}}'))"
        return f"{text} is not null and ({doubt})"


def western(text: str) -> str:
    """Return SQL for a time with ordinary digits in place of full-width ones, 时分秒 as colons and 下午 as PM."""
    plain = f"translate({text}, '０１２３４５６７８９：／－．　', '0123456789:/-. ')"
    clock = f"regexp_replace(regexp_replace({plain}, '[时時点]', ':'), '分([0-9])', ':\\1')"
    half = f"regexp_replace({clock}, '(上午|下午) *([0-9:]+)[分秒]?$', '\\2 \\1')"
    return f"regexp_replace(replace(replace({half}, '上午', 'AM'), '下午', 'PM'), '[分秒]$', '')"


def shapes(connection: duckdb.DuckDBPyConnection, column: str, relation: str) -> list[Shape]:
    """Return the shapes of a text column of a relation that has a `source_row`, the most frequent first."""
    text = f"trim({column})"
    shape = f"regexp_replace(regexp_replace({text}, '{MONTH}', 'MON', 'g'), '[0-9]', '9', 'g')"
    rows = connection.execute(
        f"select {shape} as shape, count(*), min_by({text}, source_row), min(source_row) from {relation} "
        f"where {text} <> '' group by 1 order by 2 desc, 1 limit 200"
    ).fetchall()
    return [Shape(*row) for row in rows]


def reading(connection: duckdb.DuckDBPyConnection, column: str, relation: str, where: str, given: str = "") -> Reading:
    """Return how to read a time column; `where` names file and column in errors, `given` is the format of the source.

    Raises InputError for an undecided day/month order, both orders at once, or a mix of values with and without a
    UTC offset. Values that are no dates at all are left to the caller, which finds them unreadable.
    """
    foreign = f"select 1 from {relation} where strlen({column}) <> length({column}) limit 1"
    is_eastern = connection.execute(foreign).fetchone() is not None
    if is_eastern:
        column = western(column)
    found = shapes(connection, column, relation)
    aware = [shape for shape in found if re.search(OFFSET.replace("[0-9]", "9"), shape.shape)]
    if aware and len(aware) < len(found):
        naive = next(shape for shape in found if shape not in aware)
        raise InputError(
            _("{where}, rows {first} and {second}").format(where=where, first=aware[0].row, second=naive.row),
            f"{aware[0].example} / {naive.example}",
            expected=_("all times with a UTC offset, or none"),
            remedy=_("Export the column in one form; times without an offset are read in the engagement's time zone."),
        )
    if given:
        return Reading((given, *_shorter(given)), is_eastern=is_eastern)
    if aware:
        return Reading(aware=True, is_eastern=is_eastern)
    forms = dict.fromkeys(form for shape in found if (form := format_of(shape.shape)))
    if any(form.startswith("%d") and "%b" not in form for form in forms) and not _day_first(
        connection, column, relation, where
    ):
        swapped = [form.replace("%d", "%?").replace("%m", "%d").replace("%?", "%m") for form in forms]
        return Reading(_years_last(swapped), is_eastern=is_eastern)
    forms |= {form.replace("%b", "%B"): None for form in forms if "%b" in form}
    iso = all(form.startswith("%Y-") and "%p" not in form for form in forms)
    return Reading(() if iso else _years_last(forms), is_eastern=is_eastern)


def _years_last(forms: Iterable[str]) -> tuple[str, ...]:
    """Return the formats, those of two-digit years first: the database takes 24 for the year 24 where it may."""
    return tuple(sorted(forms, key=lambda form: "%y" not in form))


FORMS = (
    (r"^9999([-/.])9{1,2}(?:\1)9{1,2}", "%Y{sep}%m{sep}%d"),
    (r"^99999999()", "%Y%m%d"),
    (r"^9999年()9{1,2}月9{1,2}日", "%Y年%m月%d日"),
    (r"^9{1,2}([-/.])9{1,2}(?:\1)9999", "%d{sep}%m{sep}%Y"),
    (r"^9{1,2}([-/.])9{1,2}(?:\1)99", "%d{sep}%m{sep}%y"),
    (r"^9{1,2}([ -])MON[ -]9999", "%d{sep}%b{sep}%Y"),
    (r"^9{1,2}([ -])MON[ -]99", "%d{sep}%b{sep}%y"),
    (r"^MON() 9{1,2}, 9999", "%b %d, %Y"),
    (r"^MON() 9{1,2} 9999", "%b %d %Y"),
)
"""What a date looks like (digits as 9, month names as MON), and its format; numeric dates day first."""


def format_of(shape: str) -> str:
    """Return the strptime format of a shape, empty for one that is no date; 99/99/9999 counts as day first."""
    for pattern, form in FORMS:
        match = re.match(pattern, shape)
        if not match or shape[match.end() :][:1] == "9":
            continue
        clock = CLOCK.match(shape[match.end() :])
        if clock or match.end() == len(shape):
            return form.format(sep=match.group(1)) + (_clock_format(clock) if clock else "")
    return ""


def _stop_at_year_first(
    connection: duckdb.DuckDBPyConnection, parts: tuple[str, str, str], column: str, relation: str, where: str
) -> None:
    """Raise InputError for dates such as 24/03/05 that may well begin with the year: few firsts, many lasts."""
    first, second, last = parts
    short = f"{last} < 100 and regexp_matches({column}, '^\\s*\\d{{2}}\\D')"
    row = connection.execute(
        f"select count(distinct {first}), count(distinct {last}), "
        f"bool_and({last} between 1 and 31 and {second} <= 12), "
        f"arg_min({column}, source_row, 2), arg_min(source_row, source_row, 2) from {relation} where {short}"
    ).fetchone()
    if row is not None and row[0] and row[1] > row[0] and row[2]:
        raise InputError(
            _("{where}, rows {first} and {second}").format(where=where, first=row[4][0], second=row[4][-1]),
            " / ".join(row[3]),
            expected=_("dates whose year can be told"),
            remedy=_('Say what they are: `dates: "%y/%m/%d"` (with your separator) in engagement.yml.'),
        )


def _clock_format(clock: re.Match[str]) -> str:
    hours = "%I" if clock["half"] else "%H"
    seconds = (":%S" if clock["seconds"] else "") + (".%f" if clock["fraction"] else "")
    half = (" %p" if clock["half"].startswith(" ") else "%p") if clock["half"] else ""
    return f"{clock['space'] or ''}{hours}:%M{seconds}{half}"


def _shorter(form: str) -> tuple[str, ...]:
    """Return the format without its time of day, since spreadsheets drop midnight."""
    date = re.split(r"[T ]%[HI]", form)[0]
    return (date,) if date != form else ()


def _day_first(connection: duckdb.DuckDBPyConnection, column: str, relation: str, where: str) -> bool:
    """Return whether the numeric dates of a column are day first; raise InputError where that cannot be told."""
    pattern = "^\\s*(\\d{1,2})[-/.](\\d{1,2})[-/.](\\d{4}|\\d{2})(?:\\D|$)"
    first, second, last = (f"try_cast(regexp_extract({column}, '{pattern}', {part}) as int)" for part in (1, 2, 3))
    _stop_at_year_first(connection, (first, second, last), column, relation, where)
    proof = connection.execute(
        f"select min_by(trim({column}), source_row) filter ({first} > 12), min(source_row) filter ({first} > 12), "
        f"min_by(trim({column}), source_row) filter ({second} > 12), min(source_row) filter ({second} > 12), "
        f"arg_min({column}, source_row, 2) filter ({first} <> {second}), arg_min(source_row, source_row, 2) "
        f"filter ({first} <> {second}) from {relation}"
    ).fetchone()
    day, day_row, month, month_row, examples, rows = proof or (None,) * 6
    if day is not None and month is not None:
        raise InputError(
            _("{where}, rows {first} and {second}").format(where=where, first=day_row, second=month_row),
            f"{day} / {month}",
            expected=_("one order of day and month in the whole column"),
            remedy=_("Export the column again in one form, such as 2024-03-05."),
        )
    if day is None and month is None and examples:
        raise InputError(
            _("{where}, rows {first} and {second}").format(where=where, first=rows[0], second=rows[-1]),
            " / ".join(dict.fromkeys(examples)),
            expected=_("dates whose order of day and month can be told"),
            remedy=_(
                'Say which it is: `dates: "%d-%m-%Y"` or `dates: "%m-%d-%Y"` (with your separator) in engagement.yml.'
            ),
        )
    return month is None
