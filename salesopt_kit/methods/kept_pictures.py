"""The figures of method cards, drawn once on a machine and then kept: they hold made-up data and no client's."""

import base64
import hashlib
import io
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from PIL import Image
from platformdirs import user_cache_path

from salesopt_kit.charts import Chart
from salesopt_kit.locale import FOLDER, language

DRAWN_BY = ("matplotlib", "seaborn", "numpy", "scipy", "pylopdf-fonts-zh-cn")
"""Packages on which the look of a figure rests."""
COLOURS = 64
"""Of a kept picture; flat drawings need no more, and pages become much lighter."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG in base 64, and the sentence for those who cannot see it."""

    png: str
    alt: str


def picture(key: str, draw: Callable[[], Chart]) -> Picture:
    """Return the figure of a card, from the machine's cache or else drawn now and kept there.

    What is kept is found by all that it depends on, so a new version of the kit, of a library or of the translation
    draws anew. Where the cache cannot be read or written, the figure is drawn each time.
    """
    path = user_cache_path("salesopt-kit", appauthor=False) / "method-figures" / f"{_digest(language())}-{key}.json"
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Picture(str(kept["png"]), str(kept["alt"]))
    except (OSError, ValueError, KeyError, TypeError):
        chart = draw()
        found = Picture(base64.b64encode(_few_colours(chart.png())).decode(), chart.alt)
        _keep(path, found)
        return found


def _few_colours(png: bytes) -> bytes:
    """Return a picture with at most COLOURS colours."""
    stream = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _keep(path: Path, found: Picture) -> None:
    """Put a picture into its place whole, so that runs side by side never read half of one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(asdict(found), stream)
        Path(name).replace(path)
    except OSError:
        return  # a read-only home, or another process on Windows that is reading: drawn again next time


@cache
def _digest(words: str) -> str:
    """Return a name for all that figures in the language `words` depend on."""
    package = files("salesopt_kit")
    drawing = [package.joinpath("charts.py"), package.joinpath("numbers.py"), package.joinpath("methods", "card.py")]
    drawing += [package.joinpath("methods", "kept_pictures.py")]
    drawing += sorted(
        (path for path in package.joinpath("methods", "figures").iterdir() if path.name.endswith(".py")),
        key=lambda path: path.name,
    )
    digest = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in DRAWN_BY).encode())
    for source in drawing:
        digest.update(source.read_bytes())
    if words != "en":
        digest.update((FOLDER / words.replace("-", "_") / "salesopt_kit.mo").read_bytes())
    return digest.hexdigest()[:16]
