"""Reading exports into canonical tables, and the quality gate they pass."""

from salesopt_kit.tables.load import QualityError, check_tables, open_tables
from salesopt_kit.tables.store import Tables, tables_from_frames

__all__ = ["QualityError", "Tables", "check_tables", "open_tables", "tables_from_frames"]
