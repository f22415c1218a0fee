"""A chart as a page shows it: a Matplotlib figure with a title, alternative text and a name for its file."""

import base64
import io
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import matplotlib as mpl
import seaborn as sns
from matplotlib import font_manager
from matplotlib.figure import Figure
from pylopdf_fonts_zh_cn import sans_path

from salesopt_kit.numbers import columns_of

INK, ACCENT, MUTED, WARN = "#1f2d3d", "#1f6f8b", "#9fb3c8", "#c8553d"
"""Text, the main series, context, and what needs attention."""
PAPER = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.8}
"""The ground of a label that may lie on a grid line."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure with its file name (`id`) and the sentence that says what it shows to those who cannot see it."""

    id: str
    alt: str
    figure: Figure

    def png(self) -> bytes:
        """Return the figure as a PNG at 144 dots an inch, the same bytes for the same figure."""
        stream = io.BytesIO()
        self.figure.savefig(stream, format="png", dpi=144, bbox_inches="tight", metadata={"Software": None})
        return stream.getvalue()

    def _repr_mimebundle_(self, **_options: object) -> tuple[dict[str, Any], dict[str, Any]]:
        data = {"image/png": base64.b64encode(self.png()).decode(), "text/plain": self.alt}
        return data, {"image/png": {"alt": self.alt, "name": self.id}}


def new_figure(width: float = 8.0, height: float = 3.6) -> Figure:
    """Return an empty figure in the kit's look, `width` by `height` inches; draw on `figure.subplots()`."""
    _set_look()
    return Figure(figsize=(width, height), layout="constrained")


def wrapped(text: str, width: int, most: int = 0) -> list[str]:
    """Return `text` in lines of at most `width` columns, of which a Chinese character takes two and others one.

    Latin words stay whole where they fit; Chinese breaks anywhere but before closing punctuation. With `most` the
    text ends with an ellipsis after that many lines.
    """
    lines = [""]
    for piece in re.findall(r"[!-~]+|\s+|.[，。；：！？、）》”’]*", text.strip()):
        for part in [piece] if columns_of(piece) <= width else piece:
            if columns_of(lines[-1] + part) > width:
                lines.append("")
            lines[-1] += part if lines[-1] else part.lstrip()
    lines = [line.rstrip() for line in lines]
    if most and len(lines) > most:
        last = lines[most - 1]
        while columns_of(last) > width - 2:
            last = last[:-1]
        lines = [*lines[: most - 1], last + "…"]
    return lines


def balanced(text: str, width: int, most: int = 0) -> list[str]:
    """Return the lines of `wrapped`, as even as they can be without one line more or a broken word."""
    lines = wrapped(text, width, most)
    shortest = max([width // 2, *map(len, re.findall(r"[!-~]+", text))])
    narrower = (wrapped(text, columns) for columns in range(shortest, width))
    return next((even for even in narrower if len(even) == len(lines)), lines)


@cache
def _set_look() -> None:
    font_manager.fontManager.addfont(sans_path())
    sns.set_theme(context="notebook", style="whitegrid", palette=[ACCENT, WARN, "#e0a458", "#5b8e7d", MUTED, "#7d5ba6"])
    mpl.rcParams.update(
        {
            "font.family": "sans-serif",
            "font.sans-serif": ["Noto Sans SC", "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", "DejaVu Sans"],
            "axes.unicode_minus": False,
            "axes.edgecolor": MUTED,
            "axes.titlelocation": "left",
            "axes.titlesize": 12,
            # On a white ground, so that no grid line runs through the words of a legend.
            "legend.frameon": True,
            "legend.framealpha": 1,
            "legend.edgecolor": "white",
            "text.color": INK,
            "axes.labelcolor": INK,
        }
    )
