"""No question is forgotten: what the metrics offer is what other databases are asked."""

from questions import QUESTIONS, public


def test_every_question_of_the_metrics_is_asked_of_other_databases() -> None:
    assert set(public()) - set(QUESTIONS) == set()
    assert len(set(public())) > 30
