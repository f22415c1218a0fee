"""The benchmark of draws: the kit finds what SciPy finds, and arch where it is installed."""

import importlib
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def resampling(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCHMARKS)
    found = importlib.import_module("resampling")
    monkeypatch.setattr(found, "DRAWS", 2_000)
    return found


def test_all_sides_find_the_same_effect_and_error(resampling: ModuleType) -> None:
    made = resampling.deals()
    kit, scipy = resampling.kit_clusters(made), resampling.scipy_clusters(made)
    assert kit == pytest.approx(scipy, rel=0.1)
    assert resampling.agree("p", resampling.kit_units(made), resampling.scipy_units(made))
    if importlib.util.find_spec("arch"):
        assert kit == pytest.approx(resampling.arch_clusters(made), rel=0.1)


def test_the_wild_bootstrap_sees_the_two_days_that_the_pilot_takes_off(resampling: ModuleType) -> None:
    value, p = resampling.kit_wild(resampling.deals())
    assert -3.2 < value < -0.8
    assert p < 0.01
