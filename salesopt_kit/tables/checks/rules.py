"""Rules about single rows: each is one condition, and all rules of a table are counted in one pass over it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import ibis.expr.types as ir

from salesopt_kit.locale import _
from salesopt_kit.numbers import shown
from salesopt_kit.tables.checks.places import examples
from salesopt_kit.tables.quality import Finding
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import Severity

Condition = Callable[[ir.Table], ir.BooleanValue]


def every_row(rows: ir.Table) -> ir.BooleanValue:
    """Return the condition that holds for every row."""
    return rows.source_row.notnull()


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition that no row of a table should meet.

    `title` and `remedy` are marked for translation. `columns` are shown in the examples, the one at fault first;
    `needs` are those that the exports must have supplied (all of `columns` unless told otherwise). `among` narrows
    the rows that are looked at. Up to the share `tolerated` the finding is no warning; above `error_above` it is an
    error. `sets_aside` says that some figures leave the rows out; the remedy tells which.
    """

    check: str
    title: str
    broken: Condition
    columns: tuple[str, ...]
    remedy: str
    among: Condition = every_row
    needs: tuple[str, ...] | None = None
    tolerated: float = 0.0
    error_above: float | None = None
    sets_aside: bool = False


def judge(tables: Tables, name: str, rules: Iterable[Rule], rows: ir.Table | None = None) -> list[Finding]:
    """Return one finding per rule on the table `name`; `rows` stand for its rows where columns were added to them."""
    rules = tuple(rules)
    if name not in tables:
        return [skipped(rule.check, name, _(rule.title), no_table(name)) for rule in rules]
    rows = tables.table(name) if rows is None else rows
    counts = _counts(tables, rows, [rule for rule in rules if not missing(tables, name, rule)])
    findings = []
    for rule in rules:
        if rule.check in counts:
            n, of = counts[rule.check]
            findings.append(_judged(tables, name, rule, rows, n=n, of=of))
        else:
            why = no_column(name, *missing(tables, name, rule))
            findings.append(skipped(rule.check, name, _(rule.title), why))
    return findings


def outcome(
    check: str,
    name: str,
    title: str,
    n: int,
    of: int,
    *,
    tolerated: float = 0.0,
    error_above: float | None = None,
    set_aside: int = 0,
    examples: tuple[str, ...] = (),
    remedy: str = "",
) -> Finding:
    """Return the finding for `n` bad of `of` rows: its severity by the thresholds, and a sentence with both counts."""
    if not of:
        return skipped(check, name, title, _("nothing to check"))
    if not n:
        return Finding(check, Severity.OK, name, _("{title}: none of {of:,}").format(title=title, of=of), 0, of)
    share = n / of
    severity = Severity.OK if share <= tolerated else Severity.WARNING
    if error_above is not None and share > error_above:
        severity = Severity.ERROR
    said = _("{title}: {n:,} of {of:,} ({share})").format(title=title, n=n, of=of, share=shown(share, "fraction"))
    return Finding(check, severity, name, said, n, of, set_aside, examples, remedy)


def skipped(check: str, name: str, title: str, why: str) -> Finding:
    """Return the finding of a check that could not be made."""
    said = _("{title}: not checked, {why}").format(title=title, why=why)
    return Finding(check, Severity.NOT_CHECKED, name, said, why=why)


def no_table(name: str) -> str:
    """Say that the engagement lacks a table."""
    return _("there is no table `{table}`").format(table=name)


def no_column(name: str, *columns: str) -> str:
    """Say that the exports lack columns of a table."""
    names = ", ".join(f"`{column}`" for column in columns)
    return _("`{table}` has no {columns}").format(table=name, columns=names)


def missing(tables: Tables, name: str, rule: Rule) -> list[str]:
    """Return the columns that a rule needs and the exports lack."""
    needs = rule.columns if rule.needs is None else rule.needs
    return [column for column in needs if f"{name}.{column}" not in tables.supplied]


def _counts(tables: Tables, rows: ir.Table, rules: list[Rule]) -> dict[str, tuple[int, int]]:
    """Return (broken, looked at) of each rule by its check."""
    if not rules:
        return {}
    sums = {}
    for place, rule in enumerate(rules):
        sums[f"n{place}"] = _bad(rule, rows).sum()
        sums[f"of{place}"] = rule.among(rows).sum()
    row = tables.to_frame(rows.aggregate(**sums)).fillna(0).iloc[0]
    return {rule.check: (int(row[f"n{place}"]), int(row[f"of{place}"])) for place, rule in enumerate(rules)}


def _bad(rule: Rule, rows: ir.Table) -> ir.BooleanValue:
    return rule.among(rows) & rule.broken(rows)


def _judged(tables: Tables, name: str, rule: Rule, rows: ir.Table, *, n: int, of: int) -> Finding:
    return outcome(
        rule.check,
        name,
        _(rule.title),
        n,
        of,
        tolerated=rule.tolerated,
        error_above=rule.error_above,
        set_aside=n if rule.sets_aside else 0,
        examples=examples(tables, name, rows.filter(_bad(rule, rows)), *rule.columns) if n else (),
        remedy=_(rule.remedy),
    )
