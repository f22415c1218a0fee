"""What the sides of flow.py have in common: open, answer four questions, tell figures and seconds as JSON."""

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

Data = TypeVar("Data")
Figures = dict[str, float]
Question = Callable[[Data], Figures]

ORDER = ("lead", "screening", "solution", "negotiation", "contract", "won", "lost")
"""The stages in order of the process; the last two end a deal."""
OPEN = ORDER[:5]
WON, LOST = 5, 6
AS_OF = "2026-01-01"
"""The moment up to which the history is looked at: the end of the engagement's `as_of`."""
OUT_OF_MEMORY = 12
"""Exit code of a side that had too little memory."""


def answer(opened: Callable[[Path], Data], questions: Mapping[str, Question[Data]]) -> None:
    """Open the engagement named on the command line, answer `questions` in order, and print what was found."""
    seconds: dict[str, float] = {}
    figures: Figures = {}
    try:
        began = time.perf_counter()
        data = opened(Path(sys.argv[1]))
        seconds["open"] = time.perf_counter() - began
        for name, question in questions.items():
            began = time.perf_counter()
            figures |= question(data)
            seconds[name] = time.perf_counter() - began
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
    print(json.dumps({"seconds": seconds, "figures": figures}))


def export(folder: Path) -> Path:
    """Return the exported stage history of the engagement in `folder`."""
    return next((folder / "exports").glob("stage_events.*"))
