"""Every method that an analysis names has a card in both languages, with a figure that draws."""

import ast
from pathlib import Path

import drawn
import pytest

from salesopt_kit.locale import LANGUAGES, use_language
from salesopt_kit.methods import find_method, method_card, method_cards, methods
from salesopt_kit.methods.card import FIELDS
from salesopt_kit.methods.figures import FIGURES
from salesopt_kit.pilot.estimators import ESTIMATORS

PACKAGE = Path(__file__).resolve().parents[1] / "salesopt_kit"


def contrasts() -> set[str]:
    """Return the method keys that stand as text in calls of Contrast and of Analysis."""
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Contrast":
                given = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "method")]
                found |= {one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found


def test_every_method_that_a_contrast_names_has_a_card() -> None:
    for method in {*contrasts(), *ESTIMATORS}:
        find_method(method)


@pytest.mark.parametrize("key", sorted(methods()))
def test_a_card_has_every_field_in_both_languages_and_short_enough_to_read(key: str) -> None:
    card = methods()[key]
    assert card["used_in"] in {"pilot", "rollout"}
    for field in ("name", *FIELDS):
        assert set(card[field]) == set(LANGUAGES)
        assert 0 < len(card[field]["en"]) < 320
        assert 0 < len(card[field]["zh-CN"]) < 160
        assert not any(sign in card[field]["en"] for sign in "=^∑√")
    assert any("一" <= sign <= "鿿" for sign in card["question"]["zh-CN"])
    assert any(sign.isdigit() for sign in card["source"]["en"]) or "kit" in card["source"]["en"]


def test_keys_and_aliases_name_one_card_each() -> None:
    names = [name for key, card in methods().items() for name in (key, *card["aliases"])]
    assert len(names) == len(set(names))
    assert set(FIGURES) == set(methods())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", sorted(FIGURES))
def test_a_figure_draws_with_every_glyph_and_names_both_axes(key: str, language: str) -> None:
    use_language(language)
    chart = method_card(key).chart()
    drawn.overlaps(chart)
    (axes,) = chart.figure.axes
    assert axes.get_title(loc="left")
    assert axes.get_xlabel() or len(axes.get_xticklabels())


def test_an_alias_leads_to_its_card_and_a_stranger_is_refused() -> None:
    assert method_card("wild_cluster_bootstrap").key == "wild_bootstrap"
    with pytest.raises(KeyError):
        method_card("reading_tea_leaves")


def test_cards_of_a_workbook_show_name_fields_and_picture() -> None:
    cards = method_cards("rollout")
    assert "xmr" in [part.key for part in cards.parts]  # type: ignore[attr-defined]
    page = method_cards(None, "did", "xmr")._repr_html_()
    assert page.count("<details") == page.count("<img") == 2
    assert "Difference-in-differences" in page
    assert "When it lies" in page
