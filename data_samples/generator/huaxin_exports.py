"""How 华信科技 exports its tables: Chinese headings, GB18030, dates like 2024/3/5, one workbook, one Parquet file."""

import pandas as pd

from generator import formats, huaxin
from generator.formats import Frames, Sheet
from generator.tables import Words

STAGES = {
    "lead": "线索获取",
    "screening": "初步筛选",
    "needs": "需求分析",
    "solution": "方案制定",
    "negotiation": "商务谈判",
    "contract": "合同签订",
    "handover": "售后对接",
    "won": "赢单",
    "lost": "输单",
}
RENAMED_ON = pd.Timestamp("2023-07-01")
"""Until then the CRM called the stage of signing 合同审批."""
METRICS = {
    "cycle_days": "单均成交周期",
    "lead_conversion": "线索转化率",
    "daily_hours": "销售日均工时",
    "satisfaction": "团队满意度",
}
STATUS = {"open": "进行中", "won": "赢单", "lost": "输单"}
LEAD_STATUS = {"converted": "已转化", "disqualified": "无效"}
TEST_ACCOUNT = "测试客户（勿删）"

SHEETS = (
    Sheet(
        "opportunities",
        "opportunities.csv",
        {
            "商机编号": "opportunity_id",
            "线索编号": "lead_id",
            "客户名称": "account",
            "负责人": "owner",
            "小组": "team",
            "客户类型": "segment",
            "产品": "product",
            "来源": "source",
            "合同金额": "amount",
            "创建时间": "created_at",
            "首次联系时间": "first_contact_at",
            "关闭日期": "closed_at",
            "阶段": "stage",
            "状态": "status",
            "输单原因": "lost_reason",
        },
        {
            "合同金额": formats.as_yuan,
            "创建时间": formats.as_slashed_time,
            "首次联系时间": formats.as_slashed_time,
            "关闭日期": formats.as_slashed_date,
        },
        "gb18030",
    ),
    Sheet(
        "stage_events",
        "stage_events.csv",
        {
            "商机编号": "opportunity_id",
            "阶段": "stage",
            "进入时间": "entered_at",
            "完成时间": "completed_at",
            "操作人": "actor",
            "部门": "department",
        },
        {"进入时间": formats.as_time, "完成时间": formats.as_time},
        "utf-8-sig",
    ),
    Sheet(
        "leads",
        "leads.csv",
        {
            "线索编号": "lead_id",
            "创建时间": "created_at",
            "负责人": "owner",
            "线索来源": "source",
            "客户类型": "segment",
            "公司": "account",
            "状态": "status",
        },
        {"创建时间": formats.as_time},
    ),
    Sheet(
        "activities",
        "activities.csv",
        {
            "人员": "person",
            "活动类型": "kind",
            "日期": "started_at",
            "工时": "hours",
            "商机编号": "opportunity_id",
            "登记时间": "logged_at",
        },
        {"日期": formats.as_date, "登记时间": formats.as_time},
    ),
    Sheet(
        "complaints",
        "complaints.csv",
        {
            "投诉编号": "complaint_id",
            "投诉时间": "received_at",
            "投诉内容": "text",
            "商机编号": "opportunity_id",
            "环节": "stage",
        },
        {"投诉时间": formats.as_time},
        "gb18030",
    ),
    Sheet(
        "accounts",
        "accounts.csv",
        {"客户名称": "account", "开始日期": "started_at", "流失日期": "ended_at", "客户类型": "segment"},
        {"开始日期": formats.as_date, "流失日期": formats.as_date},
    ),
    Sheet(
        "people",
        "people.xlsx",
        {
            "姓名": "person",
            "小组": "team",
            "部门": "department",
            "岗位": "role",
            "入职日期": "hired_on",
            "离职日期": "left_on",
        },
        {"入职日期": formats.as_date, "离职日期": formats.as_date},
    ),
    Sheet("interviews", "interviews.csv", {"访谈对象": "who_group", "环节": "stage", "访谈内容": "text"}, {}),
    Sheet(
        "feedback",
        "feedback.csv",
        {"提交时间": "submitted_at", "小组": "unit", "项目": "item", "评分": "score", "意见": "text"},
        {"提交时间": formats.as_time},
    ),
    Sheet(
        "kpi_daily",
        "kpi_daily.parquet",
        {"日期": "date", "小组": "unit", "指标": "metric", "数值": "value", "样本数": "n"},
        {"数值": formats.as_number, "样本数": formats.as_number},
    ),
)


def words() -> Words:
    """Return the Chinese words of the firm."""
    names = [surname + given for given in huaxin.GIVEN.split() for surname in huaxin.SURNAMES]
    accounts = [
        f"{city}{middle}{firm}有限公司"
        for firm in huaxin.FIRMS.split()
        for middle in huaxin.MIDDLES.split()
        for city in huaxin.CITIES.split()
    ]
    return Words(
        names[::27],
        accounts[::2],
        huaxin.LOST_REASONS,
        huaxin.COMPLAINTS,
        huaxin.INTERVIEWS,
        huaxin.FEEDBACK,
        huaxin.TITLES,
    )


def prepared(frames: Frames) -> Frames:
    """Return the tables with the firm's own names of stages, states and metrics."""
    events = frames["stage_events"]
    stage = events["stage"].map(STAGES)
    is_old = (events["stage"] == "contract") & (events["entered_at"] < RENAMED_ON)
    deals = frames["opportunities"]
    return frames | {
        "stage_events": events.assign(stage=stage.mask(is_old, "合同审批")),
        "opportunities": deals.assign(stage=deals["stage"].map(STAGES), status=deals["status"].map(STATUS)),
        "leads": frames["leads"].assign(status=frames["leads"]["status"].map(LEAD_STATUS)),
        "complaints": frames["complaints"].assign(stage=frames["complaints"]["stage"].map(STAGES)),
        "interviews": frames["interviews"].assign(stage=frames["interviews"]["stage"].map(STAGES)),
        "kpi_daily": frames["kpi_daily"].assign(metric=frames["kpi_daily"]["metric"].map(METRICS)),
    }
