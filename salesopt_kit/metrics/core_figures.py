"""The figures that targets, pilots and the watch after roll-out share: what each is called, its unit, its good side."""

from salesopt_kit.locale import N_, _

LABELS = {
    "cycle_days": N_("Cycle per deal"),
    "lead_conversion": N_("Lead conversion"),
    "daily_hours": N_("Working hours per day"),
    "satisfaction": N_("Team satisfaction"),
    "won_in_time": N_("Deals won in time"),
    "win_rate": N_("Win rate"),
    "output_per_head": N_("Output per head"),
    "complaints": N_("Complaints per 100 deals in progress"),
}
UNITS = {
    "cycle_days": "days",
    "lead_conversion": "fraction",
    "daily_hours": "hours",
    "win_rate": "fraction",
    "won_in_time": "fraction",
}
LOWER_IS_BETTER = ("cycle_days", "daily_hours", "complaints")


def metric_label(metric: str) -> str:
    """Return the name of a target's figure in the reader's language; its key where it is the client's own."""
    return _(LABELS[metric]) if metric in LABELS else metric


def metric_unit(metric: str, currency: str) -> str:
    """Return the unit of a target's figure."""
    return f"{currency}/month" if metric == "output_per_head" else UNITS.get(metric, "score")
