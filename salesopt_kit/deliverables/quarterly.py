"""The quarterly review pack as a document, as slides and as a page that stands alone."""

import base64
import html
from collections.abc import Iterator
from datetime import datetime, time
from importlib.resources import files
from pathlib import Path

from salesopt_kit.charts import Chart
from salesopt_kit.deliverables.branding import look_of
from salesopt_kit.deliverables.docx_parts import LANDSCAPE, Paper
from salesopt_kit.deliverables.pptx_parts import FULL, Deck, source_notes
from salesopt_kit.locale import _, language
from salesopt_kit.methods import method_cards
from salesopt_kit.pilot import pilot_verdict
from salesopt_kit.results import Missing, Result
from salesopt_kit.rollout import dashboard_chart, wave_chart, wave_effect
from salesopt_kit.rollout.quarterly import quarter_name, quarterly_parts
from salesopt_kit.tables.store import Tables

Part = tuple[str, Result, Chart | None]
PAGE = "max-width: 62rem; margin: 0 auto; padding: 2rem"
"""What the style of the workbooks leaves to their frame."""


def write_quarterly(tables: Tables, folder: Path) -> list[Path]:
    """Write quarterly.docx, quarterly.pptx and quarterly.html into `folder`, all of the same answers."""
    parts = list(_parts(tables))
    made = [folder / f"quarterly.{ending}" for ending in ("docx", "pptx", "html")]
    for write, path in zip((_docx, _pptx, _html), made, strict=True):
        write(tables, parts, path)
    return made


def _parts(tables: Tables) -> Iterator[Part]:
    for place, (heading, answer) in enumerate(quarterly_parts(tables)):
        yield heading, answer, _drawn(dashboard_chart(tables)) if place == 0 else None
    yield _("What did the pilot come to?"), pilot_verdict(tables), None
    yield _("How far is the roll-out?"), wave_effect(tables), _drawn(wave_chart(tables))


def _drawn(chart: Chart | Missing) -> Chart | None:
    return chart if isinstance(chart, Chart) else None


def _title(tables: Tables) -> str:
    return _("Quarterly review {quarter}").format(quarter=quarter_name(tables.as_of))


def _as_of(tables: Tables) -> str:
    return _("As of {day}").format(day=tables.as_of.isoformat())


def _docx(tables: Tables, parts: list[Part], path: Path) -> None:
    look, client = look_of(tables.engagement), tables.engagement.config.client
    paper = Paper(look, _title(tables), datetime.combine(tables.as_of, time()))
    paper.footer(look.footer or f"{client} · {_as_of(tables)}")
    paper.document.add_paragraph(_title(tables), style="Title")
    paper.paragraph(f"{client} · {_as_of(tables)}")
    paper.facts((heading, answer.sentence()) for heading, answer, _chart in parts)
    paper.turn(LANDSCAPE)
    for heading, answer, chart in parts:
        paper.heading(heading)
        paper.answer(answer)
        if chart:
            paper.picture(chart.png(), alt=chart.alt, height=9.0)
    paper.save(path)


def _pptx(tables: Tables, parts: list[Part], path: Path) -> None:
    look, client = look_of(tables.engagement), tables.engagement.config.client
    deck = Deck(
        look, _title(tables), look.footer or f"{client} · {_as_of(tables)}", datetime.combine(tables.as_of, time())
    )
    deck.cover(_title(tables), (client, _as_of(tables)))
    for heading, answer, chart in parts:
        notes = [*source_notes(answer.estimates()), *answer.caveats()]
        frame = answer.table()
        if isinstance(answer, Missing) or frame.empty:
            slide = deck.slide(heading, answer.sentence(), notes)
            if isinstance(answer, Missing):
                deck.text(slide, answer.remedy, FULL)
        else:
            deck.table(heading, answer.sentence(), frame, notes)
        if chart:
            deck.picture(deck.slide(heading, answer.sentence(), notes), chart.png(), FULL, chart.alt)
    deck.save(path)


def _html(tables: Tables, parts: list[Part], path: Path) -> None:
    style = files("salesopt_kit").joinpath("runner", "template", "style.css").read_text(encoding="utf-8")
    title = html.escape(f"{tables.engagement.config.client} · {_title(tables)}")
    body = "".join(
        f"<section><h2>{html.escape(heading)}</h2>{answer._repr_html_()}{_picture(chart)}</section>"
        for heading, answer, chart in parts
    )
    if used := sorted({key for _heading, answer, _chart in parts for key in answer.used_methods()}):
        heading = html.escape(_("How do these methods work?"))
        body += f"<section><h2>{heading}</h2>{method_cards(*used)._repr_html_()}</section>"
    path.write_text(
        f'<!doctype html>\n<html lang="{language()}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{style}</style></head>'
        f'<body><main style="{PAGE}"><h1>{title}</h1>'
        f"<p>{html.escape(_as_of(tables))}</p>{body}</main></body></html>\n",
        encoding="utf-8",
    )


def _picture(chart: Chart | None) -> str:
    if chart is None:
        return ""
    data = base64.b64encode(chart.png()).decode()
    return f'<img src="data:image/png;base64,{data}" alt="{html.escape(chart.alt)}" style="max-width: 100%">'
