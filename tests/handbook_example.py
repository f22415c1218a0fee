"""An engagement with the handbook's own examples: template rows, its 5-Why chain, its measures and risks."""

from datetime import date
from pathlib import Path

import pandas as pd

from salesopt_kit.engagement import open_engagement
from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.store import Tables

ENGAGEMENT = """\
client: 华信科技
slug: huaxin
locale: zh-CN
as_of: 2024-05-15
stages:
  - {id: lead, name: 线索分配, owner: 市场部, outputs: [线索表]}
  - {id: contract, name: 合同审批, owner: 法务部, inputs: [报价单], outputs: [合同]}
  - {id: handover, name: 售后对接}
  - {id: won, name: 赢单, kind: won}
  - {id: lost, name: 输单, kind: lost}
sources:
  stage_events: {file: exports/events.csv}
benchmarks: {cycle_days: 30}
targets:
  cycle_days: {at_most: 35}
  lead_conversion: {at_least: 0.15}
pilot:
  treated: [A组]
  baseline: [2024-01-01, 2024-02-29]
  period: [2024-03-20, 2024-04-30]
"""
PAIN_POINTS = """\
- id: PP-1
  stage: lead
  departments: 销售部*经理
  step: 每日手动分配线索
  days_per_deal: 0.5
  type: efficiency
  problem: 分配规则不清晰，导致资源分配不均
  impact: medium
  frequency: high
  priority: high
  evidence: [interview:2]
- id: PP-2
  stage: contract
  departments: 销售/法务/财务
  step: 逐级签字审批
  days_per_deal: 3
  type: efficiency
  problem: 5万元以下合同仍需法务预审，耗时过长
  impact: high
  frequency: high
  priority: high
  evidence: [metric:time_in_stage.median/stage=contract, complaint:C-1]
  triggers: [T2]
- id: PP-3
  stage: 客户信息录入
  departments: 销售一线
  step: CRM+Excel重复录入
  days_per_deal: 1
  type: cost
  problem: 信息重复录入，增加工作量且易出错
  impact: medium
  frequency: medium
  priority: medium
  evidence: [多名销售反映]
"""
WHY_CHAINS = """\
- id: WHY-1
  pain_point: PP-2
  whys:
    - {text: 合同审批慢, evidence: [metric:time_in_stage.median/stage=contract]}
    - {text: 需5个部门签字, evidence: [interview:3]}
    - {text: 审批流程未根据客户类型分级, evidence: [complaint:C-1]}
    - {text: 制度设计时未考虑销售场景灵活性}
  root_cause: {id: RC-1, text: 制度设计时未考虑销售场景灵活性, marked_by: 王总监, marked_on: 2024-01-20}
- id: WHY-2
  pain_point: PP-1
  whys:
    - {text: 没有分配规则, evidence: [interview:2]}
    - {text: 线索标签不清晰}
  root_cause: {id: RC-2, text: 市场部线索标签不清晰, marked_by: 王总监, marked_on: 2024-01-20}
"""
MEASURES = """\
- id: ME-1
  root_cause: RC-1
  measure: 制定“分级审批”规则
  department: 销售部
  owner: '*总监'
  due: 2024-03-15
  resources: 法务部支持
  acceptance: 明确不同金额合同审批权限
  principle: responsibility
  targets: [cycle_days]
- id: ME-2
  root_cause: RC-2
  measure: CRM系统整合客户信息录入
  department: IT部
  owner: '*经理'
  due: 2024-03-30
  resources: 开发预算5万元
  acceptance: 实现一次录入，多系统同步
  principle: tools
  targets: [lead_conversion]
- id: ME-3
  root_cause: RC-1
  measure: 开展新流程培训
  department: 人力资源部
  owner: '*主管'
  due: 2024-04-10
  resources: 培训教材、场地
  acceptance: 销售团队培训覆盖率100%
  principle: simplify
"""
RISKS = """\
- {id: RI-1, risk: 系统切换数据丢失, likelihood: low, impact: high, contingency: 系统切换前备份数据, owner: IT部}
- id: RI-2
  risk: 新流程导致团队短期效率下降
  likelihood: high
  impact: high
  contingency: 试点期安排专人指导
  owner: 销售部
"""
SPONSORS = """\
- {id: SP-1, name: 李副总, role: 销售副总, scope: 审批权限下放, signed_on: 2024-01-08}
"""
FILES = {
    "pain_points": PAIN_POINTS,
    "why_chains": WHY_CHAINS,
    "measures": MEASURES,
    "risks": RISKS,
    "sponsors": SPONSORS,
}


def written(folder: Path, **changed: str) -> Path:
    """Write the engagement into `folder`; `changed` replaces records files by their name, "" leaves one out."""
    (folder / "engagement.yml").write_text(changed.pop("engagement", ENGAGEMENT), encoding="utf-8")
    (folder / "records").mkdir(exist_ok=True)
    for name, text in (FILES | changed).items():
        if text:
            (folder / "records" / f"{name}.yml").write_text(text, encoding="utf-8")
    return folder


def opened(folder: Path, *, locale: str = "en", with_data: bool = True, **changed: str) -> Tables:
    """Return the tables of the engagement: three deals that spend 2, 4 and 9 days at the contract stage."""
    engagement = open_engagement(written(folder, **changed), locale=locale)
    frames = {"stage_events": events(), "complaints": complaints(), "interviews": interviews()} if with_data else {}
    return tables_from_frames(engagement, frames, as_of=date(2024, 6, 30))


def events() -> pd.DataFrame:
    """Return the history of three won deals."""
    rows = [
        (f"O-{days}", stage, pd.Timestamp(2024, 3, 1) + pd.Timedelta(days=after))
        for days in (2, 4, 9)
        for stage, after in (("lead", 0), ("contract", 1), ("won", 1 + days))
    ]
    return pd.DataFrame(rows, columns=["opportunity_id", "stage", "entered_at"])


def complaints() -> pd.DataFrame:
    """Return one complaint."""
    return pd.DataFrame(
        {"complaint_id": ["C-1"], "received_at": pd.to_datetime(["2024-03-05"]), "text": ["合同条款解释不清"]}
    )


def interviews() -> pd.DataFrame:
    """Return two statements, rows 2 and 3 of their sheet."""
    return pd.DataFrame({"who_group": ["sales", "sales"], "text": ["线索分配机制不合理", "审批流程需5个部门签字"]})


SURVEY_HEADINGS = [
    "流程环节",
    "涉及部门/人",
    "当前步骤简述",
    "耗时(天/单)",
    "问题类型(效率/成本/体验/风险)",
    "具体问题描述",
    "改进优先级(高/中/低)",
]
"""Template 1 as the handbook heads it."""
