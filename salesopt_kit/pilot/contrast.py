"""What every analysis of a pilot starts from and comes to: who is compared when, and how much a figure moved."""

from dataclasses import dataclass
from datetime import date

from salesopt_kit.pilot.setting import Setting

Window = tuple[date, date]
"""First and last day, both within."""


@dataclass(frozen=True, slots=True)
class Arms:
    """Who is compared with whom, and when; `controls` may be empty."""

    treated: tuple[str, ...]
    controls: tuple[str, ...]
    baseline: Window
    period: Window

    @property
    def units(self) -> tuple[str, ...]:
        """All units that are compared, the pilot's first."""
        return (*self.treated, *self.controls)


def arms_of(chosen: Setting) -> Arms:
    """Return the arms of the pilot in engagement.yml."""
    return Arms(chosen.treated, chosen.controls, chosen.pilot.baseline, chosen.pilot.period)


@dataclass(frozen=True, slots=True)
class Contrast:
    """The effect of the pilot on one figure, in its unit, by one analysis; bounds are 95 %, None if unknown."""

    method: str
    """Key of the method, and of its card."""
    label: str
    """The method in the reader's words."""
    value: float
    low: float | None
    high: float | None
    p: float | None
    """Two-sided; None where the method gives none."""
    smallest_p: float | None
    """The smallest p that so few units could have reached; None where there is no such floor."""
    n: int
    """Cases (deals, leads, answers) behind it."""
    clusters: tuple[int, int]
    """What counts as independent: how many of the pilot, how many of the controls."""
    assumes: tuple[str, ...] = ()
