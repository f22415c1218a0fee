"""The pain points on the impact-frequency matrix (影响度-发生频次矩阵), moved from cell to cell."""

from typing import Any

from salesopt_kit.records.matrix_rule import priority
from salesopt_kit.terms import Level, Priority
from salesopt_kit.widgets.session import Session
from salesopt_kit.widgets.sheet import Sheet


class Priorities(Sheet):
    """A sheet of pain points of which the page shows the two ratings as a place; a move sets both at once."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, "pain_points", columns=("impact", "frequency"))

    def view(self) -> dict[str, Any]:
        """Return all that the page draws, with the priority of every cell by rule P2."""
        return super().view() | {
            "levels": [[level.value, level.label] for level in Level],
            "cells": {
                f"{impact.value} {frequency.value}": [rule.value, rule.label]
                for impact in Level
                for frequency in Level
                for rule in (priority(impact, frequency),)
            },
            "priorities": [[rule.value, rule.label] for rule in Priority],
        }
