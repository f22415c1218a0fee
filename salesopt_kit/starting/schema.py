"""The JSON Schema of engagement.yml, which lets an editor complete keys and mark mistakes."""

import json
from pathlib import Path

from salesopt_kit.engagement import Config

SHIPPED = Path(__file__).parents[1] / "engagement.schema.json"


def schema_text() -> str:
    """Return the schema as the shipped file holds it."""
    return json.dumps(Config.model_json_schema(), ensure_ascii=False, indent=2) + "\n"
