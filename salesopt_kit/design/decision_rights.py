"""S1: the decision rights by amount and customer type, today and new, with every gap and overlap."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from babel.numbers import format_decimal

from salesopt_kit.design.changes import stage_of
from salesopt_kit.design.tiers import Clash, clashes, signatures, signer
from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import _, language
from salesopt_kit.metrics.deals import deals
from salesopt_kit.records import DecisionRight, load_records, needed
from salesopt_kit.results import Estimate, Result, explains_missing
from salesopt_kit.tables.store import Tables


@dataclass(frozen=True, slots=True)
class DecisionRights(Result):
    """The rows in the order they were entered, the clashes among them, and the names of their stages."""

    rights: tuple[DecisionRight, ...]
    clashes: tuple[Clash, ...]
    names: dict[str, str]
    currency: str

    def sentence(self) -> str:
        """Say whether every amount of every customer type has exactly one row."""
        message = _("{n} rows of decision rights at {stages}. {verdict}")
        gaps = sum(clash.is_gap for clash in self.clashes)
        verdict = _("Every amount of every customer type is decided by exactly one row.")
        if self.clashes:
            verdict = _("Amounts that nobody decides: {gaps}; that several rows claim: {overlaps}.").format(
                gaps=gaps, overlaps=len(self.clashes) - gaps
            )
        return message.format(n=len(self.rights), stages=_(", ").join(self.names.values()), verdict=verdict)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return how many gaps and overlaps there are."""
        gaps = sum(clash.is_gap for clash in self.clashes)
        counts = {"gaps": (_("Amounts that nobody decides"), gaps)}
        counts["overlaps"] = (_("Amounts that several rows claim"), len(self.clashes) - gaps)
        return tuple(
            Estimate(f"decision_rights.{key}", label, n, "ranges", len(self.rights), method=_("count"))
            for key, (label, n) in counts.items()
        )

    def caveats(self) -> tuple[str, ...]:
        """Return each gap and overlap with its exact range."""
        return tuple(self._said(clash) for clash in self.clashes)

    def table(self) -> pd.DataFrame:
        """Return one row per row of the decision rights."""
        return pd.DataFrame(
            {
                _("Record"): right.id,
                _("Node"): self.names[right.stage],
                _("Amount ({currency})").format(currency=self.currency): range_text(
                    right.amount_from, right.amount_below
                ),
                _("Customer type"): right.segment or _("every type"),
                _("Approvers today"): approvers_text(right, is_new=False),
                _("New approvers"): approvers_text(right, is_new=True),
                _("Pre-review today"): right.pre_review_today or _("no"),
                _("Pre-review in future"): right.pre_review_new or _("no"),
                _("Measure"): right.measure or "–",
            }
            for right in self.rights
        )

    def _said(self, clash: Clash) -> str:
        who = _(", ").join(clash.segments) or _("every type")
        where = {"stage": self.names[clash.stage], "types": who, "range": range_text(clash.low, clash.below)}
        if clash.is_gap:
            return _("{stage}, {types}: nobody decides {range} {currency}.").format(**where, currency=self.currency)
        message = _("{stage}, {types}: {rows} all claim {range} {currency}.")
        return message.format(**where, rows=_(", ").join(clash.rows), currency=self.currency)


@explains_missing
def decision_rights(tables: Tables) -> DecisionRights:
    """Return who approves what today and in future; MissingData without a decision right."""
    rights = rights_of(tables)
    names = {right.stage: name_of(tables, right.stage) for right in rights}
    return DecisionRights(rights, clashes(rights, segments(tables)), names, tables.engagement.config.currency)


def rights_of(tables: Tables) -> tuple[DecisionRight, ...]:
    """Return the decision rights; MissingDataError with a row to copy where there are none."""
    records = load_records(tables.engagement)
    needed(records, "decision_rights")
    return records.decision_rights


def segments(tables: Tables) -> tuple[str, ...]:
    """Return the customer types that deals have, in order; none where the data do not tell."""
    try:
        rows = deals(tables)
    except MissingDataError:
        return ()
    found = tables.to_frame(rows.filter(rows.segment.notnull()).select("segment").distinct())  # noqa: PD004 -- Ibis
    return tuple(sorted(str(name) for name in found["segment"]))


def name_of(tables: Tables, stage: str) -> str:
    """Return what a stage is called; its own words where engagement.yml has no such stage."""
    found = stage_of(tables.engagement, stage)
    return found.name if found else stage


def range_text(low: float, below: float | None) -> str:
    """Return a range of amounts, its first amount inside and its last one outside: "50,000 to below 200,000"."""
    if below is None:
        return _("{low} and above").format(low=_number(low))
    if low == 0:
        return _("below {below}").format(below=_number(below))
    return _("{low} to below {below}").format(low=_number(low), below=_number(below))


def approvers_text(right: DecisionRight, *, is_new: bool) -> str:
    """Return who approves in order."""
    return ordered(right.new if is_new else right.today)


def ordered(names: Sequence[str]) -> str:
    """Return names with arrows between them; "no approver" for none."""
    return " → ".join(map(signer, names)) or _("no approver")


def signed_by(right: DecisionRight, *, is_new: bool) -> str:
    """Return who signs in order, the pre-review included."""
    return ordered(signatures(right, is_new=is_new))


def _number(amount: float) -> str:
    return str(format_decimal(round(amount, 2), "#,##0.##", locale=language().replace("-", "_")))
