"""Template 1, the current-state survey (销售流程现状调研表): its seven headings, for whoever fills it."""

from salesopt_kit.locale import _


def survey_row(
    stage: str, departments: str, step: str, days: str, type_: str, problem: str, priority: str
) -> dict[str, str]:
    """Return one row of the template as heading and cell, in the handbook's order; an empty cell is a dash."""
    cells = {
        _("Process stage"): stage,
        _("Departments/people"): departments,
        _("Current step in short"): step,
        _("Time (days/deal)"): days,
        _("Issue type (efficiency/cost/experience/risk)"): type_,
        _("Problem in detail"): problem,
        _("Improvement priority (high/medium/low)"): priority,
    }
    return {heading: cell or "–" for heading, cell in cells.items()}
