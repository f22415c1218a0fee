"""How to supply records that are not there: for each kind its file and a first record to copy."""

from typing import Literal

from salesopt_kit.errors import MissingDataError
from salesopt_kit.locale import N_, _
from salesopt_kit.records.models import Records

Kind = Literal[
    "pain_points",
    "why_chains",
    "measures",
    "node_changes",
    "decision_rights",
    "sops",
    "risks",
    "evaluations",
    "sponsors",
    "trainings",
    "rule_updates",
    "alarms",
    "reviews",
]

EXAMPLES: dict[Kind, str] = {
    "pain_points": N_("""\
- id: PP-1
  stage: contract
  type: efficiency
  problem: Contracts below 50,000 wait for the legal department
  impact: high
  frequency: high
  evidence: [metric:time_in_stage.median/stage=contract]
"""),
    "why_chains": N_("""\
- id: WHY-1
  pain_point: PP-1
  whys:
    - text: Five departments sign every contract
      evidence: [interview:4]
  root_cause: {id: RC-1, text: Approval has no tiers, marked_by: A. Smith}
"""),
    "measures": N_("""\
- id: ME-1
  root_cause: RC-1
  measure: Approve contracts by tiers of amount
  owner: Sales director
  due: 2024-03-15
  acceptance: Who may approve which amount is written down
  principle: responsibility
"""),
    "node_changes": N_("""\
- id: NC-1
  measure: ME-1
  stage: contract
  text: The sales manager approves small contracts
  steps_removed: [Legal pre-review of small contracts]
  expected_days: 4
  basis: Two in three contracts are small
"""),
    "decision_rights": N_("""\
- id: DR-1
  measure: ME-1
  stage: contract
  amount_below: 50000
  today: [Sales manager, Legal department, Managing director]
  new: [Sales manager]
  pre_review_today: Legal department
"""),
    "sops": N_("""\
- id: SOP-1
  stage: contract
  purpose: Every contract is signed by whoever may sign it
  steps: [Choose the standard contract, Ask for approval in the CRM]
  time_limit: One working day
  exceptions: ["Other terms than the standard ones: to the legal department"]
"""),
    "risks": N_("""\
- id: RI-1
  risk: Output falls while people learn
  likelihood: medium
  impact: high
  contingency: A coach stays with the pilot team
"""),
    "evaluations": N_("""\
- metric: cycle_days
  label: Cycle per deal
  unit: days
  before: 45
  after: 32
  before_period: [2024-01-01, 2024-02-29]
  after_period: [2024-03-01, 2024-04-30]
  target: {at_most: 35}
"""),
    "sponsors": N_("""\
- id: SP-1
  name: A. Smith
  role: Vice president of sales
  scope: Right to approve contracts
  signed_on: 2024-01-10
"""),
    "trainings": N_("""\
- unit: Team A
  people: 12
  trained: 12
  held_on: 2024-04-10
"""),
    "rule_updates": N_("""\
- document: CRM manual
  kind: manual
  change: Who approves which amounts
  owner: IT department
  due: 2024-04-10
"""),
    "alarms": N_("""\
- metric: daily_hours
  rule: western_electric_1
  week: 2024-06-10
  opened_on: 2024-06-17
  cause: Two new hires worked alone
  action: A coach for a month
  closed_on: 2024-06-20
  closed_by: Sales manager
"""),
    "reviews": N_("""\
- quarter: 2024Q3
  held_on: 2024-10-08
  decisions: [Keep the tiers of approval]
"""),
}


def needed(records: Records, kind: Kind) -> None:
    """Raise MissingDataError, with a record to copy, where an engagement has no record of `kind`."""
    if getattr(records, kind):
        return
    raise MissingDataError(
        _("no record in records/{file}.yml").format(file=kind),
        remedy=_("Write records/{file}.yml in the engagement folder, for instance:").format(file=kind)
        + "\n"
        + _(EXAMPLES[kind]),
    )
