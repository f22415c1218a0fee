"""The charts of CRM fidelity; each draws an answer of the metrics and computes nothing."""

from salesopt_kit.charts import MUTED, Chart, new_figure
from salesopt_kit.diagnose.figures import draw_intervals
from salesopt_kit.locale import _
from salesopt_kit.metrics.crm_fidelity import crm_fidelity, crm_fidelity_by
from salesopt_kit.metrics.dimensions import BLANK, Grouping
from salesopt_kit.results import explains_missing
from salesopt_kit.tables.store import Tables

MOST_GROUPS = 20


@explains_missing
def fidelity_chart(tables: Tables, by: Grouping = "team") -> Chart:
    """Return the share of deals without a suspect row of each group with its interval, beside the whole."""
    answer = crm_fidelity_by(tables, by)
    whole = crm_fidelity(tables)
    told = [(name, group.estimates()[0]) for name, group in answer.results][:MOST_GROUPS]
    figure = new_figure(height=max(2.4, 0.45 * len(told) + 1.4))
    axes = figure.subplots()
    names = [_("(blank)") if name == BLANK else name for name, _figure in told]
    draw_intervals(axes, [figure_ for _name, figure_ in told], names)
    if whole.score.value is not None:
        axes.axvline(whole.score.value, color=MUTED, linestyle="--", label=_("all"))
        axes.legend(loc="lower left")
    axes.set(title=_("Deals without a suspect row, with 95% intervals"), xlabel=_("share of the deals touched"))
    axes.xaxis.set_major_formatter(lambda share, _position: f"{share:.0%}")
    axes.set_xticks([tick for tick in axes.get_xticks() if tick <= 1.0])
    return Chart(f"crm_fidelity_by_{by}", answer.sentence(), figure)
