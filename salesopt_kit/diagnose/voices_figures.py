"""The chart of complaints by topic and stage."""

import numpy as np
import seaborn as sns

from salesopt_kit.charts import Chart, balanced, new_figure
from salesopt_kit.locale import _
from salesopt_kit.metrics.complaints import complaints
from salesopt_kit.results import explains_missing
from salesopt_kit.tables.store import Tables


@explains_missing
def complaints_chart(tables: Tables) -> Chart:
    """Return complaints per topic (rows) and stage (columns) as a heat map with its counts."""
    answer = complaints(tables)
    counts = {cell.group: int(cell.value or 0) for cell in answer.cells}
    grid = np.array(
        [
            [counts.get(f"topic={topic.topic}/stage={stage}", 0) for stage in answer.stage_names]
            for topic in answer.topics
        ]
    )
    figure = new_figure(max(7.0, 1.05 * grid.shape[1] + 3.2), max(2.6, 0.5 * grid.shape[0] + 1.6))
    axes = figure.subplots()
    sns.heatmap(
        grid,
        ax=axes,
        annot=np.where(grid > 0, grid.astype(str), ""),
        fmt="",
        cmap="Blues",
        linewidths=1,
        cbar_kws={"label": _("complaints")},
        xticklabels=["\n".join(balanced(name, 12)) for name in answer.stage_names.values()],
        yticklabels=["\n".join(balanced(topic.name, 26)) for topic in answer.topics],
    )
    axes.tick_params(axis="y", rotation=0)
    axes.tick_params(axis="x", rotation=0)
    axes.set(title=_("Number of complaints by topic (rows) and stage (columns)"), xlabel="", ylabel="")
    return Chart("complaints_by_topic", answer.sentence(), figure)
