"""Every workbook on every sample: it runs, and a second run by nbval shows the very same outputs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GENERATED = ("huaxin", "alder")
PUBLIC = {"maven": "maven_crm", "purchasing": "purchasing_example", "olist": "olist_funnel"}
SAMPLES = [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in (*GENERATED, *PUBLIC)]


def run_sample(name: str, samples: Path, out: Path) -> Path:
    """Run a sample with the real command and return the folder of its results; skip where its data are absent."""
    command = [sys.executable, "-m", "salesopt_kit.cli", "run", str(samples / name), "--out", str(out), "--jobs", "1"]
    if name in PUBLIC:
        exports = ROOT.parent / "shared" / "data" / PUBLIC[name]
        if not exports.is_dir():
            pytest.skip(f"the public data are not at {exports}")
        command += ["--exports", str(exports)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return (out / name / "latest").resolve()


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLES)
def test_every_workbook_runs_on_the_sample_and_runs_the_same_again(name: str, samples: Path, tmp_path: Path) -> None:
    folder = run_sample(name, samples, tmp_path)
    workbooks = sorted(folder.glob("*.ipynb"))
    assert len(workbooks) == 6
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert {"client", "as_of", "estimates"} <= set(results)
    assert results["estimates"]
    nbval = ["--nbval", "--nbval-current-env", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-c", "/dev/null"]
    command = [sys.executable, "-m", "pytest", *nbval, "--rootdir", str(folder), *map(str, workbooks)]
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stdout[-5000:]
