"""Exports of every format become the same canonical tables; oracle for the public data: facts.json."""

import gzip
import json
from pathlib import Path

import pandas as pd
import pytest

from salesopt_kit import open_engagement, open_tables
from salesopt_kit.tables import QualityError, Tables

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = """\
client: Acme
slug: acme
timezone: Europe/Berlin
as_of: 2024-12-31
stages:
  - {{id: lead, name: 线索获取, values: [New]}}
  - {{id: won, name: Won, kind: won, values: [Closed Won]}}
  - {{id: lost, name: Lost, kind: lost, values: [Closed Lost]}}
sources:
  opportunities:
    file: exports/{file}
    {more}
    columns: {{opportunity_id: Id, account: 客户, owner: Owner, amount: Amount, created_at: Created, closed_at: Closed,
              stage: Stage}}
"""
ROWS = pd.DataFrame(
    {
        "Id": ["1", "2", "3"],
        "客户": ["华信科技", " 北京  数据 ", ""],
        "Owner": ["Ann", "Ann", "Bo\u3000Li"],
        "Amount": ["1200", "3400.5", ""],
        "Created": ["2024-01-15", "2024-02-20", "2024-07-25"],
        "Closed": ["2024-03-31", "", ""],
        "Stage": ["closed won", "New", "线索获取"],
    }
)


def opened(folder: Path, file: str, more: str = "") -> Tables:
    (folder / "engagement.yml").write_text(SETTINGS.format(file=file, more=more), encoding="utf-8")
    return open_tables(open_engagement(folder))


def write(folder: Path, file: str) -> None:
    path = folder / "exports" / file
    path.parent.mkdir(exist_ok=True)
    if file.endswith(".xlsx"):
        ROWS.to_excel(path, index=False, engine="xlsxwriter")
    elif file.endswith(".parquet"):
        ROWS.to_parquet(path)
    else:
        encoding, delimiter = file.removesuffix(".csv").split("_")
        ROWS.to_csv(path, index=False, encoding=encoding, sep={"c": ",", "s": ";", "t": "\t", "p": "|"}[delimiter])


FILES = [
    "utf-8_c.csv",
    "utf-8-sig_s.csv",
    "utf-16_t.csv",
    "gb18030_c.csv",
    "gb18030_p.csv",
    "deals.xlsx",
    "deals.parquet",
]


@pytest.mark.parametrize("file", FILES)
def test_every_format_and_encoding_gives_the_same_table(tmp_path: Path, file: str) -> None:
    write(tmp_path, file)
    tables = opened(tmp_path, file)
    rows = tables.to_frame(tables.table("opportunities").order_by("opportunity_id"))
    assert rows["account"].fillna("").tolist() == ["华信科技", "北京 数据", ""]
    assert rows["owner"].tolist() == ["Ann", "Ann", "Bo Li"]
    assert rows["amount"].fillna(-1).tolist() == [1200.0, 3400.5, -1.0]
    assert rows["stage"].tolist() == ["won", "lead", "lead"]
    assert rows["source_row"].tolist() == [2, 3, 4]
    assert [str(day.date()) for day in rows["created_on"]] == ["2024-01-15", "2024-02-20", "2024-07-25"]
    # Midnight in Berlin is 23:00 UTC of the day before in winter, 22:00 in summer.
    assert [time.hour for time in rows["created_at"]] == [23, 23, 22]
    assert "opportunities.created_at" in tables.day_grain
    assert set(tables.supplied) >= {"opportunities.amount", "opportunities.closed_at"}
    assert "opportunities.product" not in tables


def test_nothing_is_written_into_exports_and_a_second_opening_reads_the_cache(tmp_path: Path) -> None:
    write(tmp_path, "utf-8_c.csv")
    opened(tmp_path, "utf-8_c.csv")
    assert [path.name for path in (tmp_path / "exports").iterdir()] == ["utf-8_c.csv"]
    (meta,) = (tmp_path / ".salesopt" / "tables").glob("*/meta.json")
    before = meta.stat().st_mtime_ns
    opened(tmp_path, "utf-8_c.csv")
    assert meta.stat().st_mtime_ns == before


def test_a_changed_export_is_read_anew(tmp_path: Path) -> None:
    write(tmp_path, "utf-8_c.csv")
    opened(tmp_path, "utf-8_c.csv")
    path = tmp_path / "exports" / "utf-8_c.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("1200", "1300"), encoding="utf-8")
    tables = opened(tmp_path, "utf-8_c.csv")
    assert tables.to_frame(
        tables.table("opportunities").aggregate(most=tables.table("opportunities").amount.min())
    ).iloc[0]["most"] == pytest.approx(1300)


def test_several_files_of_one_source_are_stacked_and_keep_their_row_numbers(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    ROWS[:1].to_csv(tmp_path / "exports" / "deals-1.csv", index=False)
    ROWS[1:].to_csv(tmp_path / "exports" / "deals-2.csv", index=False)
    tables = opened(tmp_path, "deals-*.csv")
    rows = tables.to_frame(tables.table("opportunities").order_by("opportunity_id"))
    assert rows["source_file"].tolist() == ["exports/deals-1.csv", "exports/deals-2.csv", "exports/deals-2.csv"]
    assert rows["source_row"].tolist() == [2, 2, 3]


def test_late_rows_may_be_less_plain_than_the_first_ones(tmp_path: Path) -> None:
    many = pd.concat([ROWS[:1]] * 6000, ignore_index=True)
    many["Id"] = range(6000)
    many.loc[5999, ["Amount", "Created"]] = ["1,250.50", "2024-01-16 08:00"]
    (tmp_path / "exports").mkdir()
    many.to_csv(tmp_path / "exports" / "deals.csv", index=False)
    tables = opened(tmp_path, "deals.csv")
    last = tables.to_frame(tables.table("opportunities").filter(lambda row: row.opportunity_id == "5999")).iloc[0]
    assert last["amount"] == pytest.approx(1250.5)
    assert str(last["created_at"]) == "2024-01-16 07:00:00"


def test_a_text_with_an_equals_sign_in_place_of_a_heading_stands_in_every_row(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    ROWS.drop(columns="Owner").to_csv(tmp_path / "exports" / "deals.csv", index=False)
    text = SETTINGS.format(file="deals.csv", more="").replace("owner: Owner", "owner: =Ann")
    (tmp_path / "engagement.yml").write_text(text, encoding="utf-8")
    tables = open_tables(open_engagement(tmp_path))
    assert tables.to_frame(tables.table("opportunities").select("owner"))["owner"].tolist() == ["Ann"] * 3


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    broken = ROWS.assign(
        Stage=["Won", "Wonn", "New"], Amount=["12", "twelve", "1"], Created=["2024-01-01", "x", "2024-02-30"]
    )
    (tmp_path / "exports").mkdir()
    broken.to_csv(tmp_path / "exports" / "deals.csv", index=False)
    with pytest.raises(QualityError) as told:
        opened(tmp_path, "deals.csv")
    said = str(told.value)
    for words in ("row 3, column Stage", "'Wonn'", "row 3, column Amount", "'twelve'", "row 4, column Created"):
        assert words in said


@pytest.mark.parametrize(
    "variant", ["sales_pipeline", "variant_sales_pipeline_crlf", "variant_sales_pipeline_ddmmyyyy"]
)
def test_three_copies_of_one_public_export_give_the_published_figures(
    shared: Path, tmp_path: Path, variant: str
) -> None:
    data = shared / "data" / "maven_crm"
    facts = json.loads((data / "facts.json").read_text(encoding="utf-8"))["sales_pipeline.csv"]
    text = (ROOT / "data_samples" / "maven" / "engagement.yml").read_text(encoding="utf-8")
    (tmp_path / "engagement.yml").write_text(text.replace("sales_pipeline.csv", f"{variant}.csv"), encoding="utf-8")
    tables = open_tables(open_engagement(tmp_path, exports=data))
    rows = tables.to_frame(tables.table("opportunities"))
    assert len(rows) == facts["rows"]
    assert rows.loc[rows["stage"] == "won", "amount"].sum() == facts["overall"]["won_value"]
    assert rows["stage"].value_counts().to_dict() == {name.lower(): n for name, n in facts["stage_counts"].items()}
    assert rows["created_on"].isna().sum() == facts["blank"]["engage_date"]
    assert [str(rows["created_on"].min().date()), str(rows["created_on"].max().date())] == facts["engage_date_range"]


def test_a_compressed_xes_log_gives_the_published_counts(shared: Path, tmp_path: Path) -> None:
    data = shared / "data" / "helpdesk_log"
    facts = json.loads((data / "facts.json").read_text(encoding="utf-8"))["Helpdesk.xes.gz"]
    stages = "\n".join(
        f"  - {{id: s{place}, name: {name}}}" for place, name in enumerate(facts["activity_event_counts"])
    )
    (tmp_path / "engagement.yml").write_text(
        f"client: Helpdesk\nslug: helpdesk\nstages:\n{stages}\nsources:\n  stage_events:\n"
        "    file: exports/Helpdesk.xes.gz\n"
        "    columns: {opportunity_id: 'case:concept:name', stage: 'concept:name', entered_at: 'time:timestamp'}\n",
        encoding="utf-8",
    )
    tables = open_tables(open_engagement(tmp_path, exports=data))
    events = tables.to_frame(tables.table("stage_events"))
    repeats = sum(finding.set_aside for finding in tables.quality.findings)
    assert (len(events) + repeats, events["opportunity_id"].nunique()) == (facts["events"], facts["cases"])
    assert events["entered_at"].min() == pd.Timestamp(facts["first_ts"]).tz_convert("UTC").tz_localize(None)
    assert events["stage"].nunique() == facts["activities"]


def test_a_plain_xes_log_is_read_like_a_compressed_one(shared: Path, tmp_path: Path) -> None:
    log = (shared / "data" / "pm4py_samples" / "running_example.xes").read_bytes()
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "log.xes").write_bytes(log)
    (exports / "log.xes.gz").write_bytes(gzip.compress(log))
    found = []
    for file in ("log.xes", "log.xes.gz"):
        names = ("register request", "examine casually", "check ticket", "decide", "reinitiate request")
        names += ("examine thoroughly", "pay compensation", "reject request")
        stages = "\n".join(f"  - {{id: s{place}, name: {name}}}" for place, name in enumerate(names))
        (tmp_path / "engagement.yml").write_text(
            f"client: A\nslug: a\nstages:\n{stages}\nsources:\n  stage_events:\n    file: exports/{file}\n"
            "    columns: {opportunity_id: 'case:concept:name', stage: 'concept:name', entered_at: 'time:timestamp'}\n",
            encoding="utf-8",
        )
        tables = open_tables(open_engagement(tmp_path))
        found.append(len(tables.to_frame(tables.table("stage_events"))))
    assert found == [42, 42]


@pytest.mark.parametrize(
    ("heading", "factor"),
    [
        ("合同金额（万元）", 1e4),
        ("金额(单位：百万)", 1e6),
        ("Amount (k)", 1e3),
        ("Amount (in thousands)", 1e3),
        ("Amount ($ millions)", 1e6),
        ("Amount (USD '000)", 1e3),
        ("Amount (USD)", 1),
        ("Amount (m)", 1),
        ("万科 Amount", 1),
    ],
)
def test_amounts_are_counted_in_the_unit_of_their_heading(tmp_path: Path, heading: str, factor: float) -> None:
    (tmp_path / "exports").mkdir()
    rows = ROWS.rename(columns={"Amount": heading}).assign(**{heading: ["12.5", "5千", ""]})
    rows.to_csv(tmp_path / "exports" / "deals.csv", index=False)
    settings = SETTINGS.replace("amount: Amount", f'amount: "{heading}"')
    (tmp_path / "engagement.yml").write_text(settings.format(file="deals.csv", more=""), encoding="utf-8")
    tables = open_tables(open_engagement(tmp_path))
    found = tables.to_frame(tables.table("opportunities").order_by("opportunity_id"))["amount"].tolist()
    assert found[:2] == pytest.approx([12.5 * factor, 5000.0])
    assert [finding.check for finding in tables.quality.findings].count("amount_unit") == (factor > 1)
