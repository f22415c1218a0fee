"""The canonical tables: their columns, what each holds, and the headings it is known by in exports."""

import re
from dataclasses import dataclass
from typing import Literal

from salesopt_kit.tables.units import IN_HEADING

Kind = Literal["text", "time", "money", "number"]


@dataclass(frozen=True, slots=True)
class Column:
    """A canonical column. A "time" column `x_at` gets a companion `x_on`: its local calendar date."""

    name: str
    kind: Kind = "text"
    required: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def date_name(self) -> str:
        """Name of the companion date column of a time column."""
        return self.name.removesuffix("_at") + "_on"


def _columns(text: str) -> tuple[Column, ...]:
    """Read `name[!] [:kind] = alias | alias` lines; ! marks a required column, and | goes on with the line before."""
    columns = []
    for line in filter(None, map(str.strip, re.sub(r"\n\s*[|]", " |", text).splitlines())):
        head, _equals, aliases = (part.strip() for part in line.partition("="))
        name, _colon, kind = (part.strip() for part in head.partition(":"))
        columns.append(
            Column(
                name.rstrip("!"),
                kind or "text",  # type: ignore[arg-type]
                name.endswith("!"),
                tuple(alias.strip() for alias in aliases.split("|") if alias.strip()),
            )
        )
    return tuple(columns)


def typed(column: Column) -> tuple[tuple[str, str], ...]:
    """Return the names and the database's types of a canonical column: of a time, that of its date too."""
    if column.kind == "time":
        return (column.name, "timestamp"), (column.date_name, "date")
    return ((column.name, "varchar" if column.kind == "text" else "double"),)


def normal_heading(heading: str) -> str:
    """Return a heading without case, spaces, underscores, hyphens and points, for comparing.

    A currency in brackets goes too, and the unit that amounts are counted in.
    """
    bare = "".join(sign for sign in IN_HEADING.sub("", heading).lower() if sign not in " _-.\u3000")
    return re.sub(r"[(（](元|¥|￥|[$€£]|rmb|人民币|[a-z]{3})[)）]$", "", bare)


TABLES: dict[str, tuple[Column, ...]] = {
    "leads": _columns("""
        lead_id! = id | lead id | mql_id | 线索编号 | 线索ID
        created_at!: time = created date | created time | create date | first_contact_date | 创建时间 | 创建日期
        owner = owner | lead owner | 负责人 | 所有人
        team = team | 团队 | 小组 | 所属部门
        source = lead source | origin | source | 来源 | 线索来源
        segment = segment | industry | 客户类型 | 行业
        product = product | 产品
        account = company | account | 公司 | 公司名称 | 客户 | 客户名称
        status = status | lead status | 状态 | 线索状态
        converted_at: time = converted date | 转化时间 | 转换日期
    """),
    "opportunities": _columns("""
        opportunity_id! = id | opportunity id | deal id | record id | order_id | 商机编号 | 商机ID | 机会编号
            | 项目编号
        lead_id = lead id | mql_id | 线索编号
        account = account | account name | company | organization | 客户 | 客户名称
        owner = owner | opportunity owner | deal owner | sales_agent | 负责人 | 商机负责人 | 所有人 | 销售 | 销售员
            | 销售人员 | 业务员 | 客户经理
        team = team | regional_office | 团队 | 小组 | 所属部门 | 销售团队
        segment = segment | type | industry | sector | 客户类型
        product = product | 产品 | 产品名称
        source = lead source | source | origin | channel | 来源 | 商机来源 | 线索来源 | 客户来源
        amount: money = amount | value | close_value | deal value | estimated value | Case_value | 金额 | 合同金额
            | 成交金额 | 商机金额 | 销售金额 | 预计金额 | 预计销售金额
        created_at: time = created date | create date | engage_date | add_time | 创建时间 | 创建日期
        first_contact_at: time = first contact | first_contact_date | 首次接触 | 首次联系时间
        closed_at: time = close date | closed date | closedate | close_date | won_date | 关闭日期 | 关闭时间
            | 成交日期 | 实际成交日期 | 签单日期 | 结单日期 | 赢单日期
        expected_close_at: time = expected close date | 预计成交日期 | 预计签单日期 | 预计结单日期 | 预计关闭日期
        stage = stage | deal stage | deal_stage | dealstage | 阶段 | 商机阶段 | 销售阶段 | 当前阶段
        status = status | Case_status | 状态 | 商机状态
        lost_reason = lost reason | loss reason | 输单原因 | 丢单原因
    """),
    "stage_events": _columns("""
        opportunity_id! = opportunity id | deal id | case id | case_id | case:concept:name | process id | 商机编号
            | 商机ID
        stage! = stage | stage name | activity | concept:name | event | 阶段 | 商机阶段 | 销售阶段 | 变更后阶段
        entered_at!: time = entered at | created date | start | start time | start timestamp | event start
            | time:timestamp | timestamp | 进入时间 | 变更时间 | 开始时间
        completed_at: time = end | end time | complete timestamp | completed on | event end | time:timestamp
            | 完成时间 | 离开时间 | 结束时间
        actor = actor | user | resource | org:resource | changed by | 操作人 | 变更人 | 负责人
        department = department | role | org:group | 部门 | 所属部门
        is_bulk = is_bulk_update_flag | bulk | 批量
    """),
    "expected_closes": _columns("""
        opportunity_id! = opportunity id | deal id | 商机编号 | 商机ID
        expected_close_at!: time = expected close date | new close date | new value | 预计成交日期 | 新预计成交日期
            | 新值
        changed_at!: time = changed at | changed on | edit date | 变更时间 | 变更日期
        previous_close_at: time = previous close date | old close date | old value | 原预计成交日期 | 原值
        actor = actor | changed by | edited by | 操作人 | 变更人
    """),
    "activities": _columns("""
        person! = person | owner | assigned to | 人员 | 销售
        kind! = kind | type | activity type | subject | 活动类型
        started_at!: time = started at | start | date | due date | 开始时间 | 日期
        hours!: number = hours | duration | 工时 | 时长
        opportunity_id = opportunity id | deal id | 商机编号
        logged_at: time = logged at | created date | 登记时间
    """),
    "complaints": _columns("""
        complaint_id! = complaint id | case id | ticket id | id | 投诉编号
        received_at!: time = received at | created date | 投诉时间 | 接收时间
        text! = text | description | content | 内容 | 投诉内容
        opportunity_id = opportunity id | 商机编号
        stage = stage | 环节 | 阶段
    """),
    "accounts": _columns("""
        account! = account | account name | name | 客户 | 客户名称
        started_at: time = started at | created date | customer since | 开始日期
        ended_at: time = ended at | churn date | 流失日期
        segment = segment | sector | industry | 客户类型
    """),
    "people": _columns("""
        person! = person | name | sales_agent | owner | 姓名 | 人员
        team = team | regional_office | 团队 | 小组
        department = department | 部门
        role = role | title | 岗位 | 职位
        hired_at: time = hired at | hire date | 入职日期
        left_at: time = left at | leave date | 离职日期
    """),
    "interviews": _columns("""
        who_group! = group | who | role | 群体 | 访谈对象
        person = person | interviewee | interviewee name | speaker | 受访者 | 受访人 | 姓名
        stage = stage | 环节 | 阶段
        topic = topic | pain point | code | coded topic | 痛点 | 主题 | 编码
        text! = text | statement | 内容 | 访谈内容
    """),
    "feedback": _columns("""
        submitted_at!: time = submitted at | date | 提交时间 | 日期
        unit = unit | team | 团队 | 小组
        item = item | topic | question | 项目
        score: number = score | rating | 评分
        text = text | comment | 内容 | 意见
    """),
    "kpi_daily": _columns("""
        date!: time = date | day | 日期
        unit! = unit | team | 团队 | 小组
        metric! = metric | kpi | 指标
        value!: number = value | 数值
        n: number = n | count | 样本数
    """),
}
