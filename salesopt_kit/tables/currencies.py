"""Amounts in more than one currency under one heading: their sum is a sum of nothing."""

from collections.abc import Iterator

import duckdb

from salesopt_kit.locale import _
from salesopt_kit.tables.export import Export
from salesopt_kit.tables.money import CODES, narrow
from salesopt_kit.tables.quality import Finding
from salesopt_kit.tables.scan import quoted
from salesopt_kit.tables.schema import TABLES, normal_heading
from salesopt_kit.tables.select_sql import text_of
from salesopt_kit.terms import Severity

SIGNS = {"CNY": "¥|rmb|人民币|元", "EUR": "€", "GBP": "£", "INR": "₹", "KRW": "₩", "RUB": "₽"}
"""What stands for a currency besides its code; $ may be one of many, so it is none of them."""
NAMED = ("currencyisocode", "currency", "dealcurrencyofvalue", "transactioncurrencyidname", "币种", "货币")
"""Headings of a column that names the currency of each row, as `normal_heading` leaves them."""
MOST_NAMED = 3


def currency_mix(connection: duckdb.DuckDBPyConnection, export: Export) -> Iterator[Finding]:
    """Yield a warning for each column of money whose rows are in several currencies."""
    named = next((heading for heading in export.scan.headings if normal_heading(heading) in NAMED), None)
    for column in TABLES[export.name]:
        if column.kind != "money" or column.name not in export.mapped:
            continue
        heading = export.mapped[column.name]
        found = _counts(connection, export, _written(text_of(export, column)))
        if len(found) < 2 and named is not None:  # noqa: PLR2004 -- two are a mix
            heading, found = named, _counts(connection, export, f"nullif(upper(trim({quoted(named)})), '')")
        if len(found) > 1:
            yield _mix(export, column.name, heading, found)


def _written(text: str) -> str:
    """Return SQL for the currency that stands in an amount; null where none does, as in a plain number."""
    bare = f"lower({narrow(text)})"
    cases = " ".join(f"when regexp_matches({bare}, '{signs}') then '{code}'" for code, signs in SIGNS.items())
    dollars = f"nullif(upper(regexp_extract({bare}, '(?:us|ca|au|nz|hk|nt|sg|[acrs])?[$]')), '')"
    code = f"nullif(upper(regexp_extract({bare}, '{CODES}')), '')"
    return f"case when try_cast({text} as double) is not null then null {cases} else coalesce({code}, {dollars}) end"


def _counts(connection: duckdb.DuckDBPyConnection, export: Export, currency: str) -> list[tuple[str, int, int]]:
    """Return (currency, rows, first row), the most frequent first."""
    return connection.execute(
        f"select v, count(*), min(source_row) from {export.numbered(currency)} where v is not null "
        "group by v order by 2 desc, 3"
    ).fetchall()


def _mix(export: Export, column: str, heading: str, found: list[tuple[str, int, int]]) -> Finding:
    of = sum(n for _currency, n, _row in found)
    said = _("{file}, row {row}, column {column}: {currency} ({n:,} rows)")
    return Finding(
        f"currency_mix.{column}",
        Severity.WARNING,
        export.name,
        _("Amounts in several currencies: {currencies}").format(currencies=", ".join(each[0] for each in found)),
        of - found[0][1],
        of,
        examples=tuple(
            said.format(file=export.scan.file, row=row, column=heading, currency=currency, n=n)
            for currency, n, row in found[:MOST_NAMED]
        ),
        remedy=_("They are added up as they stand. Export all amounts in {currency}, or one file per currency.").format(
            currency=export.config.currency
        ),
    )
