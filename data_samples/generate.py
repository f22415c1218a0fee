"""Make the exports of the generated samples: `python data_samples/generate.py [--only huaxin] [--truth]`.

The exports are the same every time, so they are not kept in the repository. With --truth, truth.json is written anew:
what the generating model says of the sample, computed on many runs of it (takes a minute).
"""

import argparse
import json
import time
from pathlib import Path

from generator.samples import SAMPLES, make_exports
from generator.truth import truth_of

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Make what the command line asks for."""
    parser = argparse.ArgumentParser(description="Make the exports of the generated samples.")
    parser.add_argument("--only", choices=sorted(SAMPLES), action="append", help="make this sample only")
    parser.add_argument("--to", type=Path, default=HERE, help="folder of the engagement folders (default: this one)")
    parser.add_argument("--truth", action="store_true", help="also write truth.json")
    asked = parser.parse_args()
    for name in asked.only or SAMPLES:
        begin = time.perf_counter()
        made = make_exports(SAMPLES[name], asked.to / name / "exports")
        if asked.truth:
            text = json.dumps(
                truth_of(SAMPLES[name], made, HERE / name / "engagement.yml"), ensure_ascii=False, indent=1
            )
            (asked.to / name / "truth.json").write_text(text + "\n", encoding="utf-8")
        print(f"{name}: {asked.to / name / 'exports'} ({time.perf_counter() - begin:.1f} s)")


if __name__ == "__main__":
    main()
