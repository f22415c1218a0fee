"""What customers and colleagues say: complaints with a known topic each, and interviews."""

import numpy as np
import pandas as pd

from generator.tables import Words
from generator.world import World

N_COMPLAINTS = 420
TIED = 0.7
"""Share of the complaints about the process whose record names the stage; the others must be read."""


def complaints(world: World, words: Words, deals: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Return complaint_id, received_at, text, opportunity_id, stage, and the true `topic`, which is not exported."""
    rng = np.random.default_rng([world.seed, 6])
    topics = list(words.complaints)
    shares = np.array([words.complaints[topic][1] for topic in topics])
    topic = np.array(topics, dtype=object)[rng.choice(len(topics), N_COMPLAINTS, p=shares / shares.sum())]
    known = events.sort_values(["entered_at", "opportunity_id"], kind="stable")
    rows = [_complaint(world, words, str(name), known, deals, rng) for name in topic]
    found = pd.DataFrame(rows).sort_values("received_at", kind="stable", ignore_index=True)
    found.insert(0, "complaint_id", [f"C{number:04d}" for number in range(1, len(found) + 1)])
    return found


def _complaint(
    world: World, words: Words, topic: str, events: pd.DataFrame, deals: pd.DataFrame, rng: np.random.Generator
) -> dict[str, object]:
    stage, _share, texts = words.complaints[topic]
    text = texts[rng.integers(0, len(texts))].format(n=int(rng.integers(3, 9)))
    if stage:
        entries = events[events["stage"] == stage]
        entry = entries.iloc[rng.integers(0, len(entries))]
        deal, at = entry["opportunity_id"], entry["entered_at"]
    else:
        deal, at = None, deals["created_at"].iloc[rng.integers(0, len(deals))]
    day = min(at.normalize() + pd.Timedelta(days=int(rng.integers(1, 9))), pd.Timestamp(world.as_of))
    at = day + pd.Timedelta(seconds=int(rng.integers(8 * 3600, 18 * 3600)))
    named = stage if stage and rng.random() < TIED else None
    return {"received_at": at, "text": text, "opportunity_id": deal, "stage": named, "topic": topic}


def interviews(words: Words) -> pd.DataFrame:
    """Return who_group, stage and text of the interviews."""
    return pd.DataFrame(words.interviews, columns=["who_group", "stage", "text"])
