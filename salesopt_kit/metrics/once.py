"""Each question is computed once for one opening of the tables: an answer and its chart ask the same."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from salesopt_kit.locale import language
from salesopt_kit.tables.store import Tables

P = ParamSpec("P")
R = TypeVar("R")


def once(question: Callable[Concatenate[Tables, P], R]) -> Callable[Concatenate[Tables, P], R]:
    """Make a metric remember its answer for the same tables, arguments and language.

    Answers are frozen, so sharing them is safe; arguments are told apart by their repr. What was raised is not kept.
    """

    @functools.wraps(question)
    def asked(tables: Tables, /, *args: P.args, **kwargs: P.kwargs) -> R:
        key = (question, repr(args), repr(sorted(kwargs.items())), language())
        if key not in tables.answers:
            tables.answers[key] = question(tables, *args, **kwargs)
        found: R = tables.answers[key]
        return found

    return asked
