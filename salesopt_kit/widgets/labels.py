"""What the fields of a record are called on a form, and what helps to fill them in."""

from salesopt_kit.locale import N_, _

LABELS = {
    "stage": N_("Process stage"),
    "departments": N_("Departments/people"),
    "step": N_("Current step in short"),
    "days_per_deal": N_("Time (days/deal)"),
    "type": N_("Issue type"),
    "problem": N_("Problem in detail"),
    "impact": N_("Impact"),
    "frequency": N_("Frequency"),
    "priority": N_("Priority"),
    "text": N_("Text"),
    "met_on": N_("Met on"),
    "reference": N_("Reference"),
    "value": N_("Value"),
    "low": N_("Interval from"),
    "high": N_("Interval to"),
    "unit": N_("Unit"),
    "n": N_("Cases (n)"),
    "method": N_("Method"),
    "window": N_("Period"),
    "frozen_on": N_("Frozen on"),
    "group": N_("Group"),
    "confidence": N_("Confidence"),
    "marked_by": N_("Marked by"),
    "marked_on": N_("Marked on"),
    "measure": N_("Measure"),
    "department": N_("Department"),
    "owner": N_("Responsible person"),
    "start": N_("Start"),
    "due": N_("Planned completion"),
    "resources": N_("Resources needed"),
    "acceptance": N_("Acceptance criterion"),
    "principle": N_("Principle"),
    "moves_authority": N_("Moves authority"),
    "key": N_("Figure"),
    "at_most": N_("At most"),
    "at_least": N_("At least"),
    "fixed_on": N_("Fixed on"),
    "changed_on": N_("Changed on"),
    "task": N_("Task"),
    "person": N_("Person"),
    "decides": N_("Decides alone"),
    "risk": N_("Risk"),
    "likelihood": N_("Likelihood"),
    "contingency": N_("Contingency"),
    "name": N_("Name"),
    "role": N_("Role"),
    "scope": N_("Scope"),
    "signed_on": N_("Signed on"),
    "planned_on": N_("Planned on"),
    "held_on": N_("Took place on"),
    "people": N_("People"),
    "notes": N_("Notes"),
    "decided_on": N_("Decided on"),
    "decided_by": N_("Decided by"),
    "given_on": N_("Given on"),
    "score": N_("Score"),
    "answer": N_("Answer"),
    "noted_on": N_("Noted on"),
    "metric": N_("Key of the figure"),
    "label": N_("Evaluation item"),
    "before": N_("Before"),
    "after": N_("After"),
    "before_period": N_("Period before"),
    "after_period": N_("Period after"),
    "target": N_("Target"),
    "trained": N_("Trained"),
    "quarter": N_("Quarter"),
    "decisions": N_("Decisions"),
}
TITLES = {
    "triggers": N_("Triggers"),
    "observations": N_("Observations"),
    "pain_points": N_("Pain points"),
    "measures": N_("Measures"),
    "targets": N_("Targets"),
    "responsibilities": N_("Responsibilities"),
    "risks": N_("Risks"),
    "sponsors": N_("Sponsors"),
    "meetings": N_("Task-force meetings"),
    "decisions": N_("Decisions"),
    "feedback": N_("Feedback"),
    "pilot_notes": N_("Pilot notes"),
    "evaluations": N_("Pilot evaluations"),
    "trainings": N_("Trainings"),
    "reviews": N_("Reviews"),
}
OF_ONE_KIND = {
    "feedback.unit": N_("Team or segment"),
    "pilot_notes.unit": N_("Team or segment"),
    "trainings.unit": N_("Team or segment"),
    "trainings.held_on": N_("Held on"),
    "meetings.people": N_("Who took part"),
}
HELP = {
    "pain_points.stage": N_("A stage of the process, or plain words."),
    "pain_points.priority": N_("The client's own rating, as the survey has it; the matrix computes another one."),
    "observations.reference": N_("metric:..., complaint:..., interview:... or plain words."),
    "whys.confidence": N_("How sure the people who asked are of it."),
    "measures.moves_authority": N_("Tick it where somebody may decide what another did before."),
    "targets.key": N_("Key of a target in engagement.yml."),
    "responsibilities.decides": N_("What this person may decide alone."),
    "feedback.text": N_("No name is asked for."),
    "evaluations.target": N_("Such as ≤ 35 or ≥ 0.15."),
    "evaluations.before": N_("A share stands as a fraction: 0.15 is 15 %."),
    "reviews.quarter": N_("Such as 2024Q3."),
    "meetings.people": N_("One a line."),
    "reviews.decisions": N_("One a line."),
}
WORDS_OF_LITERALS = {
    "days": N_("days"),
    "fraction": N_("fraction"),
    "hours": N_("hours"),
    "score": N_("score"),
}


def label_of(kind: str, name: str) -> str:
    """Return what a field is called, in the language in use."""
    return _(OF_ONE_KIND.get(f"{kind}.{name}", LABELS.get(name, name)))


def title_of(kind: str) -> str:
    """Return what all records of a kind are called."""
    return _(TITLES.get(kind, kind))


def help_of(kind: str, name: str) -> str:
    """Return a line of help, "" where the label says enough."""
    return _(HELP[f"{kind}.{name}"]) if f"{kind}.{name}" in HELP else ""
