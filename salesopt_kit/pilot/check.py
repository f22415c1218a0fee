"""One check of a pilot's comparison, and what all checks start from."""

from dataclasses import dataclass
from datetime import date

from salesopt_kit.numbers import difference_unit, shown
from salesopt_kit.pilot.contrast import Arms
from salesopt_kit.pilot.grid import Grid
from salesopt_kit.pilot.panel import Panel
from salesopt_kit.terms import CheckOutcome


@dataclass(frozen=True, slots=True)
class Check:
    """What one check came to, in a plain sentence; `blocks`: if it fails, no change can be laid to the pilot."""

    key: str
    label: str
    outcome: CheckOutcome
    said: str
    blocks: bool = False

    @property
    def is_failed(self) -> bool:
        """Whether the check was made and failed."""
        return self.outcome is CheckOutcome.FAIL


@dataclass(frozen=True, slots=True)
class Rules:
    """What was fixed before the pilot and how far the data reach."""

    as_of: date
    follow_up_days: int = 0
    burn_in_days: int = 0
    trigger_days: tuple[date, ...] = ()
    """Days on which a reason to start was found; the month of each one should not be in the baseline."""
    alpha: float = 0.05


@dataclass(frozen=True, slots=True)
class Case:
    """One figure of a pilot, ready to be checked."""

    panel: Panel
    arms: Arms
    grid: Grid
    rules: Rules

    def said(self, gain: float) -> str:
        """Return a gain in the figure's unit, whatever its sign."""
        return shown(abs(gain), difference_unit(self.panel.unit))


def outcome(*, is_passed: bool) -> CheckOutcome:
    """Return pass or fail."""
    return CheckOutcome.PASS if is_passed else CheckOutcome.FAIL
