"""`salesopt init`: a ready folder, and from exports a mapping that `salesopt check` accepts as it is."""

import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from salesopt_kit.engagement import Config, open_engagement
from salesopt_kit.errors import InputError
from salesopt_kit.records import load_records
from salesopt_kit.starting import start_engagement
from salesopt_kit.starting.schema import SHIPPED, schema_text
from salesopt_kit.starting.stages import kind_of, proposed_stages
from salesopt_kit.starting.text import scalar
from salesopt_kit.tables import check_tables
from salesopt_kit.terms import Severity, StageKind

DEALS = """\
商机编号,负责人,金额,创建日期,商机阶段
A1,张三,¥12000,2024-03-05,合同签订
A2,李四,¥8000,2024-03-08,线索获取
A3,李四,¥9000,2024-03-09,赢单
"""
SALESFORCE = """\
Id,StageName,Amount,CreatedDate,CloseDate,Probability
1,Prospecting,10,2024-01-01,2024-02-01,10
2,Closed Won,20,2024-01-02,2024-02-02,100
"""


def written(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def errors_of(folder: Path) -> list[str]:
    report = check_tables(open_engagement(folder))
    return [example for finding in report.of(Severity.ERROR) for example in (finding.said, *finding.examples)]


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_an_empty_start_is_valid_and_its_records_can_be_read(tmp_path: Path, locale: str) -> None:
    started = start_engagement(tmp_path / "acme", locale=locale)
    engagement = open_engagement(tmp_path / "acme")
    assert engagement.config.locale == locale
    assert engagement.open_stages[0].id == "lead"
    assert len(engagement.config.stages) == 9
    assert started.to_check
    assert load_records(engagement).pain_points == ()
    names = {path.name for path in (tmp_path / "acme").iterdir()}
    assert names == {"engagement.yml", "engagement.schema.json", "exports", "records", ".gitignore", "README.md"}
    assert (tmp_path / "acme" / ".gitignore").read_text().split() == ["exports/", "records.sqlite*", ".salesopt/"]


def test_the_commented_records_are_valid_once_the_marks_are_removed(tmp_path: Path) -> None:
    start_engagement(tmp_path / "acme")
    for path in (tmp_path / "acme" / "records").glob("*.yml"):
        lines = path.read_text(encoding="utf-8").splitlines()[1:]
        path.write_text("\n".join(line.removeprefix("# ") for line in lines), encoding="utf-8")
    records = load_records(open_engagement(tmp_path / "acme"))
    assert (len(records.pain_points), len(records.measures), len(records.reviews)) == (1, 1, 1)


def test_the_public_pipeline_passes_the_check_without_an_edit(tmp_path: Path, shared: Path) -> None:
    exports = [shared / "data" / "maven_crm" / name for name in ("sales_pipeline.csv", "sales_teams.csv")]
    start_engagement(tmp_path / "maven", exports=exports)
    assert errors_of(tmp_path / "maven") == []
    config = open_engagement(tmp_path / "maven").config
    assert config.sources["opportunities"].columns["amount"] == "close_value"
    assert config.sources["people"].columns == {"person": "sales_agent", "team": "regional_office"}
    kinds = [(stage.id, stage.kind.value) for stage in config.stages]
    assert kinds == [("prospecting", "open"), ("engaging", "open"), ("won", "won"), ("lost", "lost")]


def test_the_stages_of_an_event_log_come_in_the_order_of_its_cases(tmp_path: Path, shared: Path) -> None:
    start_engagement(tmp_path / "log", exports=[shared / "data" / "purchasing_example" / "PurchasingExample.csv"])
    assert errors_of(tmp_path / "log") == []
    stages = [stage.name for stage in open_engagement(tmp_path / "log").config.stages]
    assert len(stages) == 21
    assert stages[0] == "Create Purchase Requisition"
    assert stages[-1] == "Pay Invoice"
    assert stages.index("Create Purchase Order") < stages.index("Deliver Goods Services") < stages.index("Send Invoice")


def test_a_chinese_export_in_its_own_encoding_is_understood(tmp_path: Path) -> None:
    export = written(tmp_path, "商机.csv", DEALS, "gb18030")
    started = start_engagement(tmp_path / "华信", locale="zh-CN", exports=[export])
    assert errors_of(tmp_path / "华信") == []
    config = open_engagement(tmp_path / "华信").config
    assert (config.slug, config.currency, config.timezone) == ("client", "CNY", "Asia/Shanghai")
    assert [(stage.id, stage.name) for stage in config.stages] == [
        ("lead", "线索获取"),
        ("contract", "合同签订"),
        ("won", "赢单"),
    ]
    assert any("输单" in said for _line, said in started.to_check)


def test_a_known_crm_is_recognised_and_what_is_not_used_is_listed(tmp_path: Path) -> None:
    start_engagement(tmp_path / "acme", exports=[written(tmp_path, "opps.csv", SALESFORCE)])
    file = (tmp_path / "acme" / "engagement.yml").read_text(encoding="utf-8")
    assert "preset: salesforce" in file
    assert "# not used: Probability" in file
    assert errors_of(tmp_path / "acme") == []


def test_dates_that_no_value_settles_are_marked_and_not_guessed(tmp_path: Path) -> None:
    text = "opportunity_id,stage,created_at\n1,New,03/04/2024\n2,Won,05/06/2024\n"
    started = start_engagement(tmp_path / "acme", exports=[written(tmp_path, "deals.csv", text)])
    assert any("dates" in said and "03/04/2024" in said for _line, said in started.to_check)


def test_each_mark_is_told_with_its_line(tmp_path: Path) -> None:
    unknown = written(tmp_path, "prices.csv", "article,price\nA,1\n")
    started = start_engagement(tmp_path / "acme", exports=[written(tmp_path, "deals.csv", DEALS), unknown])
    lines = started.file.read_text(encoding="utf-8").splitlines()
    assert any("prices.csv" in said for _line, said in started.to_check)
    for line, said in started.to_check:
        assert lines[line - 1].strip() == f"# CHECK: {said}"


def test_headings_and_names_cannot_break_out_of_the_file(tmp_path: Path) -> None:
    text = (
        '"opportunity_id","stage","a\nslug: broken","# b: {c}"\n1,"New: {x} # y",1,2\n2,yes,1,2\n3,"it\'s ""so""",1,2\n'
    )
    start_engagement(tmp_path / "a: b", exports=[written(tmp_path, "deals.csv", text)])
    config = open_engagement(tmp_path / "a: b").config
    assert (config.client, config.slug) == ("a: b", "a-b")
    assert {stage.name for stage in config.stages} == {"New: {x} # y", "yes", 'it\'s "so"'}
    assert errors_of(tmp_path / "a: b") == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    start_engagement(folder)
    written(folder, "engagement.yml", "client: mine\n")
    with pytest.raises(InputError, match="nothing was written"):
        start_engagement(folder)
    assert (folder / "engagement.yml").read_text() == "client: mine\n"


def test_exports_that_are_in_place_stay_and_namesakes_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    (folder / "exports").mkdir(parents=True)
    inside = written(folder / "exports", "deals.csv", DEALS)
    other = written(tmp_path, "deals.csv", DEALS.replace("A1", "B1"))
    with pytest.raises(InputError, match="Rename the file"):
        start_engagement(folder, exports=[other])
    start_engagement(folder, exports=[inside])
    assert inside.read_text(encoding="utf-8") == DEALS


@pytest.mark.parametrize(("name", "said"), [("deals.csv", "Name the folder first"), ("file", "Name the folder first")])
def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=said):
        start_engagement(tmp_path / name)


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "empty file"), (b"PK\x03\x04cut", "deals.xlsx"), (None, "no such file")]
)
def test_an_export_that_cannot_be_read_stops_before_anything_is_written(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "deals.xlsx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        start_engagement(tmp_path / "acme", exports=[path])
    assert not (tmp_path / "acme").exists()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Closed Won", StageKind.WON),
        ("closedlost", StageKind.LOST),
        ("已输单", StageKind.LOST),
        ("成交", StageKind.WON),
        ("On Hold", StageKind.PARKED),
        ("Window shopping", StageKind.OPEN),
        ("合同审批", StageKind.OPEN),
    ],
)
def test_the_kind_of_a_stage_is_read_from_its_words(name: str, kind: StageKind) -> None:
    assert kind_of(name) is kind


def test_stages_without_a_history_come_in_the_order_of_a_sales_process() -> None:
    names = ["Closed Lost", "Negotiation", "Closed Won", "Qualification", "Proposal", "won", "closed won", "New"]
    stages = proposed_stages(names, is_ordered=False)
    order = ["new", "qualification", "proposal", "negotiation", "closed_won", "won", "closed_lost"]
    assert [stage.id for stage in stages] == order
    assert stages[4].values == ("closed won",)


@pytest.mark.parametrize(
    "text",
    [
        "GTX Pro",
        "yes",
        "No",
        "null",
        "1.5",
        "2024-01-01",
        "a: b",
        "# c",
        "- d",
        "=won",
        "'",
        '"',
        "\\n",
        "换\n行",
        " x ",
        "~",
        "Ünï",
        "@a",
        "{b}",
        "*c",
    ],
)
def test_a_text_is_read_back_from_yaml_as_it_was(text: str) -> None:
    assert YAML(typ="safe").load(f"key: {scalar(text)}\n") == {"key": text}
    assert YAML(typ="safe").load(f"- {{key: {scalar(text)}}}\n") == [{"key": text}]


def test_the_shipped_schema_is_that_of_the_model_and_init_writes_it(tmp_path: Path) -> None:
    assert SHIPPED.read_text(encoding="utf-8") == schema_text()
    assert json.loads(schema_text()) == Config.model_json_schema()
    start_engagement(tmp_path / "acme")
    assert (tmp_path / "acme" / "engagement.schema.json").read_text(encoding="utf-8") == schema_text()
    first = (tmp_path / "acme" / "engagement.yml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=./engagement.schema.json"
