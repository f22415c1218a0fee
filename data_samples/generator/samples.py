"""The generated samples by name, and how one becomes a folder of exports."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from generator import alder_exports, huaxin_exports, sheets, voices
from generator.alder import ALDER
from generator.dirt import soil
from generator.formats import Frames, Sheet, digest, write
from generator.huaxin import HUAXIN
from generator.process import simulate
from generator.staff import Staff, staff_of
from generator.tables import Words, crm
from generator.world import World


@dataclass(frozen=True)
class Sample:
    """A firm with its words and the way it exports."""

    world: World
    words: Callable[[], Words]
    sheets: tuple[Sheet, ...]
    prepared: Callable[[Frames], Frames]
    test_account: str
    tells_completion: bool
    """Whether the exported history has completion times."""
    late_handoff_days: float
    """As in `triggers` of engagement.yml."""
    root_causes: dict[str, str]

    def staff(self) -> Staff:
        """Return who works there."""
        words = self.words()
        return staff_of(self.world, words.names, words.titles)


SAMPLES = {
    "huaxin": Sample(
        HUAXIN,
        huaxin_exports.words,
        huaxin_exports.SHEETS,
        huaxin_exports.prepared,
        huaxin_exports.TEST_ACCOUNT,
        tells_completion=True,
        late_handoff_days=2,
        root_causes={
            "RC-1": "The days in `contract` do not depend on the amount, though most contracts are below the tier.",
            "RC-2": "Customer data are entered several times: the kind of work 客户信息录入 takes 2.0 hours a day.",
        },
    ),
    "alder": Sample(
        ALDER,
        alder_exports.words,
        alder_exports.SHEETS,
        alder_exports.prepared,
        alder_exports.TEST_ACCOUNT,
        tells_completion=False,
        late_handoff_days=14,
        root_causes={
            "RC-1": "The days in `proposal` do not depend on the amount, though most quotations are below the tier.",
            "RC-2": "Requirements are written down three times: Data entry and Quotations take 3.7 hours a day.",
        },
    ),
}


@dataclass(frozen=True)
class Made:
    """What was made: the digest of each export, the dirt by kind, and how many complaints are about what."""

    digests: dict[str, str]
    dirt: dict[str, int]
    topics: dict[str, int]
    rows: dict[str, int]


def make_exports(sample: Sample, folder: Path) -> Made:
    """Write the exports of a sample into `folder`, the same bytes every time.

    Each file takes its place only when it is whole, so that several processes may do this at once.
    """
    folder.mkdir(parents=True, exist_ok=True)
    frames, dirt = frames_of(sample)
    ready = sample.prepared(frames)
    with tempfile.TemporaryDirectory(prefix=".part-", dir=folder) as part:
        for sheet in sample.sheets:
            write(sheet, ready, Path(part))
            (Path(part) / sheet.file).replace(folder / sheet.file)
    return Made(
        {sheet.file: digest(folder / sheet.file) for sheet in sample.sheets},
        dirt,
        {str(name): int(n) for name, n in frames["complaints"]["topic"].value_counts().sort_index().items()},
        {sheet.table: len(frames[sheet.table]) for sheet in sample.sheets},
    )


def frames_of(sample: Sample) -> tuple[Frames, dict[str, int]]:
    """Return the soiled canonical tables of a sample, and the dirt by kind."""
    world, staff, words = sample.world, sample.staff(), sample.words()
    frames = crm(world, staff, words, simulate(world, staff, world.history, exact=True))
    frames["activities"] = sheets.activities(world, staff, frames["opportunities"])
    frames["feedback"] = sheets.feedback(world, staff, words)
    frames["kpi_daily"] = sheets.kpi_daily(world, frames, staff)
    frames["complaints"] = voices.complaints(world, words, frames["opportunities"], frames["stage_events"])
    frames["interviews"] = voices.interviews(words)
    frames["activities"] = frames["activities"].reset_index(drop=True)
    frames["opportunities"] = frames["opportunities"].reset_index(drop=True)
    frames["leads"] = frames["leads"].reset_index(drop=True)
    dirt = soil(world, frames, sample.test_account)
    return frames, {name: int(n) for name, n in sorted(dirt.items())}
