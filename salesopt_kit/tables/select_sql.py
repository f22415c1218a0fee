"""The SQL that turns the text columns of an export into the columns of a canonical table."""

from collections.abc import Iterator, Mapping

from salesopt_kit.engagement import Config
from salesopt_kit.tables.dates import Reading
from salesopt_kit.tables.export import Export
from salesopt_kit.tables.mapping import CONSTANT
from salesopt_kit.tables.money import Marks, unit
from salesopt_kit.tables.scan import Scan, literal, quoted
from salesopt_kit.tables.schema import TABLES, Column
from salesopt_kit.tables.units import heading_unit

BLANKS = ("", "-", "–", "—", "n/a", "na", "null", "none", "nan", "#n/a", "nat")
STATUS_WORDS = {
    "open": ("open", "in progress", "active", "进行中", "跟进中", "未关闭"),
    "won": ("won", "closed won", "closedwon", "win", "赢单", "成交", "已成交"),
    "lost": ("lost", "closed lost", "closedlost", "lose", "输单", "丢单", "已输"),
}
"""How exports spell the status of a deal. True and false are not here: IsWon is false for open deals too."""
STATUS_CODES = {"dynamics": {"open": "0", "won": "1", "lost": "2"}}
"""What a preset's exports have in place of words."""


def canonical_select(export: Export, how: Mapping[str, Reading | Marks], *, is_full: bool = False) -> str:
    """Return the query of the canonical table in three steps (text, value, output), so that nothing is done twice.

    Columns that the export has no heading for are left out. "bad:<column>" says of each value whether it could not be
    read; with `is_full` it is the text that could not, else null. given_row is there where rows carry their numbers.
    """
    scan, mapped = export.scan, export.mapped
    columns = [column for column in TABLES[export.name] if column.name in mapped]
    texts = [f'{text_of(export, column)} as "t:{column.name}"' for column in columns]
    values = [
        value for column in columns for value in _values(column, f'"t:{column.name}"', how.get(column.name), export)
    ]
    outputs = [output for column in columns for output in _outputs(column, how.get(column.name), export, is_full)]
    if "source_row" in scan.headings:
        texts.append("source_row as given")
        outputs.append("cast(given as bigint) as given_row")
    return (
        f"select {', '.join(outputs)} "
        f"from (select *, {', '.join(values)} from (select {', '.join(texts)} from ({scan.sql})))"
    )


def _values(column: Column, text: str, how: Reading | Marks | None, export: Export) -> Iterator[str]:
    """Yield the SQL of what a text stands for: `v:` the value; for times `v:` the local time and `u:` the UTC time."""
    if isinstance(how, Reading):
        utc, local = how.sql(text, export.config.timezone)
        yield f'{local} as "v:{column.name}"'
        if utc != local:
            yield f'{utc} as "u:{column.name}"'
    elif isinstance(how, Marks):
        value, factor = how.sql(text), heading_unit(export.mapped[column.name]) if column.kind == "money" else 1.0
        if factor != 1.0:  # an amount that names its own unit has said all
            value = f"case when {unit(text)} > 1 then 1 else {factor:.0f} end * ({value})"
        yield f'{value} as "v:{column.name}"'
    elif column.name == "stage":
        yield f'{_stage(text, export.config)} as "v:stage"'
    elif column.name == "status" and export.name == "opportunities":
        yield f'{_status(text, export.source.preset)} as "v:status"'
    else:
        yield f'{text} as "v:{column.name}"'


def _outputs(column: Column, how: Reading | Marks | None, export: Export, is_full: bool) -> Iterator[str]:
    """Yield the SQL of a canonical column, of its date, and of whether it could not be read ("bad:...")."""
    text, value = f'"t:{column.name}"', f'"v:{column.name}"'
    unread = f"{text} is not null and {value} is null"
    if isinstance(how, Reading):
        utc = value if export.config.timezone == "UTC" else f'"u:{column.name}"'
        unread = how.unread(text, value)
        yield f"{utc} as {column.name}"
        yield f"cast({value} as date) as {column.date_name}"
        yield f"{value} <> date_trunc('day', {value}) as \"clock:{column.name}\""
    elif column.name == "stage" and export.name not in ("opportunities", "stage_events"):
        yield f"coalesce({value}, {text}) as stage"
        return
    else:
        yield f"{value} as {column.name}"
    if how is not None or column.name == "stage" or (column.name == "status" and export.name == "opportunities"):
        # A case, unlike `and`, looks at the second condition only where the first one holds.
        blank = f"lower({text}) in ({', '.join(literal(blank) for blank in BLANKS)})" if how is not None else "false"
        bad = f"case when {unread} then not {blank} else false end"
        yield f'{f"case when {bad} then {text} end" if is_full else bad} as "bad:{column.name}"'


def text_of(export: Export, column: Column) -> str:
    """Return SQL for the tidy text of a mapped column, or for the constant in its place, with `values:` applied."""
    heading = export.mapped[column.name]
    text = literal(heading[1:].strip()) if heading.startswith(CONSTANT) else _clean(quoted(heading), export.scan)
    if column.kind == "time" and export.scan.is_excel:
        text = _serial_as_time(text)
    return _replaced(text, export.source.values.get(column.name, {}))


def value_of(export: Export, column: Column) -> str:
    """Return SQL for what a mapped column of texts holds: the tidy text, of a stage its id."""
    text = text_of(export, column)
    return _stage(text, export.config) if column.name == "stage" else text


def _serial_as_time(text: str) -> str:
    """Return SQL that turns an Excel serial number, days since 1899-12-30, into an ISO time; other texts stay."""
    micros = f"cast(round(try_cast({text} as double) * 86400) * 1000000 as bigint)"
    time = f"strftime(timestamp '1899-12-30' + to_microseconds({micros}), '%Y-%m-%d %H:%M:%S')"
    return f"case when regexp_matches({text}, '^[1-9][0-9]{{4}}([.][0-9]+)?$') then {time} else {text} end"


def _clean(text: str, scan: Scan) -> str:
    """Return SQL for a text without outer and doubled spaces, null where it says that there is nothing."""
    # Only a text with doubled or odd spaces or beyond ASCII can hold what a plain trim leaves.
    doubts = [f"contains({text}, '  ')"]
    if not scan.rows_if_plain:
        doubts += [f"contains({text}, chr({code}))" for code in (9, 10, 13)]
        doubts.append(f"strlen({text}) <> length({text})")
    visible = f"regexp_replace({text}, '[\u200b\ufeff]', '', 'g')"
    single = f"trim(regexp_replace({visible}, '[\\s\u00a0\u2000-\u200a\u202f\u3000]+', ' ', 'g'))"
    # To trim makes a copy of every text, so it is asked first whether there is anything to trim.
    outer = f"prefix({text}, ' ') or suffix({text}, ' ')"
    return f"nullif(case when {' or '.join(doubts)} then {single} when {outer} then trim({text}) else {text} end, '')"


def tidy(text: str) -> str:
    """Return a text of engagement.yml as `_clean` leaves the cells that it is compared with."""
    return " ".join(text.replace("\u200b", "").replace("\ufeff", "").split())


def _replaced(text: str, values: Mapping[str, str]) -> str:
    if not values:
        return text
    cases = " ".join(f"when {literal(tidy(found))} then {literal(wanted)}" for found, wanted in values.items())
    return f"case {text} {cases} else {text} end"


def _stage(text: str, config: Config) -> str:
    """Return SQL for the stage id that a text names by id, name or value; null for an unknown stage."""
    names: dict[str, str] = {}
    for stage in config.stages:
        for value in (stage.id, stage.name, *stage.values):
            names.setdefault(tidy(value).lower(), stage.id)
    cases = " ".join(f"when {literal(value)} then {literal(stage)}" for value, stage in names.items())
    return f"case lower({text}) {cases} end"


def _status(text: str, preset: str) -> str:
    codes = STATUS_CODES.get(preset, {})
    cases = []
    for status, words in STATUS_WORDS.items():
        spelt = ", ".join(literal(word) for word in (*words, *([codes[status]] if codes else [])))
        cases.append(f"when lower({text}) in ({spelt}) then '{status}'")
    return f"case {' '.join(cases)} end"
