"""What people type means what they meant, or is refused with words that help. Oracle: how Excel writes each value."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from salesopt_kit.records.kinds import BY_KEY, KINDS, Kind
from salesopt_kit.widgets.fields import Field, fields_of
from salesopt_kit.widgets.reading import RefusedError, read


def field(shape: str, **more: object) -> Field:
    return Field("f", "F", shape, **more)  # type: ignore[arg-type]


LEVELS = (("high", "高"), ("front_line", "front line"))
SPAN = (date(2024, 1, 1), date(2024, 2, 29))


@pytest.mark.parametrize(
    ("shape", "typed", "meant"),
    [
        ("number", "1,234.5", 1234.5),
        ("number", "１２．５", 12.5),
        ("number", "15%", 0.15),
        ("number", "−3", -3.0),
        ("number", "", None),
        ("number", 0, 0.0),
        ("whole", "12", 12),
        ("day", "2024-02-29", date(2024, 2, 29)),
        ("day", "2024/2/9", date(2024, 2, 9)),
        ("day", "2024年2月9日", date(2024, 2, 9)),
        ("day", "2024-02-29 00:00:00", date(2024, 2, 29)),
        ("days", "2024-01-01 – 2024-02-29", SPAN),
        ("days", ["2024-01-01", "2024-02-29"], SPAN),
        ("days", ["", ""], None),
        ("list", "a；b\nc; ", ("a", "b", "c")),
        ("choice", "高", "high"),
        ("choice", "HIGH", "high"),
        ("choice", "front_line", "front_line"),
        ("choice", "front line", "front_line"),
        ("choice", "", None),
        ("suggest", "高", "high"),
        ("suggest", "anything", "anything"),
        ("flag", "是", True),
        ("flag", "", False),
        ("bound", "≤ 35", {"at_most": 35.0}),
        ("bound", ">=15%", {"at_least": 0.15}),
        ("text", "  a \r\n b ", "a \n b"),
    ],
)
def test_what_is_typed_or_pasted_is_read_as_it_is_meant(shape: str, typed: object, meant: object) -> None:
    assert read(field(shape, choices=LEVELS), typed) == meant


@pytest.mark.parametrize(
    ("shape", "typed", "said"),
    [
        ("number", "1,5", "a number"),
        ("number", "12 days", "a number"),
        ("number", "nan", "a number"),
        ("number", "-1", "a number of at least 0"),
        ("whole", "1.5", "a whole number"),
        ("day", "2024-02-30", "a date such as"),
        ("day", "3/4/2024", "a date such as"),
        ("days", "2024-01-01", "a first and a last day"),
        ("days", "soon", "a first and a last day"),
        ("choice", "severe", "one of 高, front line"),
        ("flag", "maybe", "yes or no"),
        ("bound", "35", "≤ 35"),
    ],
)
def test_what_means_nothing_or_two_things_is_refused_in_plain_words(shape: str, typed: str, said: str) -> None:
    with pytest.raises(RefusedError, match=said):
        read(field(shape, choices=LEVELS, low=0), typed)


@given(some.dates())
def test_every_day_is_read_back(day: date) -> None:
    if day.year >= 1000:
        assert read(field("day"), day.isoformat()) == day


@given(some.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_read_back(number: float) -> None:
    assert read(field("number"), repr(number)) == number


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_every_field_of_a_row_is_on_its_form_with_a_name_and_its_need(kind: Kind) -> None:
    made = {one.name: one for one in fields_of(kind)}
    for name, info in kind.model.model_fields.items():
        if name != "id":
            assert made[name].is_required == info.is_required()
            assert made[name].label != name


def test_bounds_and_choices_come_from_the_row() -> None:
    made = {one.name: one for one in fields_of(BY_KEY["pain_points"])}
    assert (made["days_per_deal"].low, made["days_per_deal"].shape) == (0, "number")
    assert dict(made["type"].choices) == {one: one for one in ("efficiency", "cost", "experience", "risk")}
    assert made["evidence"].can_add
    assert not made["triggers"].can_add
