"""The vocabulary of the kit, each term with its English and its Chinese label (the handbook's own words)."""

from enum import StrEnum
from typing import Self

from salesopt_kit.locale import pick


class Term(StrEnum):
    """A word of the method: stored by its English key, shown by its label."""

    _zh: str

    def __new__(cls, key: str, zh: str) -> Self:
        """Return the member whose value is `key`; `zh` is its Chinese label."""
        member = str.__new__(cls, key)
        member._value_ = key
        member._zh = zh  # noqa: SLF001 -- set up the member itself
        return member

    @property
    def label(self) -> str:
        """The term in the language in use."""
        return pick({"en": self.value.replace("_", " "), "zh-CN": self._zh})

    @property
    def spellings(self) -> tuple[str, ...]:
        """What people write for the term, in either language."""
        return (self.value, self.value.replace("_", " "), self._zh)


class StageKind(Term):
    """What a stage of the process means for the deal in it."""

    OPEN = "open", "进行中"
    WON = "won", "赢单"
    LOST = "lost", "输单"
    PARKED = "parked", "搁置"


class IssueType(Term):
    """P1: the one type each pain point gets (问题类型)."""

    EFFICIENCY = "efficiency", "效率"
    COST = "cost", "成本"
    EXPERIENCE = "experience", "体验"
    RISK = "risk", "风险"


class Level(Term):
    """A rating of impact, frequency or priority."""

    HIGH = "high", "高"
    MEDIUM = "medium", "中"
    LOW = "low", "低"


class Priority(Term):
    """P2: what the impact-frequency matrix says of a pain point."""

    URGENT = "urgent", "紧急"
    IMPORTANT = "important", "重要"
    ROUTINE = "routine", "常规"


class Verdict(Term):
    """What a trigger or a target comes to; the third one is an answer too."""

    MET = "met", "达标"
    NOT_MET = "not_met", "未达标"
    CANNOT_TELL = "cannot_tell", "证据不足"


class TriggerState(Term):
    """T1-T5: whether a reason to start is there; "met" means that the process should be looked at."""

    MET = "met", "成立"
    NOT_MET = "not_met", "不成立"
    CANNOT_TELL = "cannot_tell", "无法判断"


class PilotAnswer(Term):
    """X3: one answer of two: did it change because of the pilot, and is the target met."""

    YES = "yes", "是"
    NO = "no", "否"
    CANNOT_TELL = "cannot_tell", "无法判断"


class HonestVerdict(Term):
    """X3: what a pilot comes to, for one figure and as a whole, the best first."""

    WITH_EVIDENCE = "met_with_evidence", "达标且有证据"
    ON_SURFACE = "met_on_the_surface_only", "仅表面达标"
    NOT_MET = "not_met", "未达标"
    NOT_ENOUGH = "not_enough_evidence", "证据不足"
    HARM = "harm", "变差"


class NextStep(Term):
    """X3: what to do after a pilot."""

    ROLL_OUT = "roll_out", "全面推广"
    WATCH = "roll_out_with_watch", "推广并持续监测"
    EXTEND = "extend_the_pilot", "延长试点"
    WAIT = "wait_for_the_follow_up", "等待跟踪期结束"
    REPEAT = "pilot_again", "重做试点"
    REDESIGN = "redesign", "重新设计方案"
    STOP = "stop", "停止试点"


class CheckOutcome(Term):
    """X3: what a check of the comparison comes to."""

    PASS = "pass", "通过"
    FAIL = "fail", "未通过"
    NOT_CHECKABLE = "not_checkable", "无法检查"


class GuardrailVerdict(Term):
    """X2: whether a figure that must not get worse has kept within its margin."""

    HELD = "held", "守住"
    BROKEN = "broken", "突破"
    CANNOT_TELL = "cannot_tell", "无法判断"


class NoteKind(Term):
    """X2: what a note of the pilot tells."""

    OBSERVATION = "observation", "观察"
    ADJUSTMENT = "adjustment", "调整"
    INCIDENT = "incident", "意外情况"


class LookVerdict(Term):
    """X2: what a look at a running pilot says, and nothing more than that."""

    GO_ON = "go_on", "继续"
    SUCCESS = "may_stop_early_for_success", "可提前结束：已见成效"
    HARM = "stop_for_harm", "停止：有害"
    NO_DATA = "no_data_yet", "尚无数据"
    TO_COME = "to_come", "未到时间"


class Severity(Term):
    """What a finding of the quality gate does to a run."""

    ERROR = "error", "错误"
    WARNING = "warning", "警告"
    OK = "ok", "通过"
    NOT_CHECKED = "not_checked", "未检查"


class Principle(Term):
    """S1: the principle of design that a measure serves."""

    SIMPLIFY = "simplify", "简化冗余环节"
    RESPONSIBILITY = "responsibility", "责权清晰"
    TOOLS = "tools", "工具赋能"


class NodeChangeKind(Term):
    """S2: what becomes of a node of today's process."""

    CHANGED = "changed", "调整"
    REMOVED = "removed", "取消"
    MERGED = "merged", "合并"
    ADDED = "added", "新增"


class RuleKind(Term):
    """R1: what kind of rule or document has to be brought up to date."""

    RULE = "rule", "管理制度"
    MANUAL = "manual", "操作手册"
    SOP = "sop", "标准作业程序"
    CRM = "crm", "CRM 设置"


class VoiceGroup(Term):
    """D3: the three groups that are interviewed, and whoever belongs to none of them."""

    FRONT_LINE = "front_line", "一线销售"
    MANAGER = "manager", "销售管理者"
    SUPPORT = "support", "支持部门"
    OTHER = "other", "其他"


class TableName(Term):
    """A canonical table: its key in engagement.yml, and what people call it."""

    LEADS = "leads", "线索"
    OPPORTUNITIES = "opportunities", "商机"
    STAGE_EVENTS = "stage_events", "阶段记录"
    ACTIVITIES = "activities", "销售活动"
    COMPLAINTS = "complaints", "客诉"
    ACCOUNTS = "accounts", "客户"
    PEOPLE = "people", "人员"
    INTERVIEWS = "interviews", "访谈"
    FEEDBACK = "feedback", "团队反馈"
    KPI_DAILY = "kpi_daily", "每日指标"


def table_label(key: str) -> str:
    """Return what people call a table, in the language in use; the key itself where it names no canonical table."""
    return next((name.label for name in TableName if name.value == key), key)
