"""Write today's verdicts on the generated samples' pilots into their records/evaluations.yml; --check compares only.

The records of a sample are what a client would have kept with `salesopt verdict`. Needs the samples' exports.
"""

import argparse
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from salesopt_kit import open_engagement, open_tables
from salesopt_kit.pilot.judged_pilot import judged_pilot
from salesopt_kit.pilot.verdict_record import verdict_fields

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ("huaxin", "alder")


def todays(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what `salesopt verdict` would keep, by figure; the folder's own records are not touched."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / folder.name
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*.sqlite*", ".salesopt", "exports"))
        tables = open_tables(open_engagement(copy, exports=folder / "exports"))
        return {one.metric: verdict_fields(one) for one in judged_pilot(tables).judged}


def rewritten(text: str, kept: dict[str, dict[str, Any]]) -> str:
    """Return the file's text with the verdict of each figure put in place of the one that stands there."""
    heads = re.split(r"(?m)^(?=- metric: )", text)
    return "".join(_entry(entry, kept) for entry in heads)


def _entry(entry: str, kept: dict[str, dict[str, Any]]) -> str:
    found = re.match(r"- metric: (\w+)", entry)
    if not found or found[1] not in kept:
        return entry
    for key, value in kept[found[1]].items():
        written = f'"{value}"' if key == "reasons" else "null" if value is None else str(value)
        line = f"  {key}: {written}"
        entry = re.sub(rf"(?m)^  {key}: .*$", lambda _found, line=line: line, entry)
    return entry


def main() -> int:
    """Write or compare; return 1 where the files differ and only a comparison was wanted."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--check", action="store_true", help="Compare only.")
    is_check = asked.parse_args().check
    old = []
    for name in SAMPLES:
        path = ROOT / "data_samples" / name / "records" / "evaluations.yml"
        before = path.read_text(encoding="utf-8")
        after = rewritten(before, todays(path.parents[1]))
        if before != after:
            old.append(name)
            if not is_check:
                path.write_text(after, encoding="utf-8")
    sys.stdout.write(f"Changed: {', '.join(old)}.\n" if old else "The samples' verdicts are those of today.\n")
    return 1 if old and is_check else 0


if __name__ == "__main__":
    sys.exit(main())
