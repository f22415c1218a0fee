"""A random stage history with loops, skips, repeats, ties and re-opened deals, and its visits by brute force."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

ORDER = ["lead", "talks", "parked", "won", "lost"]
AS_OF = date(2024, 3, 31)
END = pd.Timestamp("2024-04-01")


@dataclass(frozen=True)
class Visit:
    """A stay of a deal in a stage, worked out event by event."""

    deal: str
    number: int
    stage: str
    entered: pd.Timestamp
    exited: pd.Timestamp | None
    exit: str

    @property
    def days(self) -> float:
        """Days until the exit, or the end of the as-of day."""
        return ((self.exited or END) - self.entered) / pd.Timedelta(days=1)


def random_log(seed: int, deals: int = 120) -> pd.DataFrame:
    """Return events in order of time; some after AS_OF, some at one moment, many repeating their stage."""
    random = np.random.default_rng(seed)
    rows = []
    for deal in range(deals):
        clock = pd.Timestamp("2024-01-01") + pd.Timedelta(hours=int(random.integers(0, 24 * 40)))
        for _event in range(int(random.integers(1, 9))):
            rows.append((f"D{deal}", str(random.choice(ORDER, p=[0.3, 0.35, 0.1, 0.15, 0.1])), clock))
            clock += pd.Timedelta(hours=int(random.choice([0, 1, 30, 200, 500])))
    frame = pd.DataFrame(rows, columns=["opportunity_id", "stage", "entered_at"])
    return frame.sort_values("entered_at", kind="stable", ignore_index=True)


def visits_of(log: pd.DataFrame) -> list[Visit]:
    """Return the visits by brute force: one deal, one event after the other."""
    found = []
    known = log[log["entered_at"] < END]
    for deal, events in known.groupby("opportunity_id", sort=False):
        stays: list[tuple[str, pd.Timestamp]] = []
        for stage, entered in zip(events["stage"], events["entered_at"], strict=True):
            if not stays or stays[-1][0] != stage:
                stays.append((stage, entered))
        for place, (stage, entered) in enumerate(stays):
            if stage in ("won", "lost"):
                continue
            following = stays[place + 1] if place + 1 < len(stays) else None
            number = 1 + sum(earlier == stage for earlier, _entered in stays[:place])
            exited = following[1] if following else None
            found.append(Visit(str(deal), number, stage, entered, exited, exit_of(stage, following)))
    return found


def exit_of(stage: str, following: tuple[str, pd.Timestamp] | None) -> str:
    """Return how a stay ended."""
    if following is None:
        return "still_there"
    if following[0] in ("won", "lost", "parked"):
        return following[0]
    if stage == "parked":
        return "resumed"
    return "advanced" if ORDER.index(following[0]) > ORDER.index(stage) else "back"
