"""Complaints by topic and stage: how many, what share, and whether they grow."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

import pandas as pd

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.coded_complaints import NO_STAGE, NO_TOPIC, Coded, coded_complaints
from salesopt_kit.metrics.complaint_tickets import tickets_html
from salesopt_kit.metrics.deals import deals
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.selection import EVERYTHING, Selection
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.stats.proportion import wilson
from salesopt_kit.stats.rate_ratio import rate_ratio
from salesopt_kit.tables.store import Tables, months_before
from salesopt_kit.text.topics import Topics, read_topics


@dataclass(frozen=True, slots=True)
class TopicCount:
    """One topic: its complaints and figures; `topic` is NO_TOPIC for those that no topic fits."""

    topic: str
    name: str
    tickets: tuple[Coded, ...]
    count: Estimate
    share: Estimate
    trend: Estimate


@dataclass(frozen=True, slots=True)
class Complaints(Result):
    """The complaints of the window by topic, the most frequent first and those without a topic last."""

    card: ClassVar[str] = "complaints"

    total: Estimate
    rate: Estimate
    trend: Estimate
    topics: tuple[TopicCount, ...]
    stages: tuple[Estimate, ...]
    """Complaints per stage, in the order of the process; a complaint of two stages counts in both."""
    cells: tuple[Estimate, ...]
    """Complaints per topic and stage, group "topic=.../stage=..."."""
    stage_names: dict[str, str]
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Name the topic that comes first, its stage, and the trend."""
        first = self.topics[0]
        stage = Counter(ticket.stage for ticket in first.tickets).most_common(1)[0][0]
        message = _("{topic} comes first: {n} of {all} complaints ({share}), most of them at {stage}.")
        said = message.format(
            topic=first.name,
            n=shown(first.count.value, "complaints"),
            all=shown(self.total.value, "complaints"),
            share=with_interval(first.share),
            stage=self.stage_names[stage],
        )
        untold = next((topic.count.value or 0.0 for topic in self.topics[1:] if topic.topic == NO_TOPIC), 0.0)
        if untold > (first.count.value or 0.0):
            said = sentences(said, _("More still have no topic: {n}.").format(n=shown(untold, "complaints")))
        return sentences(said, trend_words(self.trend))

    def estimates(self) -> tuple[Estimate, ...]:
        """Return the totals, the figures of each topic, of each stage, and of each pair."""
        figures = (estimate for topic in self.topics for estimate in (topic.count, topic.share, topic.trend))
        return (self.total, self.rate, self.trend, *figures, *self.stages, *self.cells)

    def caveats(self) -> tuple[str, ...]:
        """Return how topics and stages were found, and what could not be."""
        return self.remarks

    def table(self) -> pd.DataFrame:
        """Return one row per topic: complaints, share, trend, and one column per stage."""
        cells = {cell.group: shown(cell.value, "complaints") for cell in self.cells}
        return pd.DataFrame(
            {
                _("Topic"): topic.name,
                _("Complaints"): shown(topic.count.value, "complaints"),
                _("Share"): with_interval(topic.share),
                _("Rate against the window before"): with_interval(topic.trend),
            }
            | {name: cells.get(f"topic={topic.topic}/stage={stage}", "–") for stage, name in self.stage_names.items()}
            for topic in self.topics
        )

    def _repr_html_(self) -> str:
        # super() does not work in a dataclass with slots.
        page = Result._repr_html_(self)
        folded = (tickets_html(topic.name, topic.tickets, self.stage_names) for topic in self.topics)
        return f'<div class="tickets">{page}{"".join(folded)}</div>'


@once
def complaints(tables: Tables, selection: Selection | None = None) -> Complaints:
    """Return the complaints of the window by topic and stage, their rate per 100 open deals, and its trend.

    Topics are those of the engagement's topics.yml over the kit's. Shares of all complaints with Wilson's interval; a
    complaint with two topics counts in both, so shares may add up to more than 1. The trend is the ratio of complaints
    per open deal to the window before of the same length, with the score interval of two Poisson rates. Raises
    MissingDataError without complaints in the window.
    """
    selection = selection or EVERYTHING
    window, before = selection.days(tables), window_before(tables, selection)
    topics = read_topics(tables.engagement.folder)
    coded = coded_complaints(tables, topics, (before[0], window[1]), selection)
    now = [one for one in coded if one.received_on >= window[0]]
    if not now:
        raise MissingDataError(
            _("no complaint came between {first} and {last}").format(first=window[0], last=window[1]),
            remedy=_("Export a longer period of complaints."),
        )
    earlier = [one for one in coded if one.received_on < window[0]] if _covers(tables, before) else []
    counts = _Counts(now, earlier, _open_deals(tables, selection, window), _open_deals(tables, selection, before))
    return counts.answer(tables, topics, window)


def window_before(tables: Tables, selection: Selection) -> tuple[date, date]:
    """Return the window of the same length that ends on the day before the window."""
    first, last = selection.days(tables)
    end = first - timedelta(days=1)
    if selection.window is None:
        return months_before(end, tables.engagement.config.window_months), end
    return end - (last - first), end


def trend_words(trend: Estimate) -> str:
    """Say what a ratio of rates means."""
    if trend.value is None or trend.low is None or trend.high is None:
        return _("Whether complaints grow cannot be told.")
    ratio = with_interval(trend)
    if trend.low > 1:
        return _("Complaints per open deal grew: {ratio} times those of the window before.").format(ratio=ratio)
    if trend.high < 1:
        return _("Complaints per open deal fell: {ratio} times those of the window before.").format(ratio=ratio)
    return _("No change per open deal can be told: {ratio} times those of the window before.").format(ratio=ratio)


@dataclass(frozen=True, slots=True)
class _Counts:
    """The coded complaints of two windows and the deals that were open in each; None where that is not known."""

    now: list[Coded]
    earlier: list[Coded]
    open_now: int | None
    open_before: int | None

    def answer(self, tables: Tables, topics: Topics, window: tuple[date, date]) -> Complaints:
        total = _ids(self.now)
        names = {topic.id: topic.name for topic in topics.topics} | {NO_TOPIC: _("(no topic)")}
        sizes = {
            topic: _ids([one for one in self.now if one.topic == topic]) for topic in {one.topic for one in self.now}
        }
        order = sorted(sizes, key=lambda topic: (topic == NO_TOPIC, -sizes[topic], topic))
        places = [*(stage.id for stage in tables.engagement.config.stages), NO_STAGE]
        told = [stage for stage in places if any(one.stage == stage for one in self.now)]
        told += sorted({one.stage for one in self.now} - set(told))
        stage_names = {stage: tables.engagement.stage_name(stage) for stage in told} | (
            {NO_STAGE: _("(no stage)")} if NO_STAGE in told else {}
        )

        def count(id_: str, label: str, rows: Sequence[Coded], group: str) -> Estimate:
            return Estimate(
                f"complaints.{id_}",
                label,
                _ids(rows),
                "complaints",
                total,
                method=_("count"),
                window=window,
                group=group,
            )

        def topic_count(topic: str) -> TopicCount:
            rows = [one for one in self.now if one.topic == topic]
            group, around = f"topic={topic}", wilson(_ids(rows), total)
            share = Estimate(
                "complaints.topic_share",
                _("{topic}: share of complaints").format(topic=names[topic]),
                _ids(rows) / total,
                "fraction",
                total,
                around.low,
                around.high,
                _("Wilson score interval"),
                window,
                group,
            )
            return TopicCount(
                topic,
                names[topic],
                tuple(rows),
                count("topic_count", _("Complaints: {topic}").format(topic=names[topic]), rows, group),
                share,
                self._trend(topic, names[topic], window),
            )

        label = _("{topic} at {stage}")
        pairs = [(topic, stage) for topic in order for stage in told]
        cells = [(pair, [one for one in self.now if (one.topic, one.stage) == pair]) for pair in pairs]
        return Complaints(
            count("count", _("Complaints"), self.now, ""),
            self._rate(total, window),
            self._trend("", _("All"), window),
            tuple(map(topic_count, order)),
            tuple(
                count(
                    "stage_count",
                    _("Complaints at {stage}").format(stage=stage_names[stage]),
                    [one for one in self.now if one.stage == stage],
                    f"stage={stage}",
                )
                for stage in told
            ),
            tuple(
                count(
                    "cell",
                    label.format(topic=names[topic], stage=stage_names[stage]),
                    rows,
                    f"topic={topic}/stage={stage}",
                )
                for (topic, stage), rows in cells
                if rows
            ),
            stage_names,
            self._remarks(total),
        )

    def _rate(self, total: int, window: tuple[date, date]) -> Estimate:
        value = 100 * total / self.open_now if self.open_now else None
        return Estimate(
            "complaints.rate",
            _("Complaints per 100 open deals"),
            value,
            "complaints",
            self.open_now or 0,
            method=_("count of complaints over deals open at some time in the window"),
            window=window,
        )

    def _trend(self, topic: str, name: str, window: tuple[date, date]) -> Estimate:
        """Return the ratio of rates for one topic, for all complaints where it is empty."""
        a, b = (_ids([one for one in rows if topic in ("", one.topic)]) for rows in (self.now, self.earlier))
        found = rate_ratio(a, self.open_now or 0, b, self.open_before or 0) if self.earlier else None
        return Estimate(
            *("complaints.topic_trend" if topic else "complaints.trend",),
            _("{topic}: rate against the window before").format(topic=name),
            found.value if found else None,
            "ratio",
            a + b,
            found.low if found and found.high is not None else None,
            found.high if found else None,
            _("ratio of two Poisson rates, score interval"),
            window,
            f"topic={topic}" if topic else "",
        )

    def _remarks(self, total: int) -> tuple[str, ...]:
        ways = {
            way: _ids([one for one in self.now if one.stage_from == way]) for way in ("complaint", "deal", "topic", "")
        }
        message = _(
            "Stages: {own:,} complaints name theirs, {deal:,} have that of their deal when they came, {topic:,} the "
            "usual one of their topic, {none:,} none."
        )
        said = [message.format(own=ways["complaint"], deal=ways["deal"], topic=ways["topic"], none=ways[""])]
        alike = _ids([one for one in self.now if one.found_by == "similar"])
        untold = _ids([one for one in self.now if one.topic == NO_TOPIC])
        message = _(
            "Topics are found by the words in topics.yml, {alike:,} by likeness only, {untold:,} of {total:,} not at "
            "all; open a topic and read its complaints before leaning on its count."
        )
        said.append(message.format(alike=alike, untold=untold, total=total))
        if not self.earlier:
            said.append(_("The complaints do not reach back over the window before, so there is no trend."))
        said.append(_("Several complaints of one customer are not independent, so the intervals are somewhat narrow."))
        return tuple(said)


def _ids(rows: Sequence[Coded]) -> int:
    return len({row.complaint_id for row in rows})


def _covers(tables: Tables, before: tuple[date, date]) -> bool:
    """Return whether complaints were recorded before the first quarter of the window before was over."""
    rows = tables.table("complaints")
    first = tables.to_frame(rows.aggregate(first=rows.received_on.min())).iloc[0]["first"]
    return not pd.isna(first) and pd.Timestamp(first).date() <= before[0] + (before[1] - before[0]) / 4


def _open_deals(tables: Tables, selection: Selection, window: tuple[date, date]) -> int | None:
    """Return how many deals were open at some time in `window`; None without deals."""
    if "opportunities" not in tables and "stage_events" not in tables:
        return None
    rows = selection.of(tables, deals(tables))
    is_open = (rows.created_on <= window[1]) & ((rows.status == "open") | (rows.closed_on >= window[0]))
    return int(tables.to_frame(rows.aggregate(n=is_open.sum())).iloc[0]["n"] or 0)
