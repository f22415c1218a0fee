"""The sample engagements of a checkout: two that are generated, and four over public data where these are found."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from salesopt_kit.errors import InputError
from salesopt_kit.locale import _

ROOT = Path(__file__).parents[2]
GENERATED = ("huaxin", "alder")
PUBLIC = {"maven": "maven_crm", "purchasing": "purchasing_example", "olist": "olist_funnel", "cities": "geolift"}
"""Sample -> folder of its public data."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample engagement and where its exports are ("" for its own folder)."""

    folder: Path
    exports: str = ""


def samples(data: Path | None = None, root: Path = ROOT) -> Iterator[Sample]:
    """Yield the samples that can be run; the generated ones are made first where they are missing.

    `data` is the folder of the public data, by default `shared/data` beside the project. Raises InputError outside a
    checkout, where there are no samples.
    """
    folder = root / "data_samples"
    if not (folder / "generate.py").is_file():
        raise InputError(
            str(folder),
            _("no samples"),
            expected=_("a checkout of the project"),
            remedy=_("The samples come with the project's source, not with the installed package."),
        )
    if not all(any((folder / name / "exports").glob("*")) for name in GENERATED):
        subprocess.run([sys.executable, folder / "generate.py"], check=True)  # noqa: S603 -- our own script
    yield from (Sample(folder / name) for name in GENERATED)
    public = data or root.parent / "shared" / "data"
    for name, exports in PUBLIC.items():
        if (public / exports).is_dir() and (folder / name).is_dir():
            yield Sample(folder / name, str(public / exports))
