"""What customers and colleagues say, coded, and set beside what the data show."""

import pandas as pd

from salesopt_kit.locale import _
from salesopt_kit.metrics.coded_complaints import NO_TOPIC
from salesopt_kit.metrics.complaints import complaints
from salesopt_kit.metrics.interviews import interviews as coded_interviews
from salesopt_kit.metrics.triangulation import triangulation as compared
from salesopt_kit.results import Result, Table, explains_missing
from salesopt_kit.tables.store import Tables
from salesopt_kit.text.suggest import suggested_topics
from salesopt_kit.text.topics import read_topics

LONGEST_EXAMPLE = 100


@explains_missing
def complaints_by_topic(tables: Tables) -> Result:
    """Return the complaints of the window by topic and stage, with their trend; each topic opens its complaints."""
    return complaints(tables)


@explains_missing
def new_topics(tables: Tables) -> Table:
    """Return topics suggested for the complaints that no topic of the dictionary fits."""
    answer = complaints(tables)
    rows = [ticket for topic in answer.topics if topic.topic == NO_TOPIC for ticket in topic.tickets]
    terms = [term for topic in read_topics(tables.engagement.folder).topics for term in topic.all_terms]
    found = suggested_topics([ticket.text for ticket in rows], terms)
    cells = pd.DataFrame(
        {
            _("Words that go together"): _(", ").join(one.words),
            _("Complaints"): f"{one.n:,}",
            _("Examples"): " / ".join(f"{rows[n].complaint_id}: {_shortened(rows[n].text)}" for n in one.examples),
        }
        for one in found
    )
    if not found:
        message = _("{n} complaints have no topic; too few of them are alike to suggest a new one.")
        return Table(message.format(n=len(rows)), cells)
    message = _("{n} complaints have no topic; {topics} new topics are suggested.")
    remark = _("A suggestion is a heap of words. Where it is a topic, name it and add its terms to topics.yml.")
    return Table(message.format(n=len(rows), topics=len(found)), cells, (remark,))


@explains_missing
def interviews(tables: Tables) -> Result:
    """Return what each group says, by stage and pain point."""
    return coded_interviews(tables)


@explains_missing
def triangulation(tables: Tables) -> Result:
    """Return what is said, complained of and measured at each stage."""
    return compared(tables)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_EXAMPLE else line[:LONGEST_EXAMPLE] + "…"
