"""Alder Instruments: a maker of measuring instruments where every quotation, even a small one, waits for pricing."""

from datetime import date

from generator.world import Effect, Product, Source, Step, Team, World, every_year

ALDER = World(
    slug="alder",
    seed=20231231,
    history=1_289,
    first_day=date(2022, 1, 1),
    as_of=date(2023, 12, 31),
    window_months=6,
    zone="America/Chicago",
    n_leads=13_700,
    n_deals=5_000,
    steps=(
        Step("lead", "Marketing", 1.5, lose=0.08),
        Step("qualification", "Sales", 4.5, lose=0.22),
        Step("discovery", "Sales", 7.0, lose=0.14, skip=0.06),
        Step("proposal", "Pricing desk", 16.0, lose=0.17),
        Step("negotiation", "Sales", 9.0, lose=0.16, back=0.13),
        Step("contract", "Legal", 7.0, lose=0.08, back=0.05),
        Step("handover", "Service", 2.0, lose=0.0),
    ),
    back_to="proposal",
    teams=(
        Team("Central", 6, 1.0),
        Team("Lakes", 5, 1.05, founded=date(2022, 10, 3), hires=2),
        Team("Northeast", 6, 0.95),
        Team("Southeast", 5, 1.08),
        Team("Southwest", 4, 1.0),
        Team("Pacific", 5, 0.9),
    ),
    treated=("Central", "Lakes"),
    effect=Effect(
        stage="proposal",
        duration=0.25,
        faster={"qualification": 0.65, "discovery": 0.6, "negotiation": 0.7, "proposal": 0.8},
        lose={"proposal": 0.7, "negotiation": 0.85},
        qualify=1.08,
        hours={"Quotations": 0.55, "Data entry": 0.6},
    ),
    tier=10_000,
    baseline=(date(2023, 5, 1), date(2023, 8, 31)),
    pilot=(date(2023, 9, 1), date(2023, 10, 31)),
    follow_up_days=60,
    sources={
        "Web": Source(0.34, 0.36),
        "Trade show": Source(0.18, 0.38),
        "Referral": Source(0.12, 0.55),
        "Partner": Source(0.14, 0.40),
        "Cold call": Source(0.22, 0.22),
    },
    segments={"Laboratory": (0.42, 0.36, 0.8), "Manufacturer": (0.38, 0.46, 1.1), "Utility": (0.20, 0.18, 1.7)},
    products={
        "FlowSense 2": Product(0.30, 8_600),
        "ThermoLog": Product(0.26, 5_200),
        "PressureGuard": Product(0.24, 10_400),
        "Calibration": Product(0.20, 2_900),
    },
    holidays=every_year(
        (2022, 2023, 2024), ((1, 1), 2), ((5, 29), 1), ((7, 4), 1), ((9, 4), 1), ((11, 23), 2), ((12, 24), 4)
    ),
    busy={1: 0.9, 2: 1.0, 3: 1.05, 4: 1.0, 5: 1.05, 6: 1.0, 7: 0.85, 8: 0.9, 9: 1.1, 10: 1.1, 11: 1.05, 12: 0.8},
    slow={1: 1.0, 2: 1.0, 3: 1.0, 4: 1.0, 5: 1.0, 6: 1.0, 7: 1.05, 8: 1.05, 9: 1.0, 10: 0.98, 11: 1.0, 12: 1.06},
    hours={"Customer meetings": 3.2, "Quotations": 1.9, "Contracts": 0.9, "Internal approval": 1.3, "Data entry": 1.8},
    departments={"sales": "Sales", "won": "Finance"},
    support=(
        ("Marketing", "Marketing specialist", 3),
        ("Pricing desk", "Pricing analyst", 2),
        ("Legal", "Counsel", 2),
        ("Finance", "Accountant", 1),
        ("Service", "Field engineer", 2),
    ),
    satisfaction=(5.8, 7.6),
    cumbersome=(0.24, 0.12),
    rewritten=600,
    spells={"FlowSense 2": "FlowSense-2"},
)

TITLES = ("Account executive", "Team lead")
GIVEN = (
    "Ava Ben Carla Dan Elena Frank Grace Hugo Iris Jack Kara Liam Mona Noah Olga Paul Quinn Rosa Sam Tara Uma Victor "
    "Wendy Xavier Yara Zach Amir Bella Cole Dina"
)
SURNAMES = (
    "Abbott Baker Cruz Dalton Ellis Foster Garcia Hughes Ibarra Jensen Kowalski Lopez Meyer Novak Olsen Price Quill "
    "Reyes Stone Turner Underwood Vance Walsh Young Zimmer"
)
PLACES = "Ames Bristol Cedar Dover Elgin Fargo Geneva Hadley Joliet Keene Laurel Madison Newton Oakland Peoria"
TRADES = "Brewing Chemical Dairy Energy Foods Glass Hydraulics Labs Metals Paper Pharma Plastics Steel Textiles"
FORMS = "Inc. LLC Works Group Co. Partners Industries Systems"

LOST_REASONS = ("Price", "Competitor", "No budget", "Quotation too late", "Requirements changed")

COMPLAINTS = {
    "late quotation": (
        "proposal",
        0.31,
        (
            "We waited {n} days for a quotation.",
            "The quote was promised for the next day and came {n} days late.",
            "Third reminder: where is our quotation?",
            "By the time the quote arrived our budget round was closed.",
        ),
    ),
    "contract terms unclear": (
        "contract",
        0.17,
        (
            "Nobody could explain the liability clause in the contract.",
            "The payment terms in the contract changed without an explanation.",
            "I asked {n} times what the contract terms mean.",
        ),
    ),
    "handover": (
        "handover",
        0.15,
        (
            "After signing we did not know whom to call; the handover failed.",
            "Your engineer had not been told what was agreed.",
            "It took {n} days until service got in touch after the handover.",
        ),
    ),
    "same questions again": (
        "discovery",
        0.14,
        ("We filled in the same form {n} times.", "Every new contact asks the same questions again."),
    ),
    "product": (
        "",
        0.23,
        ("The sensor drifts after {n} weeks.", "The display failed.", "Firmware update broke the log."),
    ),
}
"""Topic -> stage (empty: not about the sales process), share, wordings."""

INTERVIEWS = (
    ("Front-line sales", "proposal", "A four-thousand-dollar quote waits behind a four-hundred-thousand one."),
    ("Front-line sales", "proposal", "I send my quotes to pricing on Monday and hope for the week after."),
    ("Front-line sales", "proposal", "Half of my calls to pricing are only to ask where my quote is."),
    (
        "Front-line sales",
        "discovery",
        "Requirements go into a note, then a form, then the quote request: three times the same.",
    ),
    ("Front-line sales", "qualification", "The checklist has forty fields, of which I use ten."),
    ("Front-line sales", "negotiation", "Every change of a discount sends the deal back to pricing."),
    ("Front-line sales", "contract", "Legal is quick once the terms are standard."),
    ("Front-line sales", "lead", "Leads from shows arrive in one heap, weeks later."),
    ("Front-line sales", "handover", "I still get the service calls of customers I closed last year."),
    ("Sales managers", "proposal", "I may not sign a quote of any size; everything goes to the pricing desk."),
    ("Sales managers", "proposal", "At quarter end the pricing desk is two weeks behind."),
    ("Sales managers", "negotiation", "Too many deals come back for a new quote."),
    ("Sales managers", "qualification", "A new hire needs a quarter to learn our forms."),
    ("Sales managers", "lead", "I cannot see which sources pay."),
    ("Sales managers", "contract", "Standard contracts go well, special ones take weeks."),
    ("Supporting departments", "proposal", "Two of us price every quotation, large or small."),
    ("Supporting departments", "proposal", "Requests come without quantities, so we have to ask back."),
    ("Supporting departments", "lead", "Nobody tells marketing what became of a lead."),
    ("Supporting departments", "handover", "The handover sheet is empty more often than not."),
    ("Supporting departments", "contract", "Sales sends old templates."),
    ("Supporting departments", "handover", "Order data and contract do not match."),
)

FEEDBACK = {
    "cumbersome": {
        "Process cumbersome": ("Too many sign-offs for small quotes.", "Forms, forms, forms.", ""),
        "Repetitive work": ("I type the same data into three places.", ""),
    },
    "other": {
        "Lead quality": ("Many leads have no budget.", ""),
        "Tools": ("The CRM is slow on the road.", ""),
        "Pay": ("Commission rules are unclear.", ""),
        "Other": ("", "All fine."),
    },
}
