"""C4: the risks of the change with their contingencies, and every gap in the plan."""

from dataclasses import dataclass

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.records import Risk, load_records, needed
from salesopt_kit.records.gaps import gaps_table, missing_in_plan
from salesopt_kit.results import Estimate, Result, Table, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.terms import Level

WEIGHT = {Level.LOW: 1, Level.MEDIUM: 2, Level.HIGH: 3}


@dataclass(frozen=True, slots=True)
class Risks(Result):
    """The risks, the greatest first by likelihood times impact (low 1, medium 2, high 3)."""

    risks: tuple[Risk, ...]

    def sentence(self) -> str:
        """Say how many risks there are, and how many have a contingency."""
        message = _("{n} risks, {ready} of them with a contingency; first comes {id}: {risk}.")
        ready = sum(bool(risk.contingency) for risk in self.risks)
        return message.format(n=len(self.risks), ready=ready, id=self.risks[0].id, risk=self.risks[0].risk)

    def estimates(self) -> tuple[Estimate, ...]:
        """Return how many risks have a contingency."""
        ready = sum(bool(risk.contingency) for risk in self.risks)
        label = _("Risks with a contingency")
        return (Estimate("risks.with_contingency", label, ready, "risks", len(self.risks), method=_("count")),)

    def table(self) -> pd.DataFrame:
        """Return one row per risk."""
        return pd.DataFrame(
            {
                _("Record"): risk.id,
                _("Risk"): risk.risk,
                _("Likelihood"): risk.likelihood.label,
                _("Impact"): risk.impact.label,
                _("Contingency"): risk.contingency or _("missing"),
                _("Person in charge"): risk.owner or "–",
            }
            for risk in self.risks
        )


@explains_missing
def risks(tables: Tables) -> Risks:
    """Return the risk list; MissingData without risks."""
    records = load_records(tables.engagement)
    needed(records, "risks")
    return Risks(tuple(sorted(records.risks, key=lambda risk: -WEIGHT[risk.likelihood] * WEIGHT[risk.impact])))


@explains_missing
def missing_links(tables: Tables) -> Table:
    """Return what is missing between root causes, measures, risks and sponsors."""
    records = load_records(tables.engagement)
    if not records.root_causes:
        needed(records, "measures")
    return gaps_table(missing_in_plan(records))
