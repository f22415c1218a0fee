"""A tiny engagement and tiny workbooks, so that a run takes seconds."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

ENGAGEMENT = """\
client: "{client}"
slug: acme
locale: {locale}
currency: USD
as_of: 2024-06-30
stages:
  - {{id: lead, name: Lead, values: [New]}}
  - {{id: won, name: Won, kind: won}}
sources:
  opportunities: {{file: exports/deals.csv}}
"""
DEALS = "opportunity_id,stage,amount,created_at,closed_at\n1,New,100,2024-05-01,\n2,Won,250,2024-05-03,2024-06-01\n"
PARAMETERS = 'engagement: str = ""\nlocale: str = ""\nas_of: str = ""\nexports: str = ""'
OPEN = """\
from salesopt_kit import open_engagement
client = open_engagement(engagement, locale=locale, as_of=as_of, exports=exports)"""
SHOWN = """\
from salesopt_kit.results import Estimate, Table
import pandas as pd
class Rate(Table):
    def estimates(self):
        return (Estimate("win_rate.count", "Win rate", 0.5, "fraction", 2),
                Estimate("win_rate.nan", "Nothing", float("nan"), "days", 0))
Rate(f"Half of the deals of {client.config.client} were won.", pd.DataFrame({"Team": ["<b>A</b>"], "Rate": ["50%"]}))"""
DRAWN = """\
from salesopt_kit.charts import Chart, new_figure
figure = new_figure()
figure.subplots().plot([1, 2, 3])
Chart("trend/1", "The trend goes up & on.", figure)"""
WORKBOOKS: dict[str, dict[str, str]] = {
    "1_good": {"win-rate": SHOWN, "trend": DRAWN, "trend-again": DRAWN},
    "2_broken": {"win-rate": SHOWN, "division": "ratio = 1 / 0", "after": "'never reached'"},
    "3_unusable": {
        "told": "from salesopt_kit.errors import InputError\n"
        "raise InputError('deals.csv, row 3', 'soon', expected='a date', remedy='Correct the cell.')"
    },
}


@pytest.fixture
def engagement(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes an engagement folder."""

    def write(client: str = "Acme", locale: str = "en", deals: str = DEALS) -> Path:
        folder = tmp_path / "engagement"
        (folder / "exports").mkdir(parents=True)
        (folder / "engagement.yml").write_text(ENGAGEMENT.format(client=client, locale=locale), encoding="utf-8")
        (folder / "exports" / "deals.csv").write_text(deals, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def books(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes workbooks, by name or from name -> cells, and returns their folder."""

    def write(*names: str, parameters: str = PARAMETERS, **cells: dict[str, str]) -> Path:
        folder = tmp_path / "workbooks"
        folder.mkdir(exist_ok=True)
        for name, code in {**{name: WORKBOOKS[name] for name in names}, **cells}.items():
            nbformat.write(notebook(name, code, parameters), folder / f"{name}.ipynb")
        return folder

    return write


def notebook(name: str, cells: dict[str, str], parameters: str = PARAMETERS) -> nbformat.NotebookNode:
    """Return a workbook with one question before each code cell."""
    v4 = nbformat.v4
    made = [
        v4.new_markdown_cell(f"# Title of {name}", id="title"),
        v4.new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]}),
        v4.new_code_cell(OPEN, id="setup"),
    ]
    for cell, source in cells.items():
        made += [v4.new_markdown_cell(f"## About {cell}", id=f"{cell}-q"), v4.new_code_cell(source, id=cell)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return v4.new_notebook(cells=made, metadata={"kernelspec": kernel})
