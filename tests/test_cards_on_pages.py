"""No jargon without its card: each answer of workbooks 4 and 5 has the cards of what it used, in both languages.

The words that need a card are listed here by hand, apart from the terms that the cards themselves name.
"""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from salesopt_kit import open_engagement, open_tables, pilot, rollout
from salesopt_kit.cards import cards_of, find_method, forget_shown, methods, methods_shown
from salesopt_kit.charts import Chart
from salesopt_kit.locale import LANGUAGES, use_language
from salesopt_kit.methods import method_cards
from salesopt_kit.pilot.by_type.goals import Goals
from salesopt_kit.pilot.main_effect import MainEffects
from salesopt_kit.pilot.sensitivity.curve import Curve
from salesopt_kit.pilot.verdicts import Verdicts
from salesopt_kit.results import Answers, Missing, Result, Table

ROOT = Path(__file__).resolve().parents[1]
JARGON = {
    r"置换|[Pp]ermutation": "permutation",
    r"\bp\b ?[=<]|\bp value|p 值": "p_value",
    r"区间|\binterval": "interval",
    r"Holm": "multiplicity",
    r"Benjamini": "multiplicity",
    r"Welch": "welch",
    r"Boschloo": "exact_tests",
    r"chi-square|卡方": "chi_square",
    r"Newcombe": "difference_of_shares",
    r"Kaplan": "survival",
    r"Aalen": "competing_risks",
    r"log-rank|对数秩": "log_rank",
    r"\bCox\b": "proportional_hazards",
    r"Hodges": "hodges_lehmann",
    r"Brunner": "brunner_munzel",
    r"Cliff": "effect_size",
    r"Mantel": "mantel_haenszel",
    r"[Dd]esign effect|设计效应": "design_effect",
    r"bootstrap|重抽样|自助法": "cluster_bootstrap",
    r"difference-in-differences|双重差分": "did",
    r"clustered by|聚类": "cluster_robust",
    r"standard deviation|标准差": "standard_deviation",
    r"XmR": "xmr",
    r"CUSUM|累积和": "cusum",
    r"EWMA": "ewma",
    r"[Ss]ynthetic control|合成控制": "synthetic_control",
    r"O'Brien|Share of the information|信息比例": "obrien_fleming",
    r"[Ff]ollowed|follow-up|跟踪": "follow_up",
    r"t interval|t 区间|degrees of freedom|自由度": "student_t",
    r"\b[Pp]ower\b|功效": "power",
    r"Wilson": "share_interval",
    r"Poisson|泊松": "poisson",
    r"compet|竞争": "competing_risks",
    r"[Cc]lusters|整群": "cluster_robust",
}


def shown_by(number: str) -> list[str]:
    """Return the names of the answers that a workbook shows, in its order, editors left out."""
    notebook = json.loads(next((ROOT / "workbooks").glob(f"{number}_*.ipynb")).read_text(encoding="utf-8"))
    called = re.compile(r"(?:pilot|rollout)\.(\w+)\(tables\)")
    sources = ("".join(cell["source"]).strip() for cell in notebook["cells"])
    return [match[1] for source in sources if (match := called.fullmatch(source))]


def parts_of(answer: Result) -> Iterator[Result]:
    """Yield an answer, and those within it."""
    yield answer
    if isinstance(answer, Answers):
        for part in answer.parts:
            yield from parts_of(part)


def words_of(page: str) -> str:
    """Return what a reader sees of an answer without its cards and what is folded into parts of its own."""
    page = re.sub(r'<div class="methods">.*', "", page, flags=re.DOTALL)
    page = re.sub(r'<details class="card".*?</details>', "", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", page.replace("<wbr>", "")))


def lacking(found: dict[str, tuple[Result, str]]) -> list[tuple[str, str, str]]:
    """Return answer, card and word where a word of an answer has no card below it."""
    return [
        (name, key, match[0])
        for name, (answer, page) in found.items()
        if not isinstance(answer, Missing | Answers)
        for pattern, key in JARGON.items()
        if (match := re.search(pattern, words_of(page))) and f'href="#method-{key}"' not in page
    ]


@pytest.fixture(scope="module", params=LANGUAGES)
def pages(request: pytest.FixtureRequest, samples: Path) -> tuple[str, dict[str, tuple[Result, str]]]:
    """Return the language, and by name each answer of both workbooks on a sample, with its HTML."""
    engagement = open_engagement(samples / "huaxin", locale=request.param)
    tables = open_tables(engagement)
    forget_shown()
    found = {}
    for number, package in (("4", pilot), ("5", rollout)):
        for name in shown_by(number):
            answer = getattr(package, name)(tables)
            if isinstance(answer, Chart):
                continue
            for place, part in enumerate(parts_of(answer)):
                found[f"{name} {place}"] = (part, part._repr_html_())
    return request.param, found


@pytest.mark.slow
@pytest.mark.xdist_group("huaxin")
def test_no_answer_names_a_method_without_its_card(pages: tuple[str, dict[str, tuple[Result, str]]]) -> None:
    language, found = pages
    use_language(language)
    assert len(found) > 35
    assert not lacking(found)


@pytest.mark.slow
@pytest.mark.xdist_group("huaxin")
def test_what_an_analysis_recorded_and_all_that_the_answer_says_it_used_is_folded_below_it_once(
    pages: tuple[str, dict[str, tuple[Result, str]]],
) -> None:
    language, found = pages
    use_language(language)
    for name, (answer, page) in found.items():
        if isinstance(answer, Missing | Answers):
            continue
        used = set(answer.used_methods())
        assert {card for key in answer.methods() for card in cards_of(key)} <= used, name
        for key in used:
            title = html.escape(methods()[key]["name"][language])
            assert len(re.findall(f'<details class="card method"><summary>[^<]*{re.escape(title)}', page)) >= 1, name
    by_type = {type(answer): answer for answer, _page in found.values()}
    main, goals, curve, verdicts = (by_type[kind] for kind in (MainEffects, Goals, Curve, Verdicts))
    assert {find_method(one.method) for each in main.effects for one in each.all} <= set(main.used_methods())
    assert {find_method(row.found.method) for row in goals.rows} <= set(goals.used_methods())
    assert {find_method(run.found.method) for run in curve.runs} <= set(curve.used_methods())
    assert {find_method(one.contrast.method) for one in verdicts.found.judged} <= set(verdicts.used_methods())


@pytest.mark.slow
@pytest.mark.xdist_group("huaxin")
def test_the_list_at_the_end_holds_what_the_pages_used_and_nothing_else(
    pages: tuple[str, dict[str, tuple[Result, str]]],
) -> None:
    language, found = pages
    use_language(language)
    linked = {key for _answer, page in found.values() for key in re.findall(r'href="#method-(\w+)"', page)}
    assert linked == set(methods_shown())
    end = method_cards()._repr_html_()
    assert set(re.findall(r'id="method-(\w+)"', end)) == linked
    assert linked < set(methods())


def test_a_word_without_its_card_is_seen() -> None:
    answer = Table("Worse by chance (p = 0.03)", pd.DataFrame())
    assert not lacking({"whole": (answer, answer._repr_html_())})
    bare = re.sub(r'<div class="methods">.*</div>', "", answer._repr_html_())
    assert lacking({"bare": (answer, bare)}) == [("bare", "p_value", "p =")]


def test_a_card_is_found_by_a_word_and_not_within_a_longer_one() -> None:
    assert "power" in Table("What power has it?", _no_cells()).used_methods()
    assert "power" not in Table("The powerful team", _no_cells()).used_methods()
    assert Table("Nothing special", _no_cells()).used_methods() == ()
    assert Table("Nothing special", _no_cells(), used=("wilson",)).used_methods() == ("share_interval",)


def _no_cells() -> pd.DataFrame:
    return pd.DataFrame()
