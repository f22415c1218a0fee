"""`salesopt check` on broken copies of a sound engagement: file, row, column and remedy are named, never a traceback."""

import gzip
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from small_engagement import deals, history, hours, people, write_event_log, write_small
from typer.testing import CliRunner

from salesopt_kit.cli import app

DEALS, HISTORY, PEOPLE, HOURS = (
    "exports/deals.csv",
    "exports/history.csv",
    "exports/people.xlsx",
    "exports/hours.parquet",
)
SETTINGS = "engagement.yml"


@dataclass(frozen=True)
class Broken:
    """One way to break an engagement, the exit code of `salesopt check`, and what its output must hold, in order."""

    name: str
    breaks: Callable[[Path], object]
    says: tuple[str, ...]
    code: int = 1
    starts_from: Callable[[Path], Path] = write_small


def settings(old: str, new: str) -> Callable[[Path], object]:
    """Return what replaces `old` in engagement.yml."""
    return text(SETTINGS, old, new)


def both(first: Callable[[Path], object], second: Callable[[Path], object]) -> Callable[[Path], object]:
    """Return what does both."""
    return lambda folder: (first(folder), second(folder))


def text(file: str, old: str, new: str) -> Callable[[Path], object]:
    """Return what replaces the first `old` in a text file."""

    def breaks(folder: Path) -> None:
        found = (folder / file).read_text(encoding="utf-8")
        assert old in found
        (folder / file).write_text(found.replace(old, new, 1), encoding="utf-8")

    return breaks


def content(file: str, data: bytes) -> Callable[[Path], object]:
    """Return what writes `data` in place of a file."""
    return lambda folder: (folder / file).write_bytes(data)


def cut(file: str, share: float = 0.6) -> Callable[[Path], object]:
    """Return what cuts a file off after a share of its bytes."""

    def breaks(folder: Path) -> None:
        whole = (folder / file).read_bytes()
        (folder / file).write_bytes(whole[: int(len(whole) * share)])

    return breaks


def cells(
    frame: Callable[[], pd.DataFrame], file: str, column: str, values: dict[int, object]
) -> Callable[[Path], object]:
    """Return what puts `values` into a column of a CSV file; keys are rows as a spreadsheet numbers them."""

    def breaks(folder: Path) -> None:
        table = frame().astype({column: object})
        for row, value in values.items():
            table.loc[row - 2, column] = value
        table.to_csv(folder / file, index=False)

    return breaks


def dated(
    form: str, column: str = "Opened", kept: Callable[[pd.Series], pd.Series] | None = None
) -> Callable[[Path], object]:
    """Return what writes a date column of the deals in another form; `kept` chooses the rows that stay."""

    def breaks(folder: Path) -> None:
        table = deals()
        days = pd.to_datetime(table[column])
        table[column] = days.dt.strftime(form)
        table[kept(days) if kept else days.notna()].to_csv(folder / DEALS, index=False)

    return breaks


def ambiguous(days: pd.Series) -> pd.Series:
    return days.dt.day <= 12


def workbook(*columns: str, **cell: object) -> Callable[[Path], object]:
    """Return what writes people.xlsx anew, with other headings or with `formula`, `value` in cell C3."""

    def breaks(folder: Path) -> None:
        book = xlsxwriter.Workbook(str(folder / PEOPLE))
        sheet = book.add_worksheet("People")
        sheet.write_row(0, 0, columns or ("Name", "Team", "Hired"))
        for row, person in enumerate(people().itertuples(index=False), 1):
            sheet.write_row(row, 0, (person[0], person[1], person[2].date().isoformat()))
        if cell:
            sheet.write_formula(2, 2, str(cell["formula"]), None, cell["value"])
        book.close()

    return breaks


def appended(frame: Callable[[], pd.DataFrame], file: str, row: int, **changes: object) -> Callable[[Path], object]:
    """Return what adds a copy of one row (as a spreadsheet numbers it), changed, to the end of a CSV file."""

    def breaks(folder: Path) -> None:
        table = frame()
        copy = table.iloc[[row - 2]].assign(**changes)
        pd.concat([table, copy]).to_csv(folder / file, index=False)

    return breaks


def swapped_hours(folder: Path) -> None:
    hours().assign(Hours=["one", *["2"] * 29]).to_parquet(folder / HOURS)


def in_latin(folder: Path) -> None:
    path = folder / DEALS
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))


def completed_before(folder: Path) -> None:
    history().rename(columns={"From": "To", "To": "From"}).dropna().to_csv(folder / HISTORY, index=False)


COPIES = (
    Broken("wrong encoding", in_latin, (f"{DEALS}, row 2", "expected text in UTF-8", "encoding:")),
    Broken("wrong encoding named", settings("file: exports/deals.csv", "file: exports/deals.csv\n    encoding: utf-16"), (DEALS, "encoding utf-16", "Correct `encoding:`")),
    Broken("missing column", text(HISTORY, "Stage,", "Step,"), (f"{HISTORY}, row 1, column Stage", "there are Deal, Step", "mapped to `stage`", "Did you mean")),
    Broken("required column not mapped", both(settings("stage: Stage, entered_at: From", "entered_at: From"), text(HISTORY, "Stage,", "Step,")), (f"{HISTORY}, row 1", "`stage_events` needs", "sources.stage_events.columns.stage")),
    Broken("mapping to a heading that is not there", settings("amount: Value", "amount: Valeu"), (f"{DEALS}, row 1, column Valeu", "Did you mean Value?")),
    Broken("mapping of an unknown column", settings("amount: Value", "amonut: Value"), ("sources.opportunities.columns", "'amonut'", "Did you mean amount?")),
    Broken("ambiguous dates", dated("%d/%m/%Y", kept=ambiguous), (f"{DEALS}, column Opened, rows 2 and 4", "order of day and month", "dates:")),
    Broken("mixed day and month order", cells(deals, DEALS, "Opened", {2: "13/05/2024", 5: "05/13/2024"}), (f"{DEALS}, column Opened, rows 2 and 5", "'13/05/2024 / 05/13/2024'", "Export the column again")),
    Broken("impossible date", cells(deals, DEALS, "Closed", {7: "2024-02-30"}), (f"{DEALS}, row 7, column Closed", "'2024-02-30'", "a date such as", "Correct the cell")),
    Broken("word for a date", cells(deals, DEALS, "Opened", {9: "next week"}), (f"{DEALS}, row 9, column Opened", "'next week'", "Correct the cell")),
    Broken("mixed time zones", cells(history, HISTORY, "From", {2: "2024-01-08T09:00:00+08:00", 3: "2024-01-12 09:00:00"}), (f"{HISTORY}, column From, rows 2 and 3", "UTC offset", "in one form")),
    Broken("negative cycle", cells(deals, DEALS, "Closed", {2: "2024-01-01"}), ("closed before they started: 1 of 54", f"{DEALS}, row 2, column Closed: 2024-01-01", "Correct the two dates"), 0),
    Broken("future date", cells(deals, DEALS, "Opened", {61: "2031-10-29"}), ("after 2024-11-02", f"{DEALS}, row 61, column Opened: 2031-10-29", "Correct them"), 0),
    Broken("completed before entered", completed_before, ("end before they start", f"{HISTORY}, row 2, column To", "swapped")),
    Broken("unknown stage", cells(deals, DEALS, "Stage", {4: "Closed Wonn"}), (f"{DEALS}, row 4, column Stage", "'Closed Wonn'", "`values`")),
    Broken("duplicate id", appended(deals, DEALS, 5, Value=1.0), ("id another row has", f"{DEALS}, row 5, column Deal: 'D003'", f"{DEALS}, row 62, column Deal", "its own id")),
    Broken("duplicate rows", appended(deals, DEALS, 5), ("stand twice", f"{DEALS}, row 62, column Deal: 'D003'", "set aside"), 0),
    Broken("blank ids", cells(deals, DEALS, "Deal", {11: ""}), ("without an id: 1 of 60", f"{DEALS}, row 11, column Deal: (blank)", "Fill in the id")),
    Broken("spreadsheet damage", cells(history, HISTORY, "By", {3: "May-20"}), ("spreadsheet", f"{HISTORY}, row 3, column By: 'May-20'", "Export the table from the CRM again"), 0),
    Broken("spreadsheet damage in a column that nothing uses", lambda folder: deals().assign(Band=["5-20", *["May-20"] * 59]).to_csv(folder / DEALS, index=False), (f"{DEALS}, row 3, column Band: 'May-20' (59 times)", "Export the table from the CRM again"), 0),
    Broken("money that is not a number", cells(deals, DEALS, "Value", {2: "about 5k?"}), (f"{DEALS}, row 2, column Value", "'about 5k?'", "a number such as", "Correct the cell")),
    Broken("ambiguous decimal", cells(deals, DEALS, "Value", {row: f"{row}.500" for row in range(2, 62)}), (f"{DEALS}, column Value, rows 2 and 3", "decimal mark", "decimal:")),
    Broken("two decimal marks", cells(deals, DEALS, "Value", {2: "1.234,50", 4: "1,234.50"}), (f"{DEALS}, column Value, rows 2 and 4", "one decimal mark")),
    Broken("text for hours in parquet", swapped_hours, (f"{HOURS}, row 2, column Hours", "'one'", "a number such as")),
    Broken("empty file", content(DEALS, b""), (DEALS, "an empty file", "Export the table again")),
    Broken("header only", lambda folder: deals()[:0].to_csv(folder / DEALS, index=False), (DEALS, "only a heading row", "filter of the export")),
    Broken("truncated workbook", cut(PEOPLE), (PEOPLE, "a damaged workbook", "again")),
    Broken("truncated parquet", cut(HOURS), (HOURS, "a complete Parquet file", "again")),
    Broken("truncated event log", cut("exports/log.xes.gz"), ("exports/log.xes.gz", "a complete XES log", "again"), starts_from=write_event_log),
    Broken("event log that is none", content("exports/log.xes.gz", b"<log/>"), ("exports/log.xes.gz", "again"), starts_from=write_event_log),
    Broken("cell of ten million characters", cells(deals, DEALS, "Seller", {6: "x" * 10_000_000}), (f"{DEALS}, row 6, column Seller", "(10,000,000 characters)", "Shorten the cell")),
    Broken("error cell in a workbook", workbook(formula="=1/0", value="#DIV/0!"), (f"{PEOPLE}, sheet People, row 3, column Hired", "#DIV/0!", "paste the column as values")),
    Broken("formula cell without a value", workbook(formula="=TODAY()", value=""), (f"{PEOPLE}, sheet People, row 3, column Hired", "formula", "paste the column as values")),
    Broken("formula as text", cells(deals, DEALS, "Value", {3: "=C2*2"}), (f"{DEALS}, row 3, column Value", "'=C2*2'", "Correct the cell")),
    Broken("doubled heading in a workbook", workbook("Name", "Team", "Team"), (f"{PEOPLE}, row 1, columns 2 and 3", "'Team'", "Rename")),
    Broken("unknown sheet", settings("file: exports/people.xlsx", "file: exports/people.xlsx\n    sheet: Staff"), (PEOPLE, "'Staff'", "one of the sheets Sheet1", "sheet:")),
    Broken("ragged row", text(DEALS, "\nD003,", "\nD003,surplus,"), (f"{DEALS}, row 5", "7 cells", "expected 6 cells", "quote that cell")),
    Broken("short row", text(DEALS, "\nD003,Ann Bär,", "\nD003,"), (f"{DEALS}, row 5", "5 cells", "expected 6 cells")),
    Broken("unclosed quote", text(DEALS, "\nD003,", '\n"D003,'), (f"{DEALS}, row", "quot", "close")),
    Broken("doubled heading", text(DEALS, "Opened,Closed", "Opened,opened"), (f"{DEALS}, row 1, columns 4 and 5", "'opened'", "Rename")),
    Broken("NUL bytes", text(DEALS, "\nD003,", "\nD0\x0003,"), (f"{DEALS}, row 5", "NUL", "Export the table again")),
    Broken("picture renamed to csv", content(DEALS, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256))), (DEALS, "Export the table again")),
    Broken("workbook renamed to csv", lambda folder: people().to_excel(folder / "p.xlsx", engine="xlsxwriter") or (folder / "p.xlsx").replace(folder / DEALS), (DEALS, "'xlsx'", "its own ending")),
    Broken("csv renamed to xlsx", content(PEOPLE, b"Name,Team,Hired\nAnn,North,2020-01-01\n"), (PEOPLE, "a damaged workbook", "again")),
    Broken("unknown kind of file", settings("exports/people.xlsx", "engagement.yml"), ("engagement.yml", ".yml", "Export the table as CSV or xlsx")),
    Broken("missing file", lambda folder: (folder / HISTORY).rename(folder / "exports/historie.csv"), (SETTINGS, f"'{HISTORY}'", "Did you mean historie.csv?")),
    Broken("path outside the folder", settings("exports/deals.csv", "../../deals.csv"), (SETTINGS, "'../../deals.csv'", "inside the engagement folder", "exports/")),
    Broken("unknown table", settings("  people:", "  poeple:"), (SETTINGS, "'poeple'", "Did you mean people?")),
    Broken("misspelt key", settings("timezone:", "timezon:"), (f"{SETTINGS}, line 5, key timezon", "Did you mean timezone?")),
    Broken("wrong type", settings("window_months: 12", "window_months: twelve"), (f"{SETTINGS}, line 7, key window_months", "'twelve'", "a whole number")),
    Broken("bad indentation", settings("  people:\n", " people:\n"), (f"{SETTINGS}, line", "valid YAML", "indentation")),
    Broken("key twice", settings("slug: small", "slug: small\nslug: other"), (SETTINGS, "slug")),
    Broken("slug with capitals", settings("slug: small", "slug: Small Client"), (f"{SETTINGS}, line 2, key slug", "'Small Client'", "Correct the value")),
    Broken("unknown time zone", settings("Europe/Berlin", "Europe/Berlim"), (f"{SETTINGS}, line 5, key timezone", "'Europe/Berlim'", "did you mean Europe/Berlin?")),
    Broken("value in two stages", settings("values: [In talks]", "values: [In talks, New]"), (SETTINGS, "New stands in several", "Correct the value")),
    Broken("unknown preset", settings("file: exports/deals.csv", "file: exports/deals.csv\n    preset: salesfroce"), (SETTINGS, "preset", "'salesfroce'", "salesforce")),
    Broken("links in a circle", lambda folder: ((folder / DEALS).unlink(), (folder / DEALS).symlink_to("deals.csv")), (SETTINGS, f"'{DEALS}'", "a path that leads to a file")),
    Broken("folder in place of a file", lambda folder: ((folder / DEALS).unlink(), (folder / DEALS).mkdir()), (f"'{DEALS}'", "a file, not a folder")),
    Broken("zero in a path", settings("file: exports/deals.csv", 'file: "exports/de\\0als.csv"'), (SETTINGS, "a path that leads to a file")),
    Broken("path too long", settings("exports/deals.csv", f"exports/{'x' * 5000}.csv"), (SETTINGS, "a path that leads to a file")),
    Broken("database table", settings("file: exports/deals.csv", "table: crm.deals\n    connection: URL"), (f"{SETTINGS}, line 14", "cannot be read yet, export it as Parquet or CSV")),
    Broken("title above the headings", text(DEALS, "Deal,", "Report of 2024\nDeal,"), (f"{DEALS}, row 1", "delete title rows")),
    Broken("too many columns", text(DEALS, "Deal,", "Deal," + ",".join(f"c{n}" for n in range(20_000)) + ","), (f"{DEALS}, row 1", "20,006 columns", "at most 2,000", "Export fewer columns")),
    Broken("rows of two encodings", lambda folder: (folder / DEALS).write_bytes((folder / DEALS).read_bytes() + "D9,张三,1,2024-01-01,,New\n".encode("gb18030")), (f"{DEALS}, row 62", "expected text in UTF-8")),
    Broken("parquet with damaged pages", lambda folder: (folder / HOURS).write_bytes((found := (folder / HOURS).read_bytes())[:4] + b"\xff" * 300 + found[304:]), (HOURS, "again; it is cut off or damaged")),
    Broken("parquet with two columns of one name", lambda folder: hours().assign(name=1).to_parquet(folder / HOURS), (f"{HOURS}, row 1, columns 1 and 5", "'name'", "Rename")),
    Broken("parquet with lists", lambda folder: hours().assign(Hours=[[1.0]] * 30).to_parquet(folder / HOURS), (f"{HOURS}, row 2, column Hours", "a number such as")),
    Broken("event log in an unknown encoding", content("exports/log.xes.gz", gzip.compress(b'<?xml version="1.0" encoding="nope"?><log/>')), ("exports/log.xes.gz", "a complete XES log"), starts_from=write_event_log),
    Broken("event log without times", lambda folder: (folder / "exports/log.xes.gz").write_bytes(gzip.compress(gzip.decompress((folder / "exports/log.xes.gz").read_bytes()).replace(b"time:t", b"time:x"))), ("exports/log.xes.gz", "mapped to `entered_at`"), starts_from=write_event_log),
    Broken("blank dates throughout", lambda folder: history().assign(From="").to_csv(folder / HISTORY, index=False), ("Blank cells in `From`: 174 of 174", f"{HISTORY}, row 2, column From: (blank)", "Map another heading to entered_at")),
    Broken("two currencies in the amounts", cells(deals, DEALS, "Value", {2: "$1,000.00", 4: "€900.00", 5: "€800.00"}), ("several currencies: EUR, $", f"{DEALS}, row 4, column Value: EUR (2 rows)", f"{DEALS}, row 2, column Value: $ (1 rows)", "Export all amounts in EUR"), 0),
    Broken("two currencies in a column beside", lambda folder: deals().assign(Currency=["USD", *["EUR"] * 59]).to_csv(folder / DEALS, index=False), ("several currencies: EUR, USD", f"{DEALS}, row 2, column Currency: USD (1 rows)"), 0),
    Broken("percent for an amount", cells(deals, DEALS, "Value", {2: "12%"}), (f"{DEALS}, row 2, column Value", "'12%'", "a number such as")),
    Broken("endless amount", cells(deals, DEALS, "Value", {2: "-inf"}), (f"{DEALS}, row 2, column Value", "'-inf'", "a number such as")),
    Broken("day of zeros", cells(deals, DEALS, "Opened", {2: "0000-00-00"}), (f"{DEALS}, row 2, column Opened", "'0000-00-00'", "Correct the cell")),
    Broken("end of days", cells(deals, DEALS, "Closed", {3: "9999-12-31"}), ("after 2024-11-02", f"{DEALS}, row 3, column Closed: 9999-12-31"), 0),
    Broken("name of a time zone", cells(deals, DEALS, "Opened", {2: "2024-01-08 02:05:00 CST"}), (f"{DEALS}, row 2, column Opened", "'2024-01-08 02:05:00 CST'", "Correct the cell")),
    Broken("no engagement", lambda folder: (folder / SETTINGS).unlink(), (SETTINGS, "no such file", "salesopt init")),
)  # fmt: skip


@pytest.mark.parametrize("copy", COPIES, ids=lambda copy: copy.name)
def test_check_names_place_and_remedy_and_shows_no_traceback(copy: Broken, tmp_path: Path) -> None:
    folder = copy.starts_from(tmp_path / "small")
    copy.breaks(folder)
    result = CliRunner().invoke(app, ["check", str(folder)])
    said = " ".join(result.output.split())
    assert "Traceback" not in said
    assert "Unexpected error" not in said
    assert said == said.encode().decode(), "output that no terminal can show"
    assert re.search(".*?".join(re.escape(part) for part in copy.says), said), said[:2000]
    assert result.exit_code == copy.code
    assert len(said) < 20_000


@pytest.mark.parametrize("start", [write_small, write_event_log])
def test_the_sound_engagement_has_neither_errors_nor_warnings(start: Callable[[Path], Path], tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["check", str(start(tmp_path / "small"))])
    assert (result.exit_code, "Errors: 0. Warnings: 0." in result.output) == (0, True), result.output


@pytest.mark.parametrize("name", ["Acme [2024]", "a*b", "a?b", "it's {x}"])
def test_a_folder_may_have_any_name(name: str, tmp_path: Path) -> None:
    write_small(tmp_path / "axb")  # what a?b would match if it were a pattern
    result = CliRunner().invoke(app, ["check", str(write_small(tmp_path / name))])
    assert (result.exit_code, "Errors: 0. Warnings: 0." in result.output) == (0, True), result.output


@pytest.mark.parametrize("file", ["exports/*.csv", "exports/**/deals.csv", "export?/deals.csv"])
def test_a_pattern_may_reach_into_folders_and_a_file_counts_once(file: str, tmp_path: Path) -> None:
    folder = write_small(tmp_path / "small")
    (folder / HISTORY).rename(folder / "history.csv")
    settings("file: exports/deals.csv", f"files: [exports/deals.csv, '{file}']")(folder)
    settings("exports/history.csv", "history.csv")(folder)
    result = CliRunner().invoke(app, ["check", str(folder)])
    assert (result.exit_code, "Errors: 0. Warnings: 0." in result.output) == (0, True), result.output


@pytest.mark.parametrize("name", ["duplicate id", "truncated workbook", "misspelt key"])
def test_the_installed_command_says_the_same(name: str, tmp_path: Path) -> None:
    copy = next(copy for copy in COPIES if copy.name == name)
    folder = copy.starts_from(tmp_path / "small")
    copy.breaks(folder)
    command = [sys.executable, "-m", "salesopt_kit.cli", "check", str(folder)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 1
    assert "Traceback" not in said
    assert re.search(".*?".join(re.escape(part) for part in copy.says), said), said[:2000]
