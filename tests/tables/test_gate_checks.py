"""Each check strikes on rows written to strike it, names the row, and is silent on rows that are sound."""

from dataclasses import dataclass

import pandas as pd
import pytest
from gated import finding_of, findings, frame, opened

from salesopt_kit.tables.gate import gate
from salesopt_kit.terms import Severity

DEAL = "opportunity_id owner amount created_at closed_at status"
EVENT = "opportunity_id stage entered_at actor"
SOUND = (
    ("D1", "Ann", 100.0, "2024-01-02", "2024-02-02", "won"),
    ("D2", "Ben", None, "2024-01-03", "2024-03-03", "lost"),
)
PATH = (("D1", "lead", "2024-01-02 09:00", "Ann"), ("D1", "talks", "2024-01-09 10:00", "Ann"))


@dataclass(frozen=True)
class Case:
    """Frames on which the check `check` of `table` strikes `n` of `of` rows as `severity`; sound ones beside them."""

    check: str
    table: str
    n: int
    of: int
    example: str
    broken: dict[str, pd.DataFrame]
    sound: dict[str, pd.DataFrame]
    severity: Severity = Severity.WARNING
    set_aside: int = 0


def deals(*rows: tuple[object, ...], columns: str = DEAL) -> dict[str, pd.DataFrame]:
    return {"opportunities": frame(columns, *rows)}


def events(*rows: tuple[object, ...], columns: str = EVENT) -> dict[str, pd.DataFrame]:
    return {"stage_events": frame(columns, *rows)}


def minutes(count: int) -> list[tuple[str, str, str, str]]:
    """Return `count` changes of different deals by Ann within one minute."""
    return [(f"D{number}", "lead", f"2024-01-02 09:00:{number:02d}", "Ann") for number in range(count)]


def won(*amounts: float | None) -> dict[str, pd.DataFrame]:
    return deals(*((f"D{n}", "Ann", amount, "2024-01-02", "2024-02-02", "won") for n, amount in enumerate(amounts)))


TWINS = (*SOUND, SOUND[0])
OPEN = [(f"W{n}", "Ann", 9.0, "2024-01-01", f"2024-01-{n + 2:02d}", "won") for n in range(25)]
CASES = (
    Case("repeated_rows", "opportunities", 1, 3, "row 4, column opportunity_id: 'D1'", deals(*TWINS), deals(*SOUND), set_aside=1),
    Case("repeated_rows", "stage_events", 1, 3, "row 4, column opportunity_id: 'D1'", events(*PATH, PATH[1]), events(*PATH), set_aside=1),
    Case("conflicting_ids", "opportunities", 2, 3, "row 4, column opportunity_id: 'D2'", deals(*SOUND, ("D2", *SOUND[0][1:])), deals(*TWINS), Severity.ERROR),
    Case(
        "conflicting_ids", "kpi_daily", 2, 2, "row 3, column date: 2024-01-02 (unit 'A', metric 'calls')",
        {"kpi_daily": frame("date unit metric value", ("2024-01-02", "A", "calls", 1.0), ("2024-01-02", "A", "calls", 2.0))},
        {"kpi_daily": frame("date unit metric value", ("2024-01-02", "A", "calls", 1.0), ("2024-01-02", "B", "calls", 2.0))},
        Severity.ERROR,
    ),
    Case("blank_ids", "opportunities", 1, 3, "row 4, column opportunity_id: (blank)", deals(*SOUND, (None, *SOUND[0][1:])), deals(*SOUND), Severity.ERROR),
    Case("blank_ids", "stage_events", 1, 3, "row 4, column opportunity_id: (blank)", events(*PATH, (None, *PATH[0][1:])), events(*PATH), Severity.ERROR),
    Case(
        "shared_names", "people", 1, 2, "row 2, column person: 'Ann'",
        {"people": frame("person team", ("Ann", "A"), ("ann ", "B"), ("Ben", "B"))},
        {"people": frame("person team", ("Ann", "A"), ("Ben", "B"))},
    ),
    Case("negative_cycle", "opportunities", 1, 3, "row 4, column closed_at: 2023-12-31 (started 2024-01-03)", deals(*SOUND, ("D3", "Ben", 1.0, "2024-01-03", "2023-12-31", "won")), deals(*SOUND), set_aside=1),
    Case("undecided_status", "opportunities", 1, 3, "row 4, column opportunity_id: 'D3'", deals(*SOUND, ("D3", "Ben", 1.0, "2024-01-03", None, None)), deals(*SOUND), set_aside=1),
    Case(
        "contradicting_status", "opportunities", 1, 2, "row 3, column status: 'lost' (stage 'Won')",
        deals(("D1", "won", "won"), ("D2", "lost", "won"), columns="opportunity_id status stage"),
        deals(("D1", "won", "won"), ("D2", "lost", None), columns="opportunity_id status stage"),
    ),
    Case("owners_missing", "opportunities", 1, 3, "row 4, column owner: (blank) (opportunity_id 'D3')", deals(*SOUND, ("D3", None, *SOUND[0][2:])), deals(*SOUND)),
    Case("blank_created", "opportunities", 1, 3, "row 4, column created_at: (blank)", deals(*SOUND, ("D3", "Ben", 1.0, None, "2024-02-02", "won")), deals(*SOUND)),
    Case("decided_without_date", "opportunities", 1, 3, "row 4, column closed_at: (blank)", deals(*SOUND, ("D3", "Ben", 1.0, "2024-01-03", None, "won")), deals(*SOUND), set_aside=1),
    Case("open_with_date", "opportunities", 1, 1, "row 4, column closed_at: 2024-02-02", deals(*SOUND, ("D3", "Ben", 1.0, "2024-01-03", "2024-02-02", "open")), deals(*SOUND, ("D3", "Ben", 1.0, "2024-01-03", None, "open"))),
    Case("won_without_amount", "opportunities", 1, 2, "row 3, column Value: (blank)", won(5.0, None), won(5.0), set_aside=1),
    Case("won_for_nothing", "opportunities", 1, 2, "row 3, column Value: 0", won(5.0, 0.0), won(5.0)),
    Case("negative_amount", "opportunities", 1, 2, "row 3, column Value: -5", won(5.0, -5.0), won(5.0)),
    Case("outlying_amounts", "opportunities", 1, 31, "row 32, column Value: 9,000,000", won(*range(100, 130), 9e6), won(*range(100, 130))),
    Case("no_lost_deals", "opportunities", 0, 1, "", deals(SOUND[0]), deals(*SOUND)),
    Case("no_won_deals", "opportunities", 0, 1, "", deals(SOUND[1]), deals(*SOUND)),
    Case(
        "stale_deals", "opportunities", 1, 2, "row 27, column started: 2024-01-05",
        deals(*OPEN, ("O1", "Ann", 1.0, "2024-01-05", None, "open"), ("O2", "Ann", 1.0, "2024-06-20", None, "open")),
        deals(*OPEN, ("O2", "Ann", 1.0, "2024-06-20", None, "open")),
    ),
    Case("future_dates.created_at", "opportunities", 1, 3, "row 4, column created_at: 2025-01-03", deals(*SOUND, ("D3", "Ben", 1.0, "2025-01-03", None, "open")), deals(*SOUND), set_aside=1),
    Case("early_dates.created_at", "opportunities", 1, 3, "row 4, column created_at: 1970-01-01", deals(*SOUND, ("D3", "Ben", 1.0, "1970-01-01", None, "open")), deals(*SOUND)),
    Case(
        "wrong_order", "stage_events", 1, 1, "row 2, column completed_at: 2024-01-02 08:00:00 (entered_at 2024-01-02 09:00:00)",
        events(("D1", "lead", "2024-01-02 09:00", "2024-01-02 08:00"), columns="opportunity_id stage entered_at completed_at"),
        events(("D1", "lead", "2024-01-02 09:00", "2024-01-02 09:00"), columns="opportunity_id stage entered_at completed_at"),
        Severity.ERROR,
    ),
    Case(
        "wrong_order", "people", 1, 1, "row 2, column left_at: 2023-01-01 (hired_at 2024-01-01)",
        {"people": frame("person hired_at left_at", ("Ann", "2024-01-01", "2023-01-01"))},
        {"people": frame("person hired_at left_at", ("Ann", "2024-01-01", "2024-03-01"))},
    ),
    Case("same_stage", "stage_events", 1, 3, "row 4, column stage: 'Talks' (opportunity_id 'D1', entered_at 2024-01-10 11:00:00)", events(*PATH, ("D1", "talks", "2024-01-10 11:00", "Ann")), events(*PATH)),
    Case("identical_times", "stage_events", 1, 3, "row 4, column stage: 'Won'", events(*PATH, ("D1", "won", PATH[1][2], "Ann")), events(*PATH, ("D2", "won", PATH[1][2], "Ann"))),
    Case("click_through", "stage_events", 1, 3, "row 4, column stage: 'Won'", events(*PATH, ("D1", "won", "2024-01-09 10:04:59", "Ann")), events(*PATH, ("D1", "won", "2024-01-09 10:05", "Ann"))),
    Case("bulk_edits", "stage_events", 10, 10, "row 2, column actor: Ann, 10 changes within one minute", events(*minutes(10)), events(*minutes(9))),
    Case(
        "bulk_flag", "stage_events", 1, 2, "row 3, column is_bulk: 'TRUE'",
        events(("D1", "lead", "2024-01-02", "0"), ("D1", "talks", "2024-01-03", "TRUE"), columns="opportunity_id stage entered_at is_bulk"),
        events(("D1", "lead", "2024-01-02", "0"), ("D1", "talks", "2024-01-03", None), columns="opportunity_id stage entered_at is_bulk"),
    ),
    Case("deals_without_history", "opportunities", 1, 2, "row 3, column opportunity_id: 'D2'", deals(*SOUND) | events(*PATH), deals(SOUND[0]) | events(*PATH)),
    Case("history_without_deals", "stage_events", 1, 2, "row 4, column opportunity_id: 'D9'", deals(SOUND[0]) | events(*PATH, ("D9", *PATH[0][1:])), deals(SOUND[0]) | events(*PATH)),
    Case(
        "truncated_history", "opportunities", 1, 1, "row 2, column created_at: 2024-01-02 (first event 2024-01-05",
        deals(SOUND[0]) | events(("D1", "talks", "2024-01-05 09:00", "Ann")),
        deals(SOUND[0]) | events(*PATH),
    ),
    Case(
        "closing_date_differs", "opportunities", 1, 1, "row 2, column closed_at: 2024-02-02 (last change 2024-02-05",
        deals(SOUND[0]) | events(*PATH, ("D1", "won", "2024-02-05 09:00", "Ann")),
        deals(SOUND[0]) | events(*PATH, ("D1", "won", "2024-02-02 17:00", "Ann")),
    ),
    Case(
        "owners_unknown", "opportunities", 1, 2, "row 3, column owner: 'Ben'",
        deals(*SOUND) | {"people": frame("person", ("Ann",))},
        deals(*SOUND) | {"people": frame("person", ("Ann",), ("Ben",))},
    ),
    Case(
        "people_without_deals", "people", 1, 3, "row 4, column person: 'Cem'",
        deals(*SOUND) | {"people": frame("person", ("Ann",), ("Ben",), ("Cem",))},
        deals(*SOUND) | {"people": frame("person", ("Ann",))},
    ),
    Case(
        "leads_unknown", "opportunities", 1, 1, "row 2, column lead_id: 'L9'",
        deals(("D1", "L9"), columns="opportunity_id lead_id") | {"leads": frame("lead_id created_at", ("L1", "2024-01-01"))},
        deals(("D1", "L1"), columns="opportunity_id lead_id") | {"leads": frame("lead_id created_at", ("L1", "2024-01-01"))},
    ),
    Case(
        "odd_hours", "activities", 2, 3, "row 3, column hours: 0",
        {"activities": frame("person kind started_at hours", ("Ann", "call", "2024-01-02", 1.0), ("Ann", "call", "2024-01-02", 0.0), ("Ann", "call", "2024-01-02", 25.0))},
        {"activities": frame("person kind started_at hours", ("Ann", "call", "2024-01-02", 24.0))},
        set_aside=2,
    ),
    Case(
        "late_logging", "activities", 1, 2, "row 3, column logged_at: 2024-01-05 (started_at 2024-01-02, person 'Ann')",
        {"activities": frame("person started_at logged_at", ("Ann", "2024-01-02", "2024-01-04"), ("Ann", "2024-01-02", "2024-01-05"))},
        {"activities": frame("person started_at logged_at", ("Ann", "2024-01-02", "2024-01-04"))},
    ),
    Case(
        "damaged_values.source", "leads", 3, 4, "row 3, column source: 'May-20'",
        {"leads": frame("lead_id source", ("L1", "5-200"), ("L2", "May-20"), ("L3", "2.0E+15"), ("L4", "#####"))},
        {"leads": frame("lead_id source", ("L1", "May-20"), ("L2", "Jun-20"))},
    ),
    Case(
        "accounts_unknown", "opportunities", 1, 1, "row 2, column account: 'Acme'",
        deals(("D1", "Acme"), columns="opportunity_id account") | {"accounts": frame("account", ("acme inc",))},
        deals(("D1", "Acme"), columns="opportunity_id account") | {"accounts": frame("account", ("Acme",))},
    ),
    Case("blank_share.source", "leads", 1, 2, "row 3, column source: (blank)", {"leads": frame("lead_id source", ("L1", "fair"), ("L2", None))}, {"leads": frame("lead_id source", ("L1", "fair"))}),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.check}-{case.table}")
def test_check_counts_the_rows_at_fault_and_names_the_first(case: Case) -> None:
    found = finding_of(case.check, case.table, **case.broken)
    assert found
    assert (found.severity, found.n, found.of, found.set_aside) == (case.severity, case.n, case.of, case.set_aside)
    assert case.example in (found.examples or ("",))[-1 if case.check == "conflicting_ids" else 0]
    assert len(found.examples) <= 3
    assert found.remedy


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.check}-{case.table}")
def test_check_passes_on_sound_rows_and_says_what_it_looked_at(case: Case) -> None:
    whole_table = case.check.partition(".")[0]
    found = finding_of(whole_table, case.table, **case.sound)
    assert found
    assert found.severity is Severity.OK
    assert found.of > 0
    assert f"{found.of:,}" in found.said


def test_repeated_rows_are_in_no_figure_and_nothing_else_is_taken_out() -> None:
    before = opened(**deals(*TWINS))
    after, _found = gate(before)
    assert after.to_frame(after.table("opportunities"))["source_row"].tolist() == [2, 3]
    assert before.to_frame(before.table("opportunities"))["source_row"].tolist() == [2, 3, 4]


def test_two_identical_calls_on_one_day_are_two_calls() -> None:
    calls = [("Ann", "call", "2024-01-02", 0.5)] * 2
    found = findings(activities=frame("person kind started_at hours", *calls))["repeated_rows", "activities"]
    assert (found.severity, found.set_aside) == (Severity.NOT_CHECKED, 0)


@pytest.mark.parametrize("check", ["identical_times", "click_through", "bulk_edits"])
def test_bare_dates_say_nothing_about_minutes(check: str) -> None:
    rows = [("D1", "lead", "2024-01-02", "Ann"), ("D1", "talks", "2024-01-02", "Ann")]
    found = findings(**events(*rows))[check, "stage_events"]
    assert found.severity is Severity.NOT_CHECKED
    assert "bare dates" in found.why


def test_absent_tables_and_columns_are_named_and_revisions_need_a_second_export() -> None:
    found = findings(opportunities=frame("opportunity_id status", ("D1", "won"), ("D2", "lost")))
    assert found["odd_hours", "activities"].why == "there is no table `activities`"
    assert found["won_without_amount", "opportunities"].why == "`opportunities` has no `amount`"
    assert "two exports" in found["revisions", "opportunities"].why


def test_times_in_examples_are_those_of_the_clients_clock() -> None:
    rows = events(*PATH, ("D1", "talks", "2024-01-10 11:00", "Ann"))
    assert (
        "entered_at 2024-01-10 11:00:00" in findings("Asia/Shanghai", **rows)["same_stage", "stage_events"].examples[0]
    )


def test_a_deal_closed_on_the_day_it_was_created_is_no_negative_cycle_where_one_side_is_a_bare_date() -> None:
    row = ("D1", "Ann", 1.0, "2024-01-02 15:00", "2024-01-02", "won")
    assert findings(**deals(row))["negative_cycle", "opportunities"].severity is Severity.OK


def test_a_month_of_few_late_entries_is_no_warning() -> None:
    rows = [("Ann", "2024-01-02", "2024-01-02")] * 39 + [("Ann", "2024-01-02", "2024-01-09")]
    found = findings(activities=frame("person started_at logged_at", *rows))["late_logging", "activities"]
    assert (found.severity, found.n, found.of) == (Severity.OK, 1, 40)


def test_too_few_amounts_or_won_deals_are_not_judged() -> None:
    found = findings(**deals(*SOUND, ("D3", "Ann", 5.0, "2024-01-05", None, "open")))
    assert "too few" in found["outlying_amounts", "opportunities"].why
    assert "1 of 3 deals are open (33.3%)" in found["stale_deals", "opportunities"].why


def test_the_lead_dates_a_deal_that_has_no_date_of_its_own() -> None:
    tables = {
        "opportunities": frame("opportunity_id lead_id closed_at status", ("D1", "L1", "2024-01-02 10:00", "won")),
        "leads": frame("lead_id created_at", ("L1", "2024-01-04")),
    }
    assert findings(**tables)["negative_cycle", "opportunities"].examples == (
        "opportunities, row 2, column closed_at: 2024-01-02 10:00:00 (started 2024-01-04)",
    )


def test_a_table_of_numbers_alone_has_no_text_to_look_at() -> None:
    tables = {"feedback": frame("submitted_at score", ("2024-01-02", 4.0))}
    assert finding_of("damaged_values", "feedback", **tables) is None
