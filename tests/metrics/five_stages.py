"""The process of the engagements in memory."""

STAGES = [
    {"id": "lead", "name": "Lead"},
    {"id": "talks", "name": "Talks"},
    {"id": "parked", "name": "Parked", "kind": "parked"},
    {"id": "won", "name": "Won", "kind": "won"},
    {"id": "lost", "name": "Lost", "kind": "lost"},
]
