"""The SQL that turns the text columns of an export into the columns of a canonical table."""

from collections.abc import Iterator, Mapping

from salesopt_kit.engagement import Config
from salesopt_kit.tables.dates import OFFSET, Reading
from salesopt_kit.tables.export import Export
from salesopt_kit.tables.mapping import CONSTANT
from salesopt_kit.tables.money import Marks
from salesopt_kit.tables.scan import literal, quoted
from salesopt_kit.tables.schema import TABLES, Column

BLANKS = ("", "-", "–", "—", "n/a", "na", "null", "none", "nan", "#n/a", "nat")
STATUS_WORDS = {
    "open": "open 0 in progress 进行中 跟进中 未关闭 active false",
    "won": "won 1 closed won closedwon 赢单 成交 已成交 win true",
    "lost": "lost 2 closed lost closedlost 输单 丢单 已输 lose",
}
"""How exports spell the status of a deal; two-word spellings are also matched as one word."""


def canonical_select(export: Export, how: Mapping[str, Reading | Marks]) -> str:
    """Return the query of the canonical table in three steps (text, value, output), so that nothing is done twice."""
    name, scan, source, config, mapped = export.name, export.scan, export.source, export.config, export.mapped
    columns = TABLES[name]
    row = "source_row" if "source_row" in scan.headings else "null"
    texts = [
        f'{_replaced(text_of(mapped[column.name]), source.values.get(column.name, {}))} as "t:{column.name}"'
        for column in columns
        if column.name in mapped
    ]
    values = [
        value
        for column in columns
        if column.name in mapped
        for value in _values(column, f'"t:{column.name}"', how.get(column.name), config, name)
    ]
    outputs = [
        output for column in columns for output in _outputs(column, mapped, how.get(column.name), config.timezone, name)
    ]
    return (
        f"select {', '.join(outputs)}, {literal(scan.file)} as source_file, cast(given as bigint) as given_row "
        f"from (select *, {', '.join(values)} from (select {', '.join(texts)}, {row} as given from ({scan.sql})))"
    )


def _values(column: Column, text: str, how: Reading | Marks | None, config: Config, name: str) -> Iterator[str]:
    """Yield the SQL of what a text stands for: `v:` the value; for times `v:` the local time and `u:` the UTC time."""
    if isinstance(how, Reading):
        utc, local = how.sql(text, config.timezone)
        yield f'{local} as "v:{column.name}"'
        if utc != local:
            yield f'{utc} as "u:{column.name}"'
    elif isinstance(how, Marks):
        yield f'{how.sql(text)} as "v:{column.name}"'
    elif column.name == "stage":
        yield f'{_stage(text, config)} as "v:stage"'
    elif column.name == "status" and name == "opportunities":
        yield f'{_status(text)} as "v:status"'
    else:
        yield f'{text} as "v:{column.name}"'


def _outputs(
    column: Column, mapped: Mapping[str, str], how: Reading | Marks | None, zone: str, name: str
) -> Iterator[str]:
    """Yield the SQL of a canonical column, of its date, and of what could not be read ("bad:...")."""
    text, value = f'"t:{column.name}"', f'"v:{column.name}"'
    if column.name not in mapped:
        kind = {"text": "varchar", "time": "timestamp"}.get(column.kind, "double")
        yield f"null::{kind} as {column.name}"
        if column.kind == "time":
            yield f"null::date as {column.date_name}"
        return
    unread = f"{text} is not null and {value} is null"
    if isinstance(how, Reading):
        utc = value if zone == "UTC" else f'"u:{column.name}"'
        # An offset after a plain probe would be dropped in silence by the cast, so such a value counts as unreadable.
        mixed = f" or (length({text}) > 19 and regexp_matches({text}, '{OFFSET}'))"
        unread = f"{text} is not null and ({value} is null{'' if how.aware or how.formats else mixed})"
        yield f"{utc} as {column.name}"
        yield f"cast({value} as date) as {column.date_name}"
        yield f"{value} <> date_trunc('day', {value}) as \"clock:{column.name}\""
    elif column.name == "stage" and name not in ("opportunities", "stage_events"):
        yield f"coalesce({value}, {text}) as stage"
        return
    else:
        yield f"{value} as {column.name}"
    if how is not None:
        unread += f" and lower({text}) not in ({', '.join(literal(blank) for blank in BLANKS)})"
    if how is not None or column.name == "stage" or (column.name == "status" and name == "opportunities"):
        yield f'case when {unread} then {text} end as "bad:{column.name}"'


def text_of(heading: str) -> str:
    """Return SQL for the tidy text under a heading, or for the constant that stands in its place."""
    return literal(heading[1:].strip()) if heading.startswith(CONSTANT) else _clean(quoted(heading))


def _clean(text: str) -> str:
    """Return SQL for a text without outer and doubled spaces, null where it says that there is nothing."""
    # Only a text with doubled spaces or beyond ASCII can hold what a plain trim leaves.
    odd = f"contains({text}, '  ') or strlen({text}) <> length({text})"
    tidy = f"case when {odd} then trim(regexp_replace({text}, '[\\s\u00a0\u3000]+', ' ', 'g')) else trim({text}) end"
    return f"nullif({tidy}, '')"


def _replaced(text: str, values: Mapping[str, str]) -> str:
    if not values:
        return text
    cases = " ".join(f"when {literal(found)} then {literal(wanted)}" for found, wanted in values.items())
    return f"case {text} {cases} else {text} end"


def _stage(text: str, config: Config) -> str:
    """Return SQL for the stage id that a text names by id, name or value; null for an unknown stage."""
    names: dict[str, str] = {}
    for stage in config.stages:
        for value in (stage.id, stage.name, *stage.values):
            names.setdefault(value.lower(), stage.id)
    cases = " ".join(f"when {literal(value)} then {literal(stage)}" for value, stage in names.items())
    return f"case lower({text}) {cases} end"


def _status(text: str) -> str:
    cases = []
    for status, words in STATUS_WORDS.items():
        spelt = {*words.split(), *(word for word in ("closed won", "closed lost", "in progress") if word in words)}
        spelt -= {"closed", "in", "progress"}
        cases.append(f"when lower({text}) in ({', '.join(literal(word) for word in sorted(spelt))}) then '{status}'")
    return f"case {' '.join(cases)} end"
