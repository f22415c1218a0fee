"""The published worked examples, by id."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Oracles = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def oracles(shared: Path) -> Oracles:
    """All worked examples with inputs, expected results and tolerances."""
    cases = json.loads((shared / "oracles" / "oracles.json").read_text(encoding="utf-8"))
    return {case["id"]: case for case in cases}


@pytest.fixture(scope="session")
def leukemia(oracles: Oracles) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Weeks in remission and whether they ended, of the treated and of the placebo group (Freireich 1963)."""
    treated = oracles["leukemia_km"]["inputs"]
    placebo = oracles["leukemia_logrank"]["inputs"]["t_placebo"]
    return (
        (np.array(treated["t"], float), np.array(treated["e"], bool)),
        (np.array(placebo, float), np.ones(len(placebo), bool)),
    )
