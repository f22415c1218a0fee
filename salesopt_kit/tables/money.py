"""Amounts of money and other numbers as exports write them, and the SQL that reads them.

The decimal mark is decided over all values of a column, as the order of day and month is for dates.
"""

from dataclasses import dataclass
from typing import Any

import duckdb

from salesopt_kit.errors import InputError
from salesopt_kit.locale import _
from salesopt_kit.tables.units import UNITS

FULL_WIDTH = ("０１２３４５６７８９．，－（）￥＄−", "0123456789.,-()¥$-")
CODES = (
    "usd|eur|cny|rmb|gbp|jpy|hkd|twd|sgd|aud|cad|nzd|chf|inr|krw|brl|mxn|zar|sek|nok|dkk|pln|czk|huf|try|rub|thb|vnd"
    "|idr|myr|php|aed|sar|ils|人民币"
)
"""Currencies by code; other letters before a number are no currency, so that Q1 is not read as 1."""
SIGNS = "[€£¥₹₩₽]|(?:us|ca|au|nz|hk|nt|sg|[acrs])?[$]"
NUMBER = "^[-+]?([0-9]+|[0-9]{1,3}([.,][0-9]{3})+|[0-9]+[.,][0-9]+|[0-9]{1,3}([.,][0-9]{2,3})+[.,][0-9]+)$"


@dataclass(frozen=True, slots=True)
class Marks:
    """How the numbers of a column are written: `plain` as the database reads them, else with this decimal mark."""

    decimal: str = "."
    plain: bool = False

    def sql(self, text: str) -> str:
        """Return SQL for the number in the text expression `text`; null where it is none."""
        if self.plain:
            # The database takes "nan" and "inf" for numbers; no sum survives them.
            return f"case when isfinite(try_cast({text} as double)) then try_cast({text} as double) end"
        bare = bare_number(text)
        grouping = "," if self.decimal == "." else "."
        digits = f"replace(replace({bare}, '{grouping}', ''), '{self.decimal}', '.')"
        # A number whose last group is not of three digits has no grouping mark there, whatever the column's habit is.
        lone = f"regexp_matches({bare}, '^[-+]?[0-9]+[{grouping}][0-9]{{1,2}}$')"
        value = f"case when {lone} and {unit(text)} > 1 then try_cast(replace({bare}, '{grouping}', '.') as double) "
        value += f"when {lone} then null else try_cast({digits} as double) end"
        sign = f"case when regexp_matches({narrow(text)}, '^\\s*[^0-9]*\\(.*\\)\\s*$') then -1 else 1 end"
        return f"case when regexp_matches({bare}, '{NUMBER}') then {sign} * {unit(text)} * ({value}) end"


def narrow(text: str) -> str:
    """Return SQL that turns full-width characters into ordinary ones."""
    return f"translate({text}, '{FULL_WIDTH[0]}', '{FULL_WIDTH[1]}')"


def bare_number(text: str) -> str:
    """Return SQL for digits, marks and sign alone: without currency, spaces, apostrophes, brackets and units."""
    no_unit = f"regexp_replace({_without_suffix(text)}, '({'|'.join(UNITS)})?(元|块)?(整)?[)]?\\s*$', '')"
    before = f"^\\s*[(]?([-+]?)\\s*(?:(?:{CODES}|kr)\\s*)?(?:{SIGNS})?\\s*[(]?([-+]?)\\s*"
    no_currency = f"regexp_replace({no_unit}, '{before}', '\\1\\2')"
    return f"regexp_replace({no_currency}, '[\\s''’\u00a0\u202f]', '', 'g')"


def _without_suffix(text: str) -> str:
    """Return SQL for the text in small letters without a currency behind the number and its unit."""
    return f"regexp_replace(lower({narrow(text)}), '\\s*(?:{CODES}|kr|zł|{SIGNS})\\s*([)]?)\\s*$', '\\1')"


def unit(text: str) -> str:
    """Return SQL for what the number is multiplied by."""
    found = f"regexp_extract({_without_suffix(text)}, '[0-9]\\s*({'|'.join(UNITS)})(元|块)?(整)?[)]?\\s*$', 1)"
    return (
        f"case {found} "
        + " ".join(f"when '{name}' then {factor:.0f}" for name, factor in UNITS.items())
        + " else 1 end"
    )


def marks(connection: duckdb.DuckDBPyConnection, column: str, relation: str, where: str, given: str = "") -> Marks:
    """Return how the numbers of a text column are written; `given` is the decimal mark that the source names.

    Raises InputError where the values contradict each other, or where every mark has three digits behind it and is a
    dot, so that 1.234 may be one or a thousand.
    """
    if given:
        return Marks(given)
    proof = _proof(connection, column, relation)
    if proof["comma"] is not None and proof["dot"] is not None:
        raise InputError(
            _("{where}, rows {first} and {second}").format(
                where=where, first=proof["comma_row"], second=proof["dot_row"]
            ),
            f"{proof['comma']} / {proof['dot']}",
            expected=_("one decimal mark in the whole column"),
            remedy=_("Export the column again in one form, or say `decimal:` in engagement.yml."),
        )
    if proof["comma"] is not None or (proof["grouped_by_dots"] and proof["dot"] is None):
        return Marks(",")
    if proof["open"] and proof["dot"] is None and proof["open"] + proof["whole"] == proof["n"]:
        raise InputError(
            _("{where}, rows {first} and {second}").format(
                where=where, first=proof["rows"][0], second=proof["rows"][-1]
            ),
            " / ".join(dict.fromkeys(proof["examples"])),
            expected=_("numbers whose decimal mark can be told"),
            remedy=_('Say which it is: `decimal: "."` or `decimal: ","` in engagement.yml.'),
        )
    return Marks(".", plain=not proof["strange"])


def _proof(connection: duckdb.DuckDBPyConnection, column: str, relation: str) -> dict[str, Any]:
    """Return what the values of a column tell of its decimal mark, from one pass over them.

    `comma` and `dot` are the first values that prove either mark, `open` counts those like 1.234 that prove nothing.
    """
    bare = bare_number(column)

    def proves(mark: str, other: str) -> str:
        last_group = f"regexp_matches({bare}, '[{mark}]([0-9]{{1,2}}|[0-9]{{4,}})$')"
        both = f"regexp_matches({bare}, '[{other}][0-9]+[{mark}][0-9]*$')"
        # In 1,2万 the unit makes a comma decimal whatever the habit of the column is, so it proves nothing.
        return f"({last_group} or {both}) and {unit(column)} = 1"

    is_open = f"regexp_matches({bare}, '^[-+]?[0-9]{{1,3}}[.][0-9]{{3}}$')"
    measures = {
        "n": f"count(*) filter (trim({column}) <> '')",
        "strange": f"count(*) filter (trim({column}) <> '' and try_cast({column} as double) is null)",
        "whole": f"count(*) filter (regexp_matches({bare}, '^[-+]?[0-9]+$'))",
        "grouped_by_dots": f"count(*) filter (regexp_matches({bare}, '^[-+]?[0-9]{{1,3}}([.][0-9]{{3}}){{2,}}$'))",
        "open": f"count(*) filter ({is_open})",
        "examples": f"arg_min({column}, source_row, 2) filter ({is_open})",
        "rows": f"arg_min(source_row, source_row, 2) filter ({is_open})",
    }
    for name, mark, other in (("comma", ",", "."), ("dot", ".", ",")):
        measures[name] = f"min_by({column}, source_row) filter ({proves(mark, other)})"
        measures[f"{name}_row"] = f"min(source_row) filter ({proves(mark, other)})"
    row = connection.execute(f"select {', '.join(measures.values())} from {relation}").fetchone()
    return dict(zip(measures, row or (), strict=True))
