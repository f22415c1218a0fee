"""Reading exports into canonical tables, and the quality gate they pass."""

from salesopt_kit.tables.frames import tables_from_frames
from salesopt_kit.tables.load import QualityError, check_tables, open_tables
from salesopt_kit.tables.store import Tables

__all__ = ["QualityError", "Tables", "check_tables", "open_tables", "tables_from_frames"]
