"""Every deal metric has a complete card in both languages, shown beside its answer."""

import pytest

from salesopt_kit.cards import card_html, cards
from salesopt_kit.locale import use_language
from salesopt_kit.metrics.lead_conversion import LeadConversion
from salesopt_kit.metrics.lead_volume import LeadVolume
from salesopt_kit.metrics.output_per_head import OutputPerHead
from salesopt_kit.metrics.sales_velocity import SalesVelocity
from salesopt_kit.metrics.win_rate import WinRate, win_rate, win_rate_by
from salesopt_kit.results import Result
from salesopt_kit.tables.store import Tables

FIELDS = {"name", "formula", "population", "clock", "uncertainty", "beware", "source"}


@pytest.mark.parametrize("result", [WinRate, LeadVolume, LeadConversion, OutputPerHead, SalesVelocity])
def test_a_card_has_every_field_in_both_languages(result: type[Result]) -> None:
    card = cards()[result.card]
    assert set(card) == FIELDS
    assert all(set(field) == {"en", "zh-CN"} and all(field.values()) for field in card.values())


def test_the_card_stands_beside_the_number_and_once_beside_a_breakdown(maven: Tables) -> None:
    use_language("zh-CN")
    card = card_html("win_rate")
    assert "赢单率" in card
    assert win_rate(maven)._repr_html_().count(card) == 1
    page = win_rate_by(maven, "team")._repr_html_()
    assert page.count(card) == 1
    assert "按团队的赢单率（按单数）" in page
