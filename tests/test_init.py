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
from salesopt_kit.tables import check_tables, open_tables
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


CRMS = {
    "salesforce": (
        "Id,StageName,CreatedDate,CloseDate\n1,Prospecting,2024-01-01,\n2,Closed Won,2024-01-01,2024-03-01\n",
        (
            "Id,OpportunityId,Field,OldValue,NewValue,CreatedById,CreatedDate\na,1,created,,,u,2024-01-01T09:00:00Z\n"
            "b,2,Amount,,3400.5,u,2024-01-02T09:00:00Z\nc,2,StageName,Prospecting,Review,u,2024-02-01T09:00:00Z\n"
            "d,2,StageName,Review,Closed Won,u,2024-03-01T09:00:00Z\n"
        ),
        ["review", "prospecting", "closed_won"],
        2,
    ),
    "hubspot": (
        (
            "hs_object_id,dealstage,createdate,closedate,hs_v2_date_entered_new,hs_v2_date_entered_closedwon,"
            "hs_v2_date_entered_current_stage\n1,new,2024-01-01,,2024-01-01T09:00:00Z,,2024-01-01T09:00:00Z\n"
            "2,closedwon,2024-01-01,2024-03-01,2024-01-01T09:00:00Z,2024-03-01T09:00:00Z,2024-03-01T09:00:00Z\n"
        ),
        "",
        ["new", "closedwon"],
        3,
    ),
    "hubspot property history": (
        "hs_object_id,dealstage,createdate,closedate\n1,new,2024-01-01,\n2,closedwon,2024-01-01,2024-03-01\n",
        (
            "objectId,property,value,timestamp,sourceId,updatedByUserId\n1,dealstage,new,2024-01-01T09:00:00Z,x,7\n"
            "2,amount,100,2024-01-01T09:00:00Z,x,7\n2,dealstage,closedwon,2024-03-01T09:00:00Z,x,7\n"
        ),
        ["new", "closedwon"],
        2,
    ),
    "pipedrive": (
        (
            "id,value,stage_id,status,add_time,close_time,owner_id\n1,5,1,open,2024-01-01 09:00:00,,3\n"
            "2,5,3,won,2024-01-01 09:00:00,2024-03-01 09:00:00,3\n"
            "3,5,1,lost,2024-01-01 09:00:00,2024-03-01 09:00:00,3\n"
        ),
        (
            "id,item_id,user_id,field_key,old_value,new_value,log_time,is_bulk_update_flag\n"
            "1,1,3,add_time,,2024-01-01 09:00:00,2024-01-01 09:00:00,false\n"
            "2,1,3,stage_id,,1,2024-01-01 09:00:00,false\n"
            "3,2,3,stage_id,,1,2024-01-01 09:00:00,false\n4,2,3,stage_id,1,3,2024-02-01 09:00:00,false\n"
            "5,2,3,status,open,won,2024-03-01 09:00:00,false\n6,3,3,status,won,open,2024-02-01 09:00:00,false\n"
        ),
        ["stage_1", "stage_3", "won", "lost"],
        4,
    ),
    "dynamics": (
        (
            "opportunityid,actualvalue,actualclosedate,stepname,statecode,createdon\na,,,2-Develop,0,2024-01-01T09:00:00Z\n"
            "b,5,2024-03-01,1-Qualify,1,2024-01-01T09:00:00Z\n"
        ),
        (
            "businessprocessflowinstanceid,activestageidname,activestagestartedon,completedon,opportunityid\n"
            "x,Qualify,2024-01-05,,a\ny,Develop,2024-01-06,2024-03-01T09:00:00Z,b\n"
        ),
        ["develop", "qualify", "won", "lost"],
        2,
    ),
    "zoho": (
        (
            "Record Id,Stage,Created Time,Closing Date\n1,Qualification,2024-01-01 09:00:00,\n"
            "2,Closed Won,2024-01-01 09:00:00,2024-03-01\n"
        ),
        (
            "Deal Id,Stage,Amount,Modified Time,Modified By\n1,Qualification,5,2024-01-01 09:00:00,Ann\n"
            "2,Closed Won,5,2024-03-01 09:00:00,Ann\n"
        ),
        ["qualification", "closed_won"],
        2,
    ),
}
"""Deals and stage history in the shape of each CRM, the stages that they name, and the changes of stage in them."""


@pytest.mark.parametrize("crm", CRMS)
def test_deals_and_history_of_each_crm_pass_the_check_as_proposed(tmp_path: Path, crm: str) -> None:
    deals, history, stages, changes = CRMS[crm]
    exports = [
        written(tmp_path, f"{name}.csv", text) for name, text in (("deals", deals), ("history", history)) if text
    ]
    start_engagement(tmp_path / "acme", exports=exports)
    assert errors_of(tmp_path / "acme") == []
    engagement = open_engagement(tmp_path / "acme")
    assert {source.preset for source in engagement.config.sources.values()} == {crm.split(maxsplit=1)[0]}
    assert sorted(stage.id for stage in engagement.config.stages) == sorted(stages)
    tables = open_tables(engagement)
    assert len(tables.to_frame(tables.table("stage_events"))) == changes
    found = {finding.check: finding for finding in tables.quality.findings}
    assert ("history.wide" in found) is (crm == "hubspot")
    assert found["contradicting_status"].severity is not Severity.WARNING


def test_headings_of_chinese_crms_are_known(tmp_path: Path) -> None:
    deals = (
        "商机编号,销售阶段,创建时间,预计签单日期,签单日期,销售员,预计金额(元),所属部门,商机来源\n"
        "S1,需求分析,2024年1月5日 09:30,2024年6月1日,,张三,¥1.2万,华东区,展会\n"
        "S2,赢单,2024年1月6日 下午2:30,2024年3月1日,2024年3月2日,李四,¥3.5万,华北区,官网\n"
    )
    history = (
        "商机编号,商机阶段,进入时间,离开时间,操作人\nS2,赢单,2024年3月2日 09:30,,李四\n"
        "S1,需求分析,2024年1月8日 09:30,,张三\nS1,线索获取,2024年1月5日 09:30,2024年1月8日 09:30,张三\n"
        "S2,线索获取,2024年1月6日 14:30,2024年3月2日 09:30,李四\n"
    )
    exports = [written(tmp_path, "商机.csv", deals, "gb18030"), written(tmp_path, "阶段.csv", history)]
    start_engagement(tmp_path / "华信", locale="zh-CN", exports=exports)
    assert errors_of(tmp_path / "华信") == []
    config = open_engagement(tmp_path / "华信").config
    assert set(config.sources["opportunities"].columns) == {
        *(
            "opportunity_id",
            "stage",
            "created_at",
            "expected_close_at",
            "closed_at",
            "owner",
            "amount",
            "team",
            "source",
        )
    }
    assert set(config.sources["stage_events"].columns) == {
        *("opportunity_id", "stage", "entered_at", "completed_at", "actor")
    }
    # In the order of their times, though the file has the newest first.
    assert [stage.id for stage in config.stages][:2] == ["lead", "needs"]
