"""Every method that an analysis names has a card in both languages, with a figure that draws."""

import ast
from pathlib import Path

import drawn
import pytest

from salesopt_kit.cards import FIELDS, forget_shown, methods_html
from salesopt_kit.charts import Chart
from salesopt_kit.locale import LANGUAGES, use_language
from salesopt_kit.methods import find_method, kept_pictures, method_card, method_cards, methods, methods_used
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
    assert set(card) - {"part_of"} == {"aliases", "terms", "name", *FIELDS}
    for method in card.get("part_of", ()):
        assert find_method(method) != key
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


def test_the_cards_of_an_answer_are_words_alone_and_lead_to_the_figure_at_the_end() -> None:
    forget_shown()
    assert not method_cards().parts
    below = methods_html(["xmr", "did", "unit_t", "xmr"])
    assert below.count("<details") == 3
    assert "<img" not in below
    assert "When it lies" in below
    end = method_cards()._repr_html_()
    assert end.count("<details") == end.count("<img") == 3
    for key in ("did", "student_t", "xmr"):
        assert f'href="#method-{key}"' in below
        assert end.count(f'id="method-{key}"') == 1
    assert "event study" in methods_used("pre_trend")._repr_html_().lower()


def test_a_figure_is_drawn_once_and_then_kept_and_drawn_again_where_what_was_kept_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_pictures, "user_cache_path", lambda *_args, **_options: tmp_path)
    drawn_times = []

    def draw() -> Chart:
        drawn_times.append(1)
        return method_card("did").chart()

    first = kept_pictures.picture("did", draw)
    assert kept_pictures.picture("did", draw) == first
    assert len(drawn_times) == 1
    (kept,) = (tmp_path / "method-figures").iterdir()
    kept.write_text("{", encoding="utf-8")
    assert kept_pictures.picture("did", draw) == first
    use_language("zh-CN")
    assert kept_pictures.picture("did", draw).alt != first.alt
    assert len(drawn_times) == 3


def test_without_a_place_to_keep_it_a_figure_is_drawn_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    monkeypatch.setattr(kept_pictures, "user_cache_path", lambda *_args, **_options: tmp_path / "file")
    assert kept_pictures.picture("did", method_card("did").chart).png
