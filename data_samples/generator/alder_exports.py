"""How Alder Instruments exports its tables: as Salesforce does, with custom fields, UTC times and American dates."""

import pandas as pd

from generator import alder, formats
from generator.formats import Frames, Sheet
from generator.tables import Words

STAGES = {
    "lead": "New",
    "qualification": "Qualification",
    "discovery": "Needs Analysis",
    "proposal": "Proposal/Price Quote",
    "negotiation": "Negotiation/Review",
    "contract": "Contract",
    "handover": "Handover",
    "won": "Closed Won",
    "lost": "Closed Lost",
}
STEPS = {stage: stage.capitalize() for stage in STAGES}
"""What complaints and interviews call the stages."""
LEAD_STATUS = {"converted": "Closed - Converted", "disqualified": "Closed - Not Converted"}
KEYS = {"opportunity_id": "0068c00000", "lead_id": "00Q8c00000", "complaint_id": "5008c00000"}
EXPECTED_DAYS = 60
"""Salesforce asks for a close date of every open deal; sellers leave it at two months after the creation."""
TEST_ACCOUNT = "TEST - do not use"
UTC = formats.in_utc(alder.ALDER.zone)

SHEETS = (
    Sheet(
        "opportunities",
        "Opportunity.csv",
        {
            "Id": "opportunity_id",
            "Name": "name",
            "Account.Name": "account",
            "StageName": "stage",
            "Amount": "amount",
            "CloseDate": "closed_at",
            "CreatedDate": "created_at",
            "OwnerId": "owner_id",
            "Owner.Name": "owner",
            "LeadSource": "source",
            "Type": "segment",
            "IsClosed": "is_closed",
            "IsWon": "is_won",
            "Loss_Reason__c": "lost_reason",
            "Lead__c": "lead_id",
            "Product__c": "product",
            "First_Contact__c": "first_contact_at",
        },
        {
            "Amount": formats.as_dollars,
            "CloseDate": formats.as_american_date,
            "CreatedDate": UTC,
            "First_Contact__c": UTC,
        },
    ),
    Sheet(
        "stage_events",
        "OpportunityHistory.csv",
        {
            "Id": "history_id",
            "OpportunityId": "opportunity_id",
            "StageName": "stage",
            "CreatedBy.Name": "actor",
            "CreatedBy.Department": "department",
            "CreatedDate": "entered_at",
        },
        {"CreatedDate": UTC},
    ),
    Sheet(
        "leads",
        "Lead.csv",
        {
            "Id": "lead_id",
            "Company": "account",
            "Status": "status",
            "LeadSource": "source",
            "Industry": "segment",
            "Owner.Name": "owner",
            "CreatedDate": "created_at",
        },
        {"CreatedDate": UTC},
    ),
    Sheet(
        "complaints",
        "Case.csv",
        {
            "Id": "complaint_id",
            "CreatedDate": "received_at",
            "Description": "text",
            "Opportunity__c": "opportunity_id",
            "Process_Step__c": "stage",
        },
        {"CreatedDate": UTC},
    ),
    Sheet(
        "accounts",
        "Account.csv",
        {"Name": "account", "Customer_Since__c": "started_at", "Churned_On__c": "ended_at", "Type": "segment"},
        {"Customer_Since__c": formats.as_american_date, "Churned_On__c": formats.as_american_date},
    ),
    Sheet(
        "people",
        "people.csv",
        {
            "Name": "person",
            "Team": "team",
            "Department": "department",
            "Title": "role",
            "Hired": "hired_on",
            "Left": "left_on",
        },
        {"Hired": formats.as_date, "Left": formats.as_date},
    ),
    Sheet(
        "activities",
        "timesheets.csv",
        {
            "Person": "person",
            "Category": "kind",
            "Day": "started_at",
            "Hours": "hours",
            "Opportunity": "opportunity_id",
            "Entered": "logged_at",
        },
        {"Day": formats.as_american_date, "Entered": formats.as_time},
    ),
    Sheet("interviews", "interviews.csv", {"Group": "who_group", "Step": "stage", "Statement": "text"}, {}),
    Sheet(
        "feedback",
        "feedback.csv",
        {"Submitted": "submitted_at", "Team": "unit", "Topic": "item", "Score": "score", "Comment": "text"},
        {"Submitted": formats.as_time},
    ),
    Sheet(
        "kpi_daily",
        "kpi_daily.parquet",
        {"day": "date", "team": "unit", "kpi": "metric", "value": "value", "n": "n"},
        {"value": formats.as_number, "n": formats.as_number},
    ),
)


def words() -> Words:
    """Return the English words of the firm."""
    surnames = alder.SURNAMES.split()
    people = [
        f"{given} {surnames[(7 * place + shift) % len(surnames)]}"
        for shift in (0, 3)
        for place, given in enumerate(alder.GIVEN.split())
    ]
    accounts = [
        f"{place} {trade} {form}"
        for form in alder.FORMS.split()
        for trade in alder.TRADES.split()
        for place in alder.PLACES.split()
    ]
    return Words(
        people,
        accounts,
        alder.LOST_REASONS,
        alder.COMPLAINTS,
        alder.INTERVIEWS,
        alder.FEEDBACK,
        alder.TITLES,
    )


def prepared(frames: Frames) -> Frames:
    """Return the tables with Salesforce's ids, its names of stages, and a close date for every open deal."""
    keyed = {name: _with_keys(frame) for name, frame in frames.items()}
    deals, events = keyed["opportunities"], keyed["stage_events"]
    expected = (deals["created_at"] + pd.Timedelta(days=EXPECTED_DAYS)).dt.normalize()
    numbers = {person: f"0058c00000{place:05d}" for place, person in enumerate(frames["people"]["person"])}
    history = [f"0088c{number:010d}" for number in range(1, len(events) + 1)]
    # A row that an export repeats keeps its id.
    twin = events.duplicated(["opportunity_id", "stage", "entered_at", "actor"])
    first = events[~twin].assign(history_id=pd.Series(history, index=events.index))
    keys = first.set_index(["opportunity_id", "stage", "entered_at"])["history_id"]
    keys = keys[~keys.index.duplicated()]
    places = pd.MultiIndex.from_frame(events[["opportunity_id", "stage", "entered_at"]])
    return keyed | {
        "opportunities": deals.assign(
            name=deals["account"] + " - " + deals["product"],
            stage=deals["stage"].map(STAGES),
            closed_at=deals["closed_at"].fillna(expected),
            owner_id=deals["owner"].str.strip().map(numbers),
            is_closed=(deals["status"] != "open").map({True: "true", False: "false"}),
            is_won=(deals["status"] == "won").map({True: "true", False: "false"}),
        ),
        "stage_events": events.assign(stage=events["stage"].map(STAGES), history_id=keys.reindex(places).to_numpy()),
        "leads": keyed["leads"].assign(status=keyed["leads"]["status"].map(LEAD_STATUS)),
        "complaints": keyed["complaints"].assign(stage=keyed["complaints"]["stage"].map(STEPS)),
        "interviews": keyed["interviews"].assign(stage=keyed["interviews"]["stage"].map(STEPS)),
    }


def _with_keys(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose ids look like Salesforce's."""
    ids = {
        column: (KEYS[column] + frame[column]).where(frame[column].notna())
        for column in KEYS
        if column in frame.columns
    }
    return frame.assign(**ids)
