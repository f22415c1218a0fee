"""The charts of the analyses over time; each draws an answer and computes nothing."""

import numpy as np

from salesopt_kit.charts import ACCENT, MUTED, WARN, Chart, new_figure
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _
from salesopt_kit.pilot.contrast import Arms, arms_of
from salesopt_kit.pilot.estimators.event_study import event_study
from salesopt_kit.pilot.panel import Panel, panel_of
from salesopt_kit.pilot.setting import setting
from salesopt_kit.results import explains_missing
from salesopt_kit.tables.store import Tables


@explains_missing
def effect_by_week(tables: Tables) -> Chart:
    """Return the effect of the pilot on the first target by week since it began, weeks before it included."""
    chosen = setting(tables)
    if not chosen.targets:
        raise MissingDataError(
            _("no targets are set"), remedy=_("Write them in engagement.yml under `targets`, before the pilot begins.")
        )
    metric = chosen.pilot.primary or next(iter(chosen.targets))
    return effect_by_week_chart(panel_of(tables, chosen, metric), arms_of(chosen))


def effect_by_week_chart(panel: Panel, arms: Arms) -> Chart:
    """Return the event study of a panel; shares are drawn in percentage points."""
    found = event_study(panel, arms)
    if not len(found):
        raise MissingDataError(_("no week has figures of both arms"), remedy=_("Take longer periods of comparison."))
    factor = 100.0 if panel.unit == "fraction" else 1.0
    unit = _unit(panel)
    figure = new_figure(height=3.8)
    axes = figure.subplots()
    axes.axhline(0, color=MUTED, linewidth=1)
    axes.axvline(-0.5, color=WARN, linestyle="--", linewidth=1.4)
    for is_pilot, colour, label in ((False, MUTED, _("before the pilot")), (True, ACCENT, _("in the pilot"))):
        rows = found[found["is_pilot"] == is_pilot]
        low, high = (rows[side].astype(float).to_numpy() * factor for side in ("low", "high"))
        axes.vlines(rows["week"], low, high, color=colour, linewidth=2.4, alpha=0.6)
        axes.plot(rows["week"], rows["estimate"] * factor, "o", color=colour, markersize=5, label=label)
    axes.set(
        title=_("{label}: pilot units less controls, from their own baseline").format(label=panel.label),
        ylabel=unit,
    )
    axes.set_xlabel(_("weeks since the pilot began"), labelpad=8)
    axes.margins(y=0.18)
    axes.grid(visible=False, axis="x")
    axes.legend(frameon=False, ncols=2, fontsize=9, loc="upper left")
    late = found[found["is_pilot"]]["estimate"]
    mean = float(np.mean(late)) * factor if len(late) else float("nan")
    alt = _("Effect by week: {mean:+.3g} {unit} on average over {n} weeks of the pilot.")
    return Chart("pilot_effect_by_week", alt.format(mean=mean, unit=unit, n=len(late)), figure)


def _unit(panel: Panel) -> str:
    if panel.unit == "score" and panel.metric != "satisfaction":
        return panel.label  # a figure of the client's own: nobody said what it is counted in
    known = {"days": _("days"), "hours": _("hours"), "score": _("score"), "fraction": _("percentage points")}
    return known.get(panel.unit, panel.unit)
