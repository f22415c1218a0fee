"""The charts of workbook 2 with more in them than a client ever has: no text lies on another or leaves its box."""

from pathlib import Path

import drawn
import handbook_example as handbook
import pytest

from salesopt_kit.prioritise import matrix_chart, why_chart
from salesopt_kit.tables.store import Tables

LONG = {
    "en": "Quotations are typed by hand from three price lists and reach the customer two days late, with mistakes",
    "zh-CN": "报价单由销售手工从三张价目表抄写，客户平均晚两天才收到报价，而且经常抄错价格，需要重新报价",
}


def crowded(folder: Path, locale: str) -> Tables:
    points = handbook.PAIN_POINTS + "".join(
        f"- {{id: PP-{number}, stage: lead, type: cost, problem: '{LONG[locale]} {number}', "
        "impact: high, frequency: high}\n"
        for number in range(10, 20)
    )
    chains = handbook.WHY_CHAINS + "".join(
        f"- id: WHY-{number}\n  pain_point: PP-{10 + number // 3}\n  whys:\n"
        f"    - {{text: '{LONG[locale]}'}}\n    - {{text: '{number} {LONG[locale]}', evidence: [x]}}\n"
        f"  root_cause: {{id: RC-{number}, text: '{LONG[locale]} {number}'}}\n"
        for number in range(10, 20)
    )
    return handbook.opened(folder, locale=locale, pain_points=points, why_chains=chains)


@pytest.mark.parametrize("draw", [matrix_chart, why_chart])
@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_few_records_leave_every_text_its_place(tmp_path: Path, locale: str, draw: object) -> None:
    chart = draw(handbook.opened(tmp_path, locale=locale))  # type: ignore[operator]
    assert drawn.overlaps(chart) == []
    assert drawn.leaving(chart) == []


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
@pytest.mark.parametrize("draw", [matrix_chart, why_chart])
def test_no_text_lies_on_another_or_leaves_its_box(tmp_path: Path, draw: object, locale: str) -> None:
    chart = draw(crowded(tmp_path, locale))  # type: ignore[operator]
    assert drawn.overlaps(chart) == []
    assert drawn.leaving(chart) == []


@pytest.mark.parametrize("draw", [matrix_chart, why_chart])
def test_the_same_records_give_the_same_picture(tmp_path: Path, draw: object) -> None:
    tables = handbook.opened(tmp_path)
    assert draw(tables).png() == draw(tables).png()  # type: ignore[operator]


def test_the_matrix_holds_every_rated_pain_point_by_its_id(tmp_path: Path) -> None:
    words = " ".join(text.get_text() for text in matrix_chart(crowded(tmp_path, "en")).figure.axes[0].texts)
    assert all(f"PP-{number} " in words for number in (1, 2, 3, *range(10, 20)))


def many(folder: Path, n: int, cells: int) -> Tables:
    """Return n pain points with long names, spread over the first cells of the grid."""
    grid = [(impact, frequency) for impact in ("high", "medium", "low") for frequency in ("high", "medium", "low")]
    points = "".join(
        f"- {{id: PP-{number}, stage: lead, type: cost, problem: '{LONG['zh-CN']} {number}', "
        f"impact: {grid[number % cells][0]}, frequency: {grid[number % cells][1]}}}\n"
        for number in range(1, n + 1)
    )
    return handbook.opened(folder, locale="zh-CN", pain_points=points, why_chains="", measures="", with_data=False)


@pytest.mark.parametrize(("n", "cells"), [(3, 3), (3, 1), (12, 9), (12, 2), (30, 9), (30, 1)])
def test_points_with_long_names_never_lie_on_each_other_however_many_share_a_cell(
    tmp_path: Path, n: int, cells: int
) -> None:
    chart = matrix_chart(many(tmp_path, n, cells))
    assert drawn.overlaps(chart) == []
    words = " ".join(text.get_text() for text in chart.figure.axes[0].texts)
    assert all(f"PP-{number} " in words for number in range(1, n + 1))


@pytest.mark.parametrize(("deep", "broad"), [(12, 1), (5, 7), (2, 12)])
def test_deep_and_branching_trees_keep_their_boxes_apart(tmp_path: Path, deep: int, broad: int) -> None:
    chains = "".join(
        f"- id: WHY-{branch}\n  pain_point: PP-2\n  whys:\n"
        + "".join(
            f"    - {{text: '{'' if level < deep // 2 else branch} {level} {LONG['zh-CN']}'}}\n"
            for level in range(deep)
        )
        for branch in range(1, broad + 1)
    )
    chart = why_chart(handbook.opened(tmp_path, locale="zh-CN", why_chains=chains, measures="", with_data=False))
    assert drawn.overlaps(chart) == []
    assert drawn.leaving(chart) == []
    assert sum("没有证据支持" in text.get_text() for text in chart.figure.axes[0].texts) == deep // 2 + broad * (
        deep - deep // 2
    )
