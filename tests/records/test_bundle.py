"""Export and import: whatever people write comes back as it was, and import never overwrites what was changed here."""

import string
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from salesopt_kit.errors import InputError, InputErrors
from salesopt_kit.records.bundle import bundle_of
from salesopt_kit.records.cells import LongTexts, from_cell, to_cell
from salesopt_kit.records.changes import Conflict
from salesopt_kit.records.exchange import export_records, import_records
from salesopt_kit.records.kinds import KINDS
from salesopt_kit.records.rows import Observation, PainPoint, PilotNote, Record, RootCause, Target, Why, WhyChain
from salesopt_kit.records.store import Store
from salesopt_kit.terms import IssueType, Level

ENDINGS = ["yml", "xlsx"]
NASTY = [
    *("=1+1", '=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "{=A1}", "'=1", "=cmd|' /C calc'!A0"),
    *("json:1", "json:", "long:1", "long:", "_x000D_", "_x0041_", "true", "null", "~", "1e5", "0123", "2024-01-01"),
    *(
        "a\r\nb",
        "a\nb",
        "a\tb",
        "a\x00b",
        "\x07",
        "a\x85b",
        "a\u2028b",
        "a\ufeffb",
        "\ufffe",
        "\u3000全角",
        ": #",
        "- a",
    ),
    *(
        "!!python/object:os.system",
        "&amp;<b>",
        "\\u0041",
    ),
]
LONG = ["长" * 40_000, "“=” " * 20_000, "\x01" * 40_000, "😀" * 20_000, "行\n" * 30_000]
TEXT = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60),
    st.text("=+-@'\"_x0 \n\r\t:#,[]{}中文，：" + string.ascii_letters, min_size=1, max_size=40),
).filter(lambda text: text.strip() != "")
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
DAY = st.dates(date(1990, 1, 1), date(2100, 1, 1))
RECORD = st.one_of(
    st.builds(PilotNote, text=TEXT, noted_on=st.none() | DAY, unit=TEXT | st.just("")),
    st.builds(
        Observation,
        reference=TEXT,
        text=TEXT,
        value=st.none() | NUMBER,
        low=NUMBER,
        n=st.none() | st.integers(0, 2**60),
        window=st.none() | st.tuples(DAY, DAY),
    ),
    st.builds(
        PainPoint,
        stage=TEXT,
        type=st.sampled_from(IssueType),
        problem=TEXT,
        impact=st.none() | st.sampled_from(Level),
        days_per_deal=st.none() | st.floats(0, 1e308),
    ),
    st.builds(Target, key=TEXT, at_most=NUMBER),
)
POINT = PainPoint(stage="contract", type=IssueType.COST, problem="a")


def copied(store: Store, ending: str, folder: Path) -> Store:
    """Return a new store that holds what was exported from another one."""
    path = folder / f"records.{ending}"
    export_records(store, path)
    other = Store(":memory:", who="other")
    import_records(other, path)
    return other


def filled(records: list[Record], who: str = "王总监") -> Store:
    store = Store(":memory:", who=who)
    for record in records:
        store.add(record)
    return store


@pytest.mark.slow
@pytest.mark.parametrize("ending", ENDINGS)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(records=st.lists(RECORD, min_size=1, max_size=6), who=TEXT)
def test_whatever_people_write_comes_back_as_it_was(ending: str, records: list[Record], who: str) -> None:
    store = filled(records, who)
    if len(records) > 1:
        first = store.everything()[0][0]
        store.delete(first.record.id, first.version)
        store.undo()
        store.undo()
    with tempfile.TemporaryDirectory() as folder:
        other = copied(store, ending, Path(folder))
        assert bundle_of(other) == bundle_of(store)
        assert other.everything() == store.everything()
        assert other.history() == store.history()
        again = Path(folder) / f"again.{ending}"
        export_records(other, again)
        assert again.read_bytes() == (Path(folder) / f"records.{ending}").read_bytes()
    for one in (store, other):
        one.close()


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_long_texts_come_back_as_they_were(ending: str, text: str, tmp_path: Path) -> None:
    store = filled([PilotNote(text=text)])
    assert copied(store, ending, tmp_path).history() == store.history()


@settings(deadline=None)
@given(
    st.recursive(
        TEXT | st.sampled_from(LONG) | NUMBER | st.booleans() | st.integers(),
        lambda inner: st.lists(inner, max_size=4),
        max_leaves=6,
    )
)
def test_a_cell_gives_back_its_value_and_never_holds_more_than_excel_allows(value: object) -> None:
    texts = LongTexts()
    cell = to_cell(value, texts)
    assert from_cell(cell, texts) == value
    for text in (cell, *(piece for pieces in texts.pieces.values() for piece in pieces)):
        assert not isinstance(text, str) or len(text.encode("utf-16-le")) // 2 <= 32_767


@pytest.mark.parametrize("ending", ENDINGS)
def test_links_and_all_their_history_come_back(ending: str, tmp_path: Path) -> None:
    store = filled(
        [POINT, WhyChain(), Why(id="WHY-1.1", text="w"), RootCause(text="r"), Observation(reference="interview:2")]
    )
    for start, end, kind in (
        ("PP-1", "WHY-1", "asks"),
        ("WHY-1", "WHY-1.1", "because"),
        ("WHY-1.1", "RC-1", "ends_in"),
        ("OB-1", "PP-1", "supports"),
    ):
        store.link(start, end, kind)
    store.unlink("OB-1", "PP-1", "supports")
    other = copied(store, ending, tmp_path)
    assert other.everything() == store.everything()
    assert other.history() == store.history()
    assert [other.add(POINT).record.id, other.add(Why(text="x"), within="WHY-1").record.id] == ["PP-2", "WHY-1.2"]
    other.unlink("PP-1", "WHY-1", "asks")
    assert other.history()[-1].seq == store.history()[-1].seq + 3


@pytest.mark.parametrize("text", [text for text in NASTY if text.startswith(("=", "+", "-", "@", "{"))])
def test_no_cell_of_the_workbook_is_a_formula(tmp_path: Path, text: str) -> None:
    import zipfile  # noqa: PLC0415

    store = filled([PilotNote(text=text, unit=text)], who=text)
    path = tmp_path / "records.xlsx"
    export_records(store, path)
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/")]
    assert sheets
    assert not any("<f>" in sheet or "<f " in sheet or "<hyperlink" in sheet for sheet in sheets)
    notes = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("pilot_notes").to_python()
    assert notes[1][notes[0].index("text")] == text


def test_the_workbook_has_a_sheet_for_each_kind_and_the_fields_as_columns(tmp_path: Path) -> None:
    path = tmp_path / "records.xlsx"
    export_records(filled([POINT]), path)
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names[: len(KINDS)] == [kind.key for kind in KINDS]
    assert book.get_sheet_by_name("pain_points").to_python()[0][:4] == ["id", "stage", "departments", "step"]


def both(tmp_path: Path, ending: str) -> tuple[Store, Store, Path]:
    """Return a store, its copy, and the file that the copy will be exported to."""
    store = filled([POINT, POINT])
    return store, copied(store, ending, tmp_path), tmp_path / f"back.{ending}"


def edit(store: Store, id_: str, **fields: Any) -> None:  # noqa: ANN401
    found = store.get(id_)
    store.save(found.record.model_copy(update=fields), found.version)


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_was_changed_in_the_copy_alone_is_taken_and_what_was_changed_here_alone_is_left(
    tmp_path: Path, ending: str
) -> None:
    store, copy, path = both(tmp_path, ending)
    edit(copy, "PP-1", problem="there")
    edit(store, "PP-2", problem="here")
    copy.add(Observation(reference="interview:2"))
    copy.link("OB-1", "PP-1", "supports")
    export_records(copy, path)
    done = import_records(store, path)
    assert (done.added, done.changed, done.left, done.linked) == (1, 1, 1, 1)
    assert [one.record.problem for one in store.all(PainPoint)] == ["there", "here"]
    assert [link.start for link in store.links_of("PP-1")] == ["OB-1"]
    assert store.history("PP-1")[1].action == "import"
    assert import_records(store, path).left == 3


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_was_changed_on_both_sides_is_told_and_nothing_is_taken(tmp_path: Path, ending: str) -> None:
    store, copy, path = both(tmp_path, ending)
    edit(copy, "PP-1", problem="there")
    edit(store, "PP-1", problem="here")
    copy.add(Observation(reference="interview:2"))
    export_records(copy, path)
    before = bundle_of(store)
    with pytest.raises(InputErrors) as told:
        import_records(store, path)
    assert isinstance(told.value.errors[0], Conflict)
    for words in ("PP-1", "'there'", "'here'", path.name):
        assert words in str(told.value)
    assert bundle_of(store) == before


@pytest.mark.parametrize(("side", "problem"), [("file", "there"), ("store", "here")])
def test_whoever_is_said_to_be_right_is_taken(tmp_path: Path, side: Any, problem: str) -> None:  # noqa: ANN401
    store, copy, path = both(tmp_path, "yml")
    edit(copy, "PP-1", problem="there")
    edit(store, "PP-1", problem="here")
    export_records(copy, path)
    import_records(store, path, take=side)
    assert store.get("PP-1", PainPoint).record.problem == problem


def test_a_change_that_was_taken_back_in_the_copy_is_taken_back_here(tmp_path: Path) -> None:
    store, _copy, path = both(tmp_path, "yml")
    edit(store, "PP-1", problem="b")
    copy = copied(store, "yml", tmp_path)
    edit(copy, "PP-1", problem="a")
    copy.delete("PP-2", 1)
    export_records(copy, path)
    import_records(store, path)
    assert [(one.record.id, one.record.problem) for one in store.all(PainPoint)] == [("PP-1", "a")]


def test_a_field_that_somebody_corrected_in_the_exported_file_is_taken(tmp_path: Path) -> None:
    store = filled([POINT])
    path = tmp_path / "records.yml"
    export_records(store, path)
    path.write_text(path.read_text(encoding="utf-8").replace("problem: a", "problem: b", 1), encoding="utf-8")
    assert import_records(store, path).changed == 1
    assert store.get("PP-1", PainPoint).record.problem == "b"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda text: text.replace("type: cost", "type: costs", 1), ["line", "cost"]),
        (lambda text: text.replace("format: 1", "format: 2"), ["line 2, key format"]),
        (lambda text: text.replace("- id: PP-1", "- id: XX-1", 1), ["XX-1"]),
        (lambda _text: "[]\n", ["as `salesopt records export` writes them"]),
        (lambda text: text + "links:\n- {kind: supports, start: OB-9, end: PP-1}\n", ["OB-9"]),
        (lambda text: text.replace("version: ", "vresion: ") + "records2: []\n", ["Did you mean records?"]),
    ],
)
def test_a_file_that_is_not_understood_is_told_and_changes_nothing(
    tmp_path: Path, wrong: Callable[[str], str], said: list[str]
) -> None:
    path = tmp_path / "records.yml"
    export_records(filled([POINT]), path)
    path.write_text(wrong(path.read_text(encoding="utf-8")), encoding="utf-8")
    store = Store(":memory:")
    with pytest.raises((InputError, InputErrors)) as told:
        import_records(store, path)
    for words in said:
        assert words in str(told.value)
    assert store.history() == []


@pytest.mark.parametrize(
    ("name", "text"), [("a.csv", "a"), ("a.xlsx", "no workbook"), ("a.xlsx", None), ("b.yml", None)]
)
def test_a_file_that_is_none_or_not_there_is_told(tmp_path: Path, name: str, text: str | None) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=name):
        import_records(Store(":memory:"), tmp_path / name)


def test_a_wrong_cell_is_told_with_its_sheet_and_row(tmp_path: Path) -> None:
    from xlsxwriter import Workbook  # noqa: PLC0415

    path = tmp_path / "records.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet("pain_points")
        for row, cells in enumerate([["id", "stage", "type", "problem"], ["PP-1", "lead", "dear", "x"]]):
            sheet.write_row(row, 0, cells)
        book.add_worksheet("links")
    with pytest.raises(InputErrors, match="sheet pain_points, row 2"):
        import_records(Store(":memory:"), path)
