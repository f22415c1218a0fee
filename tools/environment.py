"""Write environment.yml from pyproject.toml, so that conda users get the same dependencies and bounds.

`--check` writes nothing and fails if the file differs.
"""

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONDA_NAMES = {"ruamel-yaml": "ruamel.yaml", "ibis-framework[duckdb]": "ibis-duckdb", "duckdb": "python-duckdb"}
NOT_ON_CONDA = ("pylopdf-fonts-zh-cn", "typst")  # conda has a typst too, which is the program alone
"""Packages that only PyPI has; pip installs them into the conda environment."""


def environment() -> str:
    """Return the text of environment.yml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    conda = [f"  - python{project['requires-python']}", "  - pip"]
    pip = ["      - --editable ."]
    for dependency in project["dependencies"]:
        name = dependency.split(">")[0].split("<")[0]
        if name in NOT_ON_CONDA:
            pip.append(f"      - {dependency}")
        else:
            conda.append(f"  - {dependency.replace(name, CONDA_NAMES.get(name, name), 1)}")
    head = ["# Made by `make environment` from pyproject.toml.", "name: salesopt", "channels:", "  - conda-forge"]
    return "\n".join([*head, "dependencies:", *conda, "  - pip:", *pip, ""])


def main() -> int:
    """Write or check the file; return the exit code."""
    path = ROOT / "environment.yml"
    if "--check" not in sys.argv:
        path.write_text(environment(), encoding="utf-8")
    elif path.read_text(encoding="utf-8") != environment():
        print("environment.yml differs from pyproject.toml; run `make environment`.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
