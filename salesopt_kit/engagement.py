"""The client's folder: what engagement.yml says, checked, with every path and date that follows from it."""

import difflib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    field_validator,
    model_validator,
)
from ruamel.yaml.comments import CommentedMap

from salesopt_kit.errors import InputError
from salesopt_kit.locale import _, use_language
from salesopt_kit.terms import StageKind
from salesopt_kit.yaml_files import checked, read_yaml

Locale = Literal["zh-CN", "en"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Dimension = Literal["team", "owner", "product", "segment", "source"]
Text = Annotated[str, Field(min_length=1)]


DAY_FORM = re.compile(r"(?=.*%[dj])(?=.*(?:%[mbBj]))(?=.*%[Yy])(?:[^%]|%[YymdbBjHIMSfpzaA%-])*")
"""A format that tells day, month and year, in the directives that the database knows."""


class Part(BaseModel):
    """A part of engagement.yml: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)


class Calendar(Part):
    """When the client works."""

    country: str = Field(
        default="", description="ISO 3166 code whose public holidays count, such as CN; empty for none."
    )
    workdays: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
    hours_per_day: float = Field(default=8, gt=0, le=24)
    day_starts: str = Field(
        default="09:00", pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="When work begins, local time, HH:MM."
    )


class Stage(Part):
    """A stage of the process; its place in the list is its order."""

    id: str = Field(pattern=r"^[a-z0-9_]+$", description="Short key, such as negotiation.")
    name: Text = Field(description="The name the client uses, shown on every page.")
    kind: StageKind = StageKind.OPEN
    owner: str = Field(default="", description="Responsible department or person.")
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    external: bool = Field(default=False, description="True where the deal waits for somebody outside the firm.")
    values: tuple[str, ...] = Field(default=(), description="How the exports spell this stage.")


class Source(Part):
    """Where one canonical table is and how its columns map (canonical name: column heading of the export)."""

    file: str = ""
    files: tuple[str, ...] = ()
    table: str = Field(default="", description="Reserved: schema.name of a database table; cannot be read yet.")
    connection: str = Field(default="", description="Reserved: the database of `table`; cannot be read yet.")
    preset: Literal["", "salesforce", "hubspot", "dynamics", "pipedrive", "zoho"] = ""
    columns: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="Per canonical column: found -> wanted."
    )
    dates: str = Field(default="", description="Format of all dates, such as %d-%m-%Y; found out where left empty.")
    decimal: Literal["", ".", ","] = ""
    encoding: str = ""
    delimiter: Annotated[str, StringConstraints(strip_whitespace=False)] = ""
    sheet: str = ""

    @field_validator("delimiter")
    @classmethod
    def _one_sign(cls, delimiter: str) -> str:
        if len(delimiter) > 1 or delimiter in tuple('"\r\n\0'):
            raise ValueError(_("a single character, such as ;"))
        return delimiter

    @field_validator("dates")
    @classmethod
    def _form_of_a_day(cls, form: str) -> str:
        if form and not DAY_FORM.fullmatch(form):
            raise ValueError(_("a format with %d, %m and %Y, such as %d-%m-%Y"))
        return form

    @model_validator(mode="after")
    def _one_place(self) -> "Source":
        if self.table or self.connection:
            raise ValueError(_("file or files: a database table cannot be read yet, export it as Parquet or CSV"))
        if bool(self.file) == bool(self.files):
            raise ValueError(_("exactly one of file and files"))
        return self


class Bound(Part):
    """A target: at most or at least a figure."""

    at_most: float | None = None
    at_least: float | None = None

    @model_validator(mode="after")
    def _one_side(self) -> "Bound":
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError(_("exactly one of at_most or at_least"))
        return self

    def is_met(self, value: float) -> bool:
        """Return whether `value` keeps the bound."""
        return value <= self.at_most if self.at_most is not None else value >= (self.at_least or 0.0)


class Benchmarks(Part):
    """What the industry reaches, for the triggers."""

    cycle_days: float | None = Field(default=None, gt=0, description="Mean days from first contact to closing.")
    output_per_head: float | None = Field(
        default=None, gt=0, description="Won value per head and month, in `currency`."
    )
    lead_conversion: float | None = Field(default=None, ge=0, le=1)


class Triggers(Part):
    """Thresholds of T1 to T5; the defaults are the handbook's where it gives one."""

    low_output_months: int = Field(default=3, ge=1, le=24, description="T1: months in a row below the benchmark.")
    cycle_over_benchmark: float = Field(default=0.30, ge=0, description="T2: share above the benchmark.")
    cumbersome_share: float | None = Field(default=None, ge=0, le=1, description="T3: share of feedback that says so.")
    late_handoff_days: float = Field(default=2.0, gt=0, description="T4: a hand-off that waits longer is late.")
    late_handoff_share: float | None = Field(default=None, ge=0, le=1, description="T4: share of late hand-offs.")
    ramp_months: float = Field(default=2, gt=0, description="T5: months until a new hire works customers alone.")


class Steps(Part):
    """From which figure on a level is high, and from which on medium; below both it is low."""

    high: float = Field(gt=0)
    medium: float = Field(gt=0)

    @model_validator(mode="after")
    def _apart(self) -> "Steps":
        if self.medium >= self.high:
            raise ValueError(_("`high` above `medium`"))
        return self


class ImpactScale(Part):
    """What makes the impact of a pain point; the highest level that any of its figures reaches is the proposal."""

    cycle_share: Steps | None = Field(
        default=Steps(high=0.20, medium=0.10), description="Share of all days that deals spend in open stages."
    )
    days_a_month: Steps | None = Field(default=None, description="Days that deals spend or wait, all deals together.")
    hours_a_month: Steps | None = Field(
        default=Steps(high=160, medium=40), description="Working hours; 160 are about one full-time person."
    )
    money_a_month: Steps | None = Field(default=None, description="In `currency`.")


class FrequencyScale(Part):
    """What makes the frequency of a pain point; the highest level that any of its figures reaches is the proposal."""

    deal_share: Steps | None = Field(
        default=Steps(high=0.50, medium=0.20), description="Share of the deals in progress that meet it."
    )
    times_a_month: Steps | None = Field(
        default=Steps(high=4, medium=1), description="Complaints about it; 4 are about one a week."
    )


class Scales(Part):
    """What high, medium and low mean for impact and frequency, and what an hour of work costs."""

    impact: ImpactScale = ImpactScale()
    frequency: FrequencyScale = FrequencyScale()
    cost_per_hour: float | None = Field(
        default=None, gt=0, description="In `currency`, all costs of an hour of work; turns hours into money."
    )


CUSTOMER_FACING = (
    *(
        "客户沟通",
        "客户拜访",
        "拜访客户",
        "客户会议",
        "客户接待",
        "电话沟通",
        "电话拜访",
        "商务谈判",
        "产品演示",
        "方案讲解",
    ),
    *("需求调研", "客户培训", "客户回访", "售后回访", "投标述标", "现场交流"),
    *("customer communication", "customer meeting", "customer meetings", "customer call", "customer calls"),
    *("customer visit", "customer visits", "client meeting", "client meetings", "client call", "client visit"),
    *("meeting", "call", "phone call", "site visit", "visit", "demo", "product demo", "presentation", "negotiation"),
    *("discovery call", "customer training", "customer support"),
)
"""What firms and CRMs call the activities in which somebody of the customer takes part."""


class WorkingHours(Part):
    """How the time sheets are read."""

    customer_facing: tuple[Text, ...] = Field(
        default=CUSTOMER_FACING,
        description="Kinds of activity that are time with customers, as the time sheets spell them, in any case.",
    )


class Churn(Part):
    """When a customer counts as lapsed."""

    lapse_factor: float = Field(
        default=2.0, gt=0, description="Lapsed after so many times the customer's own median gap between orders."
    )


class Fidelity(Part):
    """From when on an entry in the CRM is suspect."""

    bulk_changes: int = Field(default=10, ge=2, description="Stage changes by one person within one minute.")
    click_minutes: float = Field(default=5, gt=0, description="A stay in a stage that is shorter is a click-through.")
    late_days: int = Field(default=3, ge=1, description="Days after an activity from which its entry is late.")
    quarter_end_deals: int = Field(
        default=5, ge=2, description="Deals that one owner closes on the last working day of a quarter, or after it."
    )
    push_times: int = Field(default=2, ge=1, description="Times that a deal's expected closing is moved later.")
    push_days: int = Field(
        default=7, ge=0, description="Days before a deal is due within which one move later is enough."
    )


class Approval(Part):
    """What people say of the approvals of a stage, for the queue before the approvers."""

    approvers: int | None = Field(default=None, ge=1, description="People who approve; default: the owner's people.")
    hours: float | None = Field(default=None, gt=0, description="Working hours of one approval; default: time sheets.")
    variation: float = Field(default=1.0, ge=0, le=5, description="Standard deviation of the hours over their mean.")
    below: float | None = Field(default=None, gt=0, description="Amount below which approval is to fall away.")


class Guardrail(Part):
    """A figure that must not get worse, in whatever direction worse is for it."""

    margin: float = Field(gt=0, description="So much worse, in the figure's own unit, is still accepted.")


class Pilot(Part):
    """Who pilots, against whom, and when; what it is judged by, and how often it is looked at."""

    unit: Literal["team", "segment", "person"] = "team"
    treated: tuple[Text, ...] = Field(min_length=1)
    controls: tuple[Text, ...] = ()
    baseline: tuple[date, date]
    period: tuple[date, date]
    follow_up_days: int = Field(default=30, ge=0)
    primary: str = Field(
        default="", description="The one target whose evidence decides, such as cycle_days; default: the first one."
    )
    guardrails: dict[str, Guardrail] = Field(
        default_factory=dict, description="Figures that must not get worse, such as satisfaction: {margin: 0.3}."
    )
    looks: int = Field(
        default=4, ge=1, le=52, description="How often the effect is looked at while the pilot runs, evenly spaced."
    )
    burn_in_days: int = Field(
        default=0, ge=0, description="First days of the pilot that do not count, while everybody still learns."
    )
    alpha: float = Field(default=0.05, gt=0, lt=0.5, description="False alarms that are accepted, two-sided.")

    @field_validator("baseline", "period")
    @classmethod
    def _in_order(cls, span: tuple[date, date]) -> tuple[date, date]:
        if span[0] > span[1]:
            raise ValueError(_("a first day before the last day"))
        return span

    @model_validator(mode="after")
    def _apart(self) -> "Pilot":
        if both := set(self.treated) & set(self.controls):
            message = _("nobody to be both treated and control, as {names} is")
            raise ValueError(message.format(names=", ".join(sorted(both))))
        return self


def _colour(given: object) -> str:
    """Return a colour as #rrggbb; YAML takes one without quotes for a comment or a number."""
    plain = str(given if given is not None else "").strip().lstrip("#")
    if not re.fullmatch(r"[0-9a-fA-F]{6}", plain):
        raise ValueError(_('a colour in quotes, such as "#1f6f8b"'))
    return f"#{plain.lower()}"


Colour = Annotated[str, BeforeValidator(_colour)]


class Colours(Part):
    """The client's or the consultant's colours, each as "#rrggbb"."""

    primary: Colour = Field(default="#1f2d3d", description='Headings, in quotes: "#1f2d3d".')
    accent: Colour = Field(default="#1f6f8b", description='Bars, lines and table heads, in quotes: "#1f6f8b".')


class Branding(Part):
    """How what is handed over looks."""

    logo: str = Field(default="", description="A PNG or JPEG file in the engagement folder.")
    colours: Colours = Colours()
    footer: str = Field(default="", max_length=120, description="A line at the foot of each page.")


def _plain(text: str) -> str:
    return " ".join(text.split()).lower()


class Config(Part):
    """All of engagement.yml."""

    client: Text = Field(description="Display name of the client.")
    slug: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="Names the outputs folder: a-z, 0-9 and hyphens.")
    locale: Locale = "en"
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$", description="ISO 4217 code, such as CNY.")
    timezone: str = Field(default="UTC", description="IANA name, such as Asia/Shanghai.")
    calendar: Calendar = Calendar()
    as_of: date | None = Field(
        default=None, description="All figures are frozen at this date; default: newest in the data."
    )
    window_months: int = Field(default=6, ge=1, le=240, description="How many months up to as_of the figures cover.")
    stages: tuple[Stage, ...] = Field(min_length=2)
    sources: dict[str, Source] = Field(min_length=1)
    benchmarks: Benchmarks = Benchmarks()
    targets: dict[str, Bound] = Field(default_factory=dict)
    triggers: Triggers = Triggers()
    scales: Scales = Scales()
    working_hours: WorkingHours = WorkingHours()
    churn: Churn = Churn()
    fidelity: Fidelity = Fidelity()
    approvals: dict[str, Approval] = Field(
        default_factory=dict, description="Stage id -> who approves there and how long it takes."
    )
    pilot: Pilot | None = None
    branding: Branding = Branding()
    records: str = Field(
        default="",
        description="postgresql://user@host/database that holds the records; empty: records.sqlite in the folder.",
    )

    @field_validator("records")
    @classmethod
    def _without_password(cls, url: str) -> str:
        if url and not re.fullmatch(r"postgresql://([^:@/]+@)?[^@]*", url):
            raise ValueError(
                _("postgresql://user@host/database without a password, which PGPASSWORD or ~/.pgpass gives")
            )
        return url

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            near = difflib.get_close_matches(zone, available_timezones(), 1)
            hint = _(" (did you mean {near}?)").format(near=near[0]) if near else ""
            raise ValueError(_("a time zone of the IANA database") + hint)
        return zone

    @field_validator("stages")
    @classmethod
    def _told_apart(cls, stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
        """Names are compared as cells are: without case and surplus spaces."""
        for what, names in (
            ("id", [stage.id for stage in stages]),
            (
                "values",
                [name for each in stages for name in {_plain(text) for text in (each.id, each.name, *each.values)}],
            ),
        ):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                spelt = {_plain(text): text for stage in stages for text in (stage.id, *stage.values, stage.name)}
                message = _("each name in one stage only, but {names} stands in several ({what})")
                raise ValueError(message.format(names=", ".join(spelt.get(name, name) for name in twice), what=what))
        return stages


@dataclass(frozen=True, slots=True)
class Engagement:
    """An engagement that was opened: its settings and where its files are."""

    config: Config
    folder: Path
    exports: Path
    """Where paths that start with `exports/` are looked up; `folder / "exports"` unless told otherwise."""

    def source_path(self, name: str) -> Path:
        """Return where the file `name` of a source is: below `exports` if it says so, else below the folder."""
        parts = Path(name).parts
        path = self.exports.joinpath(*parts[1:]) if parts[:1] == ("exports",) else self.folder / name
        try:
            real = path.resolve()
        except (OSError, RuntimeError, ValueError) as wrong:  # a loop of links, or a zero in the name
            raise InputError(
                "engagement.yml",
                name,
                expected=_("a path that leads to a file"),
                remedy=_("Correct the path: {said}.").format(said=str(wrong)[:120]),
            ) from None
        if not real.is_relative_to(self.exports.resolve()) and not real.is_relative_to(self.folder.resolve()):
            raise InputError(
                "engagement.yml",
                name,
                expected=_("a path inside the engagement folder"),
                remedy=_("Put the export into the folder exports/ of this client."),
            )
        return path

    @property
    def cache(self) -> Path:
        """Folder of what can be made again from the exports."""
        return self.folder / ".salesopt"

    @property
    def open_stages(self) -> tuple[Stage, ...]:
        """The stages a deal works through, in order."""
        return tuple(stage for stage in self.config.stages if stage.kind is StageKind.OPEN)

    def stage_name(self, stage_id: str) -> str:
        """Return the client's name of a stage."""
        return next((stage.name for stage in self.config.stages if stage.id == stage_id), stage_id)


def open_engagement(folder: str | Path, *, locale: str = "", as_of: str = "", exports: str | Path = "") -> Engagement:
    """Open the engagement in `folder` and switch to its language.

    The three options override the file (`locale`, `as_of` as YYYY-MM-DD) or say where the exports are. Raises
    InputErrors that name every wrong key with its line.
    """
    folder = Path(folder)
    path = folder / "engagement.yml" if folder.is_dir() or not folder.suffix else folder
    if not path.is_file():
        raise InputError(
            str(path),
            _("no such file"),
            expected=_("a folder with an engagement.yml"),
            remedy=_("Run `salesopt init {folder}` to make one.").format(folder=folder),
        )
    _stop_at_no_date(as_of)
    overrides = {key: value for key, value in (("locale", locale), ("as_of", as_of)) if value}
    config = read_config(path, overrides)
    use_language(config.locale)
    return Engagement(config, path.parent, Path(exports) if exports else path.parent / "exports")


def _stop_at_no_date(as_of: str) -> None:
    """Raise InputError for an `as_of` that is no date; it was not written in the file, so no line of it is to blame."""
    try:
        date.fromisoformat(as_of or "2024-06-30")
    except ValueError:
        raise InputError(
            "as_of",
            as_of,
            expected=_("a date such as 2024-06-30"),
            remedy=_("Write the day as YYYY-MM-DD, or leave it out."),
        ) from None


def read_config(path: Path, overrides: Mapping[str, str] | None = None) -> Config:
    """Return the checked settings of the file `path`, with `overrides` laid over its top-level keys."""
    loaded = read_yaml(path)
    if not isinstance(loaded, CommentedMap):
        raise InputError(
            str(path),
            loaded,
            expected=_("keys and values"),
            remedy=_("Start from the file that `salesopt init` writes."),
        )
    _stop_at_twins(loaded, path)
    plain = {**loaded, **(overrides or {})}
    return checked(TypeAdapter(Config), plain, loaded, path)


def config_hash(engagement: Engagement) -> str:
    """Return the SHA-256 of the settings, the same for the same settings however they are written."""
    return hashlib.sha256(engagement.config.model_dump_json().encode()).hexdigest()


def _stop_at_twins(loaded: CommentedMap, path: Path) -> None:
    if "sources" in loaded and not isinstance(loaded["sources"], CommentedMap):
        raise InputError(
            _("{file}, key {key}").format(file=path, key="sources"),
            loaded["sources"],
            expected=_("a mapping of table to source"),
            remedy=_("Write one block per table, as in the file that `salesopt init` writes."),
        )
