"""What the quality gate found: every check with its counts, examples and what was set aside."""

import html
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any, Self

import pandas as pd

from salesopt_kit.locale import N_, _
from salesopt_kit.results import Estimate, Result
from salesopt_kit.terms import Severity

MOST_SHOWN = 20
"""Examples of one finding on a terminal."""
TITLES = {
    Severity.ERROR: N_("Errors: they make figures wrong, so nothing is computed ({n})"),
    Severity.WARNING: N_("Warnings ({n})"),
    Severity.OK: N_("Passed ({n})"),
    Severity.NOT_CHECKED: N_("Not checked ({n})"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: where it looked, how many rows it found of how many, examples, and what to do.

    `examples` are ready sentences such as "deals.csv, row 118, column closed_at: 2024-03-05"; `set_aside` counts the
    rows that no figure uses, or that the figures named in `remedy` do not use. `why` says why nothing was checked.
    """

    check: str
    severity: Severity
    table: str
    said: str
    n: int = 0
    of: int = 0
    set_aside: int = 0
    examples: tuple[str, ...] = ()
    remedy: str = ""
    why: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as JSON-ready values."""
        return {**asdict(self), "severity": self.severity.value, "examples": list(self.examples)}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Self:
        """Return the finding that `to_dict` gave `fields` for."""
        return cls(
            **{**fields, "severity": Severity[fields["severity"].upper()], "examples": tuple(fields["examples"])}
        )


@dataclass(frozen=True, slots=True)
class QualityReport(Result):
    """All findings of one reading, errors first."""

    findings: tuple[Finding, ...] = field(default=())

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """Return the findings of one severity."""
        return tuple(finding for finding in self.findings if finding.severity is severity)

    def sentence(self) -> str:
        """Say how many checks were made, and how many of them warned and failed."""
        message = _("Checks made: {checks}. Errors: {errors}. Warnings: {warnings}. Could not be checked: {skipped}.")
        skipped = len(self.of(Severity.NOT_CHECKED))
        return message.format(
            checks=len(self.findings) - skipped,
            errors=len(self.of(Severity.ERROR)),
            warnings=len(self.of(Severity.WARNING)),
            skipped=skipped,
        )

    def estimates(self) -> tuple[Estimate, ...]:
        """Return one count per check."""
        return tuple(
            Estimate(
                f"quality.{finding.check}", finding.said, finding.n, "rows", finding.of, group=f"table={finding.table}"
            )
            for finding in self.findings
            if finding.severity is not Severity.NOT_CHECKED
        )

    def table(self) -> pd.DataFrame:
        """Return one row per check."""
        return pd.DataFrame(
            {
                _("Result"): finding.severity.label,
                _("Table"): finding.table,
                _("Check"): finding.said,
                _("Rows"): f"{finding.n:,} / {finding.of:,}",
                _("Set aside"): f"{finding.set_aside:,}",
                _("Examples"): "; ".join(finding.examples[:2]),
                _("What to do"): finding.remedy,
            }
            for finding in self.findings
        )

    def lines(self) -> tuple[str, ...]:
        """Return the report as lines for a terminal: what passed in one line each, errors and warnings in full.

        Errors come last, where they are still in view.
        """
        parts = (line for severity in reversed(Severity) for line in self.part_lines(severity))
        return (*parts, self.sentence())

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON-ready values."""
        return {"findings": [finding.to_dict() for finding in self.findings]}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Self:
        """Return the report that `to_dict` gave `fields` for."""
        return cls(tuple(Finding.from_dict(finding) for finding in fields["findings"]))

    def part_lines(self, severity: Severity) -> Iterator[str]:
        """Yield the title of one severity and what was found of it, then a blank line; nothing where nothing was."""
        findings = self.of(severity)
        if not findings:
            return
        yield _(TITLES[severity]).format(n=len(findings))
        if severity is Severity.NOT_CHECKED:
            yield from (f"  {reason}" for reason in _reasons(findings))
        else:
            yield from (line for finding in findings for line in _text_lines(finding))
        yield ""

    def _repr_html_(self) -> str:
        parts = "".join(self._html_part(severity) for severity in Severity)
        return f'<div class="answer quality"><p class="finding">{html.escape(self.sentence())}</p>{parts}</div>'

    def _html_part(self, severity: Severity) -> str:
        findings = self.of(severity)
        if not findings:
            return ""
        title = html.escape(_(TITLES[severity]).format(n=len(findings)))
        if severity is Severity.NOT_CHECKED:
            items = "".join(f"<li>{html.escape(reason)}</li>" for reason in _reasons(findings))
        else:
            items = "".join(_html_item(finding) for finding in findings)
        is_open = severity in (Severity.ERROR, Severity.WARNING)
        return f'<details class="{severity}"{" open" * is_open}><summary>{title}</summary><ul>{items}</ul></details>'


def _reasons(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield what could not be checked: one line per table and reason, by name where it is a single check."""
    ordered = sorted(findings, key=lambda finding: (finding.table, finding.why))
    for (table, why), group in groupby(ordered, key=lambda finding: (finding.table, finding.why)):
        checks = list(group)
        yield f"{table}: {checks[0].said}" if len(checks) == 1 else f"{table}: {why} ({len(checks)})"


def _text_lines(finding: Finding) -> Iterator[str]:
    yield f"  {finding.table}: {finding.said}" + _aside(finding)
    if finding.severity is Severity.OK:
        return
    more = len(finding.examples) - MOST_SHOWN
    shown = [*finding.examples[:MOST_SHOWN], *([_("... and {n:,} more").format(n=more)] if more > 0 else [])]
    for text in (*shown, f"→ {finding.remedy}" if finding.remedy else ""):
        yield from (f"      {line}" for line in text.splitlines())


def _aside(finding: Finding) -> str:
    return _("; {n:,} set aside").format(n=finding.set_aside) if finding.set_aside else ""


def _html_item(finding: Finding) -> str:
    said = html.escape(f"{finding.table}: {finding.said}{_aside(finding)}")
    remedy = f"<br>{html.escape(finding.remedy)}" if finding.remedy else ""
    examples = "".join(f"<li>{html.escape(example)}</li>" for example in finding.examples)
    return f"<li>{said}{remedy}" + (f'<ul class="examples">{examples}</ul>' if examples else "") + "</li>"
