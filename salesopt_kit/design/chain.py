"""The chain of evidence drawn, from the reason to start to measure and target."""

from salesopt_kit.charts import Chart
from salesopt_kit.records.chain_chart import whole_chain_chart
from salesopt_kit.results import explains_missing
from salesopt_kit.tables.store import Tables


@explains_missing
def chain_chart(tables: Tables) -> Chart:
    """Return the chain as a picture; MissingData without pain points."""
    return whole_chain_chart(tables.engagement)
