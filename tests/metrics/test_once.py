"""A metric is computed once for the same tables, and anew for others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import use_language
from salesopt_kit.metrics.once import once
from salesopt_kit.tables.store import Tables

Open = Callable[..., Tables]


@pytest.fixture
def tables(engaged: Open) -> Tables:
    frame = pd.DataFrame({"opportunity_id": ["a"], "created_at": [pd.Timestamp("2024-01-01")]})
    return engaged(as_of=date(2024, 3, 31), opportunities=frame)


def test_the_same_question_of_the_same_tables_is_computed_once_in_each_language(tables: Tables) -> None:
    asked: list[str] = []

    @once
    def question(_tables: Tables, what: str = "all") -> str:
        asked.append(what)
        return what

    assert [question(tables), question(tables), question(tables, "some"), question(tables, "some")] == [
        *("all", "all", "some", "some")
    ]
    assert asked == ["all", "some"]
    use_language("zh-CN")
    question(tables)
    assert asked == ["all", "some", "all"]


def test_tables_seen_otherwise_start_without_answers(tables: Tables) -> None:
    @once
    def newest(tables: Tables) -> date:
        return tables.as_of

    assert newest(tables) == date(2024, 3, 31)
    assert newest(replace(tables, as_of=date(2024, 2, 29))) == date(2024, 2, 29)
    assert newest(tables) == date(2024, 3, 31)


def test_what_could_not_be_answered_is_asked_again(tables: Tables) -> None:
    tries: list[int] = []

    @once
    def question(_tables: Tables) -> str:
        tries.append(1)
        raise MissingDataError("x", remedy="y")

    for _try in range(2):
        with pytest.raises(MissingDataError):
            question(tables)
    assert len(tries) == 2
