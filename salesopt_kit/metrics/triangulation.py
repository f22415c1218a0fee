"""Triangulation: what is said, complained of and measured at each stage, and where the three agree or not."""

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from salesopt_kit.locale import _, sentences
from salesopt_kit.metrics.agreement import Agreement, Sign
from salesopt_kit.metrics.breakdown import with_interval
from salesopt_kit.metrics.once import once
from salesopt_kit.metrics.stage_views import (
    FEWEST_COMPLAINTS,
    FEWEST_STATEMENTS,
    FEWEST_VISITS,
    SAID_BY,
    StageView,
    stage_views,
)
from salesopt_kit.numbers import shown
from salesopt_kit.results import Estimate, Result
from salesopt_kit.tables.store import Tables


@dataclass(frozen=True, slots=True)
class Triangulation(Result):
    """Every open stage of the process, in its order."""

    card: ClassVar[str] = "triangulation"

    stages: tuple[StageView, ...]
    remarks: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Name the agreements and the contradictions."""
        kinds = {
            Agreement.ALL: _("All three sources point at {stages}."),
            Agreement.PARTLY: _("The data and one of the voices point at {stages}."),
            Agreement.VOICES_ONLY: _("Contradiction: people name {stages}, the data show nothing unusual there."),
            Agreement.DATA_ONLY: _("Contradiction: the data point at {stages}, hardly anybody names it."),
        }
        found = {kind: [one.name for one in self.stages if one.agreement is kind] for kind in kinds}
        said = [message.format(stages=_(", ").join(found[kind])) for kind, message in kinds.items() if found[kind]]
        return sentences(*said) or _("At no stage do the sources agree or contradict each other.")

    def estimates(self) -> tuple[Estimate, ...]:
        """Return how many of the sources point at each stage, and the shares of complaints that this rests on."""
        method = _("count of sources: interviews, complaints, data")
        counts = [
            Estimate(
                *("triangulation.pointing", _("Sources that point at {stage}").format(stage=one.name), one.pointing),
                *("sources", sum(sign is not Sign.NOT_ENOUGH for sign in (one.said, one.complained, one.measured))),
                method=method,
                group=f"stage={one.stage}",
            )
            for one in self.stages
        ]
        return (*counts, *(one.complaint_share for one in self.stages if one.complaint_share))

    def caveats(self) -> tuple[str, ...]:
        """State the thresholds and what is missing."""
        equal = shown(1 / len(self.stages), "fraction")
        message = _(
            "Said: {groups} groups or more and more than an equal share ({equal}) of the statements; with fewer than "
            "{statements} statements not enough evidence. Complained: the interval of the share of complaints is above "
            "an equal share; with fewer than {complaints} not enough. Measured: the interval of the share of time is "
            "above an equal share, or the step out of the stage clearly loses most deals; with fewer than "
            "{visits} visits not enough."
        )
        thresholds = message.format(
            groups=SAID_BY,
            equal=equal,
            statements=FEWEST_STATEMENTS,
            complaints=FEWEST_COMPLAINTS,
            visits=FEWEST_VISITS,
        )
        return (thresholds, *self.remarks)

    def table(self) -> pd.DataFrame:
        """Return one row per stage."""
        return pd.DataFrame(
            {
                _("Stage"): one.name,
                _("Said"): _cell(one.said, _said(one)),
                _("Complained"): _cell(one.complained, _complained(one)),
                _("Measured"): _cell(one.measured, _measured(one)),
                _("Taken together"): agreement_words(one),
            }
            for one in self.stages
        )


@once
def triangulation(tables: Tables) -> Triangulation:
    """Return for each open stage what interviews, complaints and the stage history say of it.

    The rules stand in `Triangulation.caveats`; the share of a stage is of all complaints tied to an open stage, with
    Wilson's interval. A source that is missing has not enough evidence; raises MissingDataError where all are.
    """
    views, missing = stage_views(tables)
    message = _("Not available: {what}")
    beware = (
        _(
            "The data measure time and losses only: a complaint about something else, such as unclear terms, can be "
            "right where they show nothing."
        ),
        _("Statements are counted whether they blame or praise; read them before leaning on their number."),
    )
    return Triangulation(views, (*beware, *(message.format(what=one.what) for one in missing)))


def sign_words(sign: Sign) -> str:
    """Return a sign in the reader's words."""
    return {
        Sign.POINTS: _("points here"),
        Sign.QUIET: _("nothing unusual"),
        Sign.NOT_ENOUGH: _("not enough evidence"),
    }[sign]


def agreement_words(view: StageView) -> str:
    """Say what the three sources come to at a stage."""
    voice = _("complaints") if view.said is not Sign.POINTS else _("interviews")
    words = {
        Agreement.ALL: _("all three point at it"),
        Agreement.PARTLY: _("the data and the {voice} point at it").format(voice=voice),
        Agreement.VOICES_ONLY: (
            _("contradiction: people complain, the data show nothing unusual")
            if view.complained is Sign.POINTS
            else _("contradiction: it is said in interviews, the data show nothing unusual")
        ),
        Agreement.DATA_ONLY: (
            _("contradiction: the data show it, hardly anybody says it")
            if view.statements or view.tickets
            else _("contradiction: the data show it, nobody says it")
        ),
        Agreement.NOTHING: _("nothing stands out"),
        Agreement.NOT_ENOUGH: _("not enough evidence"),
    }
    return words[view.agreement]


def _cell(sign: Sign, figures: str) -> str:
    return _("{sign}: {figures}").format(sign=sign_words(sign), figures=figures) if figures else sign_words(sign)


def _said(view: StageView) -> str:
    if view.statements is None:
        return ""
    message = _("{n} statements of {groups}")
    n = shown(view.statements.value, "statements")
    return message.format(n=n, groups=_(", ").join(group.label for group in view.groups))


def _complained(view: StageView) -> str:
    if view.complaint_share is None:
        return ""
    n = shown(view.tickets.value if view.tickets else 0.0, "complaints")
    return _("{n} complaints, {share}").format(n=n, share=with_interval(view.complaint_share))


def _measured(view: StageView) -> str:
    said = []
    if view.time:
        said.append(_("{share} of the time, place {rank}").format(share=with_interval(view.time.share), rank=view.rank))
    if view.step and view.step.value is not None:
        lost = shown(1 - view.step.value, "fraction")
        said.append(
            _("{lost} get no further").format(lost=lost) + (_(" (most of all steps)") if view.loses_most else "")
        )
    return _("; ").join(said)
