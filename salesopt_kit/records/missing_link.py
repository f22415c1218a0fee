"""A gap in the chain of evidence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MissingLink:
    """One gap in the chain: the rule that found it, the record it is at, what is missing and what to do."""

    rule: str
    record: str
    said: str
    remedy: str
