"""Oracles: texts cut by hand, and what holds for any text."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesopt_kit.text.segment import normalised, readings, segmenter, spelt_out, term_pattern


def test_chinese_english_and_mixed_texts_are_cut_into_words() -> None:
    words = segmenter()
    assert words("合同审批太慢") == ["合同", "审批", "太慢"]
    assert words("The quotations came late.") == ["quotation", "came", "late"]
    assert words("ＣＲＭ系统里的quotes") == ["crm", "系统", "quote"]


def test_terms_stay_whole_the_longest_first_and_not_inside_a_word() -> None:
    words = segmenter(["报价", "报价不及时", "late quote", "rice"])
    assert words("客户说报价不及时") == ["客户", "报价不及时"]
    assert words("another LATE  quote, wrong price") == ["late quote", "wrong", "price"]


def test_an_empty_text_has_no_words() -> None:
    assert segmenter(["x"])(" \n，。!? 12 3.5") == []


def test_a_very_long_text_is_cut_in_full() -> None:
    assert len(segmenter(["报价不及时"])("报价不及时，quote late。" * 20_000)) == 60_000


@given(st.text(max_size=200))
def test_normalising_twice_changes_nothing_and_any_text_can_be_cut(text: str) -> None:
    once = normalised(text)
    assert " ".join(once.split()) == once
    assert all(word.strip() == word and word for word in segmenter(["合同...慢", "a.b"])(text))


@pytest.mark.parametrize(
    ("term", "found", "not_found"),
    [
        ("wait for", ["waited for it", "waiting  for", "waits for"], ["await for", "waiter for", "wait forth"]),
        ("reply", ["replies", "replied", "replying"], ["replica"]),
        ("ship", ["shipped", "shipping"], ["shipment"]),
        ("late quote", ["late quotes", "late quoting"], ["plate quote", "late quotation"]),
        ("(nobody/no one) ... (reply/call)", ["no one ever called", "nobody replies"], ["nobody. call me"]),
        ("没(有/任何/)消息", ["没消息", "没有消息", "没任何消息"], ["没好消息"]),
        ("等(了/着)...报价", ["等了三天报价", "等着报价"], ["等报价", "等了。报价"]),
        ("没(有/\n  任何/)消息", ["没消息", "没有消息", "没任何消息"], ["没 任何消息"]),
        ("报价(单)", ["报价(单)"], ["报价单"]),
    ],
)
def test_a_term_finds_its_choices_and_regular_endings(term: str, found: list[str], not_found: list[str]) -> None:
    pattern = re.compile(term_pattern(term))
    assert [text for text in found if not pattern.search(text)] == []
    assert [text for text in not_found if pattern.search(text)] == []


@given(st.lists(st.text("ab价", max_size=3), min_size=2, max_size=4), st.text("ab价", max_size=3))
def test_a_term_finds_each_of_its_readings(choice: list[str], rest: str) -> None:
    term = f"({'/'.join(choice)}){rest}"
    assert readings(term) == [part + rest for part in choice]


@given(st.text(max_size=200))
def test_spelling_out_twice_changes_nothing(text: str) -> None:
    once = spelt_out(normalised(text))
    assert spelt_out(once) == once


def test_the_package_loads_neither_dictionary_nor_scikit_learn() -> None:
    modules = "sys, salesopt_kit.text.topics, salesopt_kit.text.suggest, salesopt_kit.diagnose.survey"
    code = f"import {modules}; print({{'rjieba', 'sklearn'}} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
