"""Every editor once in a real browser over Voila, with no name of the network known to it."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

pytest.importorskip("websocket")
from browser import CHROMIUM, Page, browser, voila
from handbook_example import written

from salesopt_kit.records.rows import PainPoint, Why
from salesopt_kit.records.store import Store
from salesopt_kit.terms import Level

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium is installed"),
]
T = TypeVar("T")
CELLS = [
    "from salesopt_kit import open_engagement, prioritise\nclient = open_engagement('e', locale='en')",
    "prioritise.app.pain_points(client, who='Ann')",
    "prioritise.app.matrix(client, who='Ann')",
    "prioritise.app.why_tree(client, who='Ann')",
]


def cell(id_: str, name: str) -> str:
    return f"document.querySelector('.so-grid tr[data-key=\"{id_}\"] td[data-name={name}]')"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("voila")
    (made / "e").mkdir()
    written(made / "e")
    return made


@pytest.fixture(scope="module")
def page(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with voila(folder, CELLS) as address, browser(tmp_path_factory.mktemp("chromium")) as opened:
        opened.call("Emulation.setDeviceMetricsOverride", width=1300, height=2200, deviceScaleFactor=1, mobile=False)
        opened.open(address)
        opened.until(
            "document.querySelectorAll('.so [role]').length > 9 && document.querySelectorAll('.so').length == 3"
        )
        yield opened
        assert opened.errors == []


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with Store(folder / "e" / "records.sqlite", who="Ben") as opened:
        yield opened


def wait(found: Callable[[], T], patience: float = 20) -> T:
    give_up = time.monotonic() + patience
    while not (it := found()):
        assert time.monotonic() < give_up
        time.sleep(0.1)
    return it


def test_a_cell_typed_in_the_grid_is_in_the_store_and_the_page_says_so(page: Page, store: Store) -> None:
    page.click(cell("PP-3", "problem"))
    page.run("document.activeElement.select()")
    page.type("typed twice")
    page.key("Enter")
    wait(lambda: store.get("PP-3", PainPoint).record.problem == "typed twice")
    assert store.get("PP-3").changed_by == "Ann"
    page.until("/Saved \\d/.test(document.querySelector('.so-grid .so-status').textContent)")


def test_a_refused_cell_says_why_beside_it_and_nothing_is_saved(page: Page, store: Store) -> None:
    before = store.get("PP-3")
    page.click(cell("PP-3", "days_per_deal"))
    page.run("document.activeElement.select()")
    page.type("-4")
    page.key("Enter")
    page.until(f"{cell('PP-3', 'days_per_deal')}.innerText.includes('at least 0')")
    assert page.run(f"{cell('PP-3', 'days_per_deal')}.getAttribute('aria-invalid')") == "true"
    assert store.get("PP-3") == before


def test_the_work_of_others_appears_and_a_cell_that_is_being_edited_is_not_lost(page: Page, store: Store) -> None:
    page.click(cell("PP-1", "departments"))
    page.run("document.activeElement.value = ''")
    page.type("half a wor")
    there = store.get("PP-2", PainPoint)
    store.save(there.record.model_copy(update={"problem": "by Ben"}), there.version)
    page.until(f"{cell('PP-2', 'problem')}.innerText == 'by Ben'")
    assert page.run("document.activeElement.value") == "half a wor"
    page.key("Escape")
    assert store.get("PP-1", PainPoint).record.departments != "half a wor"


def test_two_changes_of_one_record_are_shown_side_by_side_and_mine_is_kept_only_when_i_say_so(
    page: Page, store: Store
) -> None:
    page.click(cell("PP-1", "problem"))
    page.run("document.activeElement.select()")
    page.type("as Ann says")
    there = store.get("PP-1", PainPoint)
    theirs = store.save(there.record.model_copy(update={"problem": "as Ben says", "departments": "Law"}), there.version)
    page.until(f"{cell('PP-1', 'departments')}.innerText == 'Law'")
    page.key("Enter")
    told = page.until("document.querySelector('.so-grid .so-clash')?.innerText")
    assert all(words in told for words in ("as Ann says", "as Ben says", "Law", "Ben changed PP-1"))
    assert store.get("PP-1") == theirs
    page.run("[...document.querySelectorAll('.so-clash input[aria-label=\"Problem in detail: Yours\"]')][0].click()")
    page.click("document.querySelector('.so-grid .so-clash .so-primary')")
    merged = wait(lambda: (now := store.get("PP-1", PainPoint)).version > theirs.version and now.record)
    assert (merged.problem, merged.departments) == ("as Ann says", "Law")


def test_cells_copied_in_excel_are_pasted_over_rows_and_columns(page: Page, store: Store) -> None:
    copied = '"two\nlines"\t高\tlow\nplain\tmedium\tno level\n'
    page.run(
        f"""(() => {{
          const data = new DataTransfer();
          data.setData('text/plain', {json.dumps(copied)});
          const td = {cell("PP-2", "problem")};
          td.focus();
          td.dispatchEvent(new ClipboardEvent('paste', {{ clipboardData: data, bubbles: true, cancelable: true }}));
        }})()"""
    )
    wait(lambda: store.get("PP-3", PainPoint).record.problem == "plain")
    second, third = (store.get(id_, PainPoint).record for id_ in ("PP-2", "PP-3"))
    assert (second.problem, second.impact, second.frequency) == ("two\nlines", Level.HIGH, Level.LOW)
    assert third.impact is Level.MEDIUM
    page.until(f"{cell('PP-3', 'frequency')}.innerText.includes('one of high, medium, low')")


def test_a_point_is_dragged_on_the_matrix_and_moved_by_an_arrow_key(page: Page, store: Store) -> None:
    def middle(selector: str) -> list[float]:
        return page.run(f"(() => {{ const r = document.querySelector('{selector}').getBoundingClientRect();"
                        "return [r.x + 12, r.y + r.height - 8]; })()")  # fmt: skip

    there = store.get("PP-2", PainPoint)
    store.save(there.record.model_copy(update={"impact": Level.HIGH, "frequency": Level.LOW}), there.version)
    page.run("document.querySelector('.so-matrix').scrollIntoView()")
    page.until("document.querySelector('.so-matrix [data-id=\"PP-2\"]').closest('.so-cell').dataset.frequency == 'low'")
    start, end = middle('.so-matrix [data-id="PP-2"]'), middle('.so-cell[data-impact="low"][data-frequency="medium"]')
    page.mouse("mousePressed", *start)
    page.mouse("mouseMoved", start[0] + 20, start[1] + 20)
    page.mouse("mouseMoved", *end)
    page.mouse("mouseReleased", *end)
    wait(lambda: store.get("PP-2", PainPoint).record.impact is Level.LOW)
    assert store.get("PP-2", PainPoint).record.frequency is Level.MEDIUM
    page.until("document.querySelector('.so-cell[data-impact=low][data-frequency=medium] [data-id=\"PP-2\"]') != null")
    page.run("document.querySelector('.so-matrix [data-id=\"PP-2\"]').focus()")
    page.key("ArrowUp")
    wait(lambda: store.get("PP-2", PainPoint).record.impact is Level.MEDIUM)


def test_a_why_is_asked_in_the_tree_by_keyboard(page: Page, store: Store) -> None:
    page.click("document.querySelector('.so-whys [data-id=\"PP-3\"] .so-line')")
    page.call("Input.dispatchKeyEvent", type="keyDown", key="+", code="NumpadAdd", text="+")
    page.until("document.activeElement.closest('.so-task') != null")
    page.type("three systems")
    page.key("Enter")
    found = wait(lambda: [one.record for one in store.all(Why) if one.record.text == "three systems"])
    page.until(f"document.querySelector('.so-whys [data-id=\"{found[0].id}\"]')?.getAttribute('aria-level') == '2'")


def test_nothing_is_fetched_from_outside_this_machine(page: Page) -> None:
    outside = [
        one for one in page.requests if not one.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:"))
    ]
    assert outside == []
    assert len(page.requests) > 5
