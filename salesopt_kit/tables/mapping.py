"""Which heading of an export is which canonical column, by engagement.yml, the preset, or the heading itself."""

import difflib
from collections.abc import Iterable, Mapping

from salesopt_kit.engagement import Source
from salesopt_kit.errors import InputError, SalesOptError
from salesopt_kit.locale import _
from salesopt_kit.tables.presets import preset_columns
from salesopt_kit.tables.schema import TABLES, Column, normal_heading

CONSTANT = "="
"""What stands before a text that is the same in every row, in place of a heading."""


def columns_of(name: str, source: Source, headings: Iterable[str]) -> dict[str, str]:
    """Return canonical column -> heading for one export.

    `columns:` decides, where "=won" is the text won in every row; what it leaves out comes from the preset, or from a
    heading that is the canonical name itself.
    """
    known = {normal_heading(heading): heading for heading in headings}
    constant = {column: heading for column, heading in source.columns.items() if heading.startswith(CONSTANT)}
    mapped = constant | {
        column: known[normal_heading(heading)]
        for column, heading in source.columns.items()
        if normal_heading(heading) in known
    }
    for column, candidates in preset_columns(source.preset, name).items():
        found = next(
            (known[normal_heading(heading)] for heading in candidates if normal_heading(heading) in known), None
        )
        if column not in source.columns and found is not None:
            mapped.setdefault(column, found)
    for canonical in (column.name for column in TABLES[name]):
        if canonical not in source.columns and normal_heading(canonical) in known:
            mapped.setdefault(canonical, known[normal_heading(canonical)])
    return mapped


def mapping_errors(
    name: str, source: Source, headings: tuple[str, ...], mapped: Mapping[str, str], file: str
) -> list[SalesOptError]:
    """Return what is wrong with the mapping of a source: unknown canonical names, absent headings, missing columns."""
    canonical = [column.name for column in TABLES[name]]
    wrong: list[SalesOptError] = []
    given = [heading for heading in source.columns.values() if not heading.startswith(CONSTANT)]
    none_found = len(given) > 1 and not {normal_heading(each) for each in given} & {*map(normal_heading, headings)}
    for column, heading in source.columns.items():
        if column not in canonical:
            wrong.append(
                InputError(
                    f"engagement.yml, sources.{name}.columns",
                    column,
                    expected=_("one of {names}").format(names=", ".join(canonical)),
                    remedy=_nearest(column, canonical),
                )
            )
        elif column not in mapped:
            wrong.append(_absent(file, heading, column, headings, none_found=none_found))
    missing = (each for each in TABLES[name] if each.required and each.name not in {*mapped, *source.columns})
    return [*wrong, *(_missing(name, each, file, headings) for each in missing)]


def _absent(file: str, heading: str, column: str, headings: tuple[str, ...], *, none_found: bool) -> InputError:
    above = _("None of the mapped headings is there: delete title rows above the headings, or look at the delimiter.")
    return InputError(
        _("{file}, row 1, column {column}").format(file=file, column=heading),
        _("no such heading; there are {headings}").format(headings=", ".join(headings)[:300]),
        expected=_("the heading mapped to `{column}`").format(column=column),
        remedy=above if none_found else _nearest(heading, headings),
    )


def _missing(name: str, column: Column, file: str, headings: tuple[str, ...]) -> InputError:
    return InputError(
        _("{file}, row 1, column {column}").format(file=file, column=column.name),
        _("no such column; there are {headings}").format(headings=", ".join(headings)[:300]),
        expected=_("a column for `{column}`, which `{table}` needs").format(column=column.name, table=name),
        remedy=_("Map it: sources.{table}.columns.{column}: <heading>.").format(table=name, column=column.name),
    )


def _nearest(given: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(given, list(known), 1, 0.4)
    return _("Did you mean {near}?").format(near=near[0]) if near else _("Correct the name in engagement.yml.")
