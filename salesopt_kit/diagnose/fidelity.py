"""Questions of workbook 1 about the records themselves: how far can the CRM be trusted?"""

from salesopt_kit.metrics.crm_fidelity import crm_fidelity as share_of_clean_deals
from salesopt_kit.metrics.crm_fidelity import crm_fidelity_by as share_of_clean_deals_by
from salesopt_kit.metrics.dimensions import Grouping
from salesopt_kit.metrics.fidelity_effect import fidelity_effect as figures_without_suspects
from salesopt_kit.results import Result, explains_missing
from salesopt_kit.tables.store import Tables


@explains_missing
def crm_fidelity(tables: Tables) -> Result:
    """Return the suspect rows by sign and the share of deals without any."""
    return share_of_clean_deals(tables)


@explains_missing
def crm_fidelity_by(tables: Tables, by: Grouping) -> Result:
    """Return the share of deals without a suspect row for each team, owner, ..."""
    return share_of_clean_deals_by(tables, by)


@explains_missing
def fidelity_effect(tables: Tables) -> Result:
    """Return the core figures with all rows and without the suspect ones."""
    return figures_without_suspects(tables)
