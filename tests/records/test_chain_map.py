"""The drawn chain of evidence: every link of the store is a line, every gap a red box, no text on another."""

import shutil
from pathlib import Path

import drawn
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.isotonic import isotonic_regression

from salesopt_kit.engagement import Engagement, open_engagement
from salesopt_kit.locale import use_language
from salesopt_kit.records import Records, load_records, missing_links, open_store
from salesopt_kit.records.chain_chart import BETWEEN, chain_chart, place, spread
from salesopt_kit.records.chain_map import ABSENT, PAIN_POINT, ChainMap, chain_map
from salesopt_kit.records.models import Measure, PainPoint
from salesopt_kit.terms import IssueType, Level

SAMPLES = Path(__file__).resolve().parents[2] / "data_samples"
DRAWN = ("raises", "asks", "ends_in", "answered_by", "aims_at")


@pytest.fixture(params=["huaxin", "alder"])
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> Engagement:
    shutil.copytree(SAMPLES / request.param / "records", tmp_path / "records")
    shutil.copyfile(SAMPLES / request.param / "engagement.yml", tmp_path / "engagement.yml")
    return open_engagement(tmp_path)


def reaches(chain: ChainMap, start: str, end: str) -> bool:
    near = chain.to_right(start)
    return end in near or any(reaches(chain, one, end) for one in near)


def test_every_link_of_the_store_is_in_the_picture(sample: Engagement) -> None:
    chain = chain_map(load_records(sample))
    with open_store(sample) as store:
        links = [link for link in store.everything()[1] if link.kind in DRAWN]
    assert links
    for link in links:
        start = link.start.partition(".")[0]  # whys stand in the box of their chain
        assert reaches(chain, start, link.end), link


def test_what_is_missing_by_the_rules_of_the_chain_is_a_red_box_and_nothing_else(sample: Engagement) -> None:
    records = load_records(sample)
    expected = sorted(f"{gap.record} {gap.rule}" for gap in missing_links(records) if gap.rule in ABSENT)
    assert sorted(box.key for box in chain_map(records).missing) == expected


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_no_text_lies_on_another_or_leaves_its_box(sample: Engagement, locale: str) -> None:
    use_language(locale)
    chart = chain_chart(chain_map(load_records(sample)))
    assert drawn.overlaps(chart) == []
    assert drawn.leaving(chart) == []


def broken() -> Records:
    """Return pain points, a measure and nothing between them."""
    points = tuple(
        PainPoint(
            id=f"PP-{number}",
            stage="lead",
            type=IssueType.RISK,
            problem="报价单由销售手工从三张价目表抄写，客户平均晚两天才收到报价，而且经常抄错价格" * (1 + number % 2),
            impact=Level.HIGH,
            frequency=Level.HIGH,
        )
        for number in range(1, 31)
    )
    return Records(pain_points=points, measures=(Measure(id="ME-1", measure="制定规则"),))


def test_a_chain_of_gaps_shows_each_of_them_without_an_overlap() -> None:
    chain = chain_map(broken())
    assert len(chain.of(PAIN_POINT)) == 30
    assert [box.text for box in chain.missing].count("no evidence") == 30
    assert [box.text for box in chain.missing].count("no root cause") == 31
    chart = chain_chart(chain)
    assert chart.alt == f"Chain of evidence of 30 pain points; missing links: {len(chain.missing)}."
    assert drawn.overlaps(chart) == []
    assert drawn.leaving(chart) == []


def test_no_box_lies_on_another_of_its_column(sample: Engagement) -> None:
    placed = list(place(chain_map(load_records(sample))).values())
    for one in placed:
        for other in placed:
            if one is not other and one.box.column == other.box.column:
                assert one.top + one.tall <= other.top or other.top + other.tall <= one.top


def test_without_records_there_is_an_empty_picture() -> None:
    chain = chain_map(Records())
    assert (chain.boxes, chain.lines) == ((), ())
    assert chain_chart(chain).png()


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 20), st.floats(0.2, 2)), min_size=1, max_size=8))
def test_boxes_stand_as_near_to_where_they_belong_as_can_be(given_boxes: list[tuple[float, float]]) -> None:
    wanted, heights = [want for want, _tall in given_boxes], [tall for _want, tall in given_boxes]
    offsets = np.concatenate([[0.0], np.cumsum(np.array(heights[:-1]) + BETWEEN)])
    expected = isotonic_regression(np.array(wanted) - offsets) + offsets
    assert spread(wanted, heights) == pytest.approx(list(expected), abs=1e-5)
