# `make demo` and `make test` do all of their own set-up; everything lives in .venv.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
POSTGRES := $(wildcard /usr/lib/postgresql/*/bin/initdb)
JAVA := $(shell java -version >/dev/null 2>&1 && echo yes)

.PHONY: demo test test-postgres test-spark test-long setup lab lint messages constraints environment benchmark clean

demo: setup  ## run the sample engagements and say where to look
	$(BIN)/salesopt demo

test: setup  ## all that CI runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/messages.py --check
	$(BIN)/python tools/environment.py --check
	$(BIN)/salesopt schema --check
	$(BIN)/nbstripout --keep-id --verify workbooks/*.ipynb
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m 'not postgres and not spark and not long'
	@$(MAKE) --no-print-directory test-postgres
	@$(MAKE) --no-print-directory test-spark

test-postgres: setup $(if $(POSTGRES),.venv/postgres)  ## do metrics and records do the same on PostgreSQL? (two minutes; a part of `make test`)
ifdef POSTGRES
	$(BIN)/python -m pytest -m postgres -rs tests/backends tests/records
else
	@echo 'Tests on PostgreSQL: skipped, for its server is not installed (on Debian: apt install postgresql).'
endif

test-spark: setup $(if $(JAVA),.venv/spark)  ## do the metrics say the same on Spark? (two and a half minutes; the last step of `make test`)
ifdef JAVA
	$(BIN)/python -m pytest -m spark -rs tests/backends
else
	@echo 'Tests on Spark: skipped, for Java is not installed (on Debian: apt install default-jre-headless).'
endif

test-long: setup  ## do the intervals hold the truth over samples that nobody chose? (six minutes; not a part of `make test`)
	$(BIN)/python -m pytest -n 2 -m long

.venv/postgres .venv/spark: .venv/%: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[$*]'
	touch $@

setup: .venv/ready

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("salesopt-kit needs Python 3.11 or newer; set PYTHON=...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	$(BIN)/python -m ipykernel install --sys-prefix --name python3 --display-name 'salesopt-kit'
	touch .venv/ready

lab: setup  ## open the workbooks in JupyterLab
	$(BIN)/jupyter lab workbooks

messages: setup  ## compile the translations
	$(BIN)/python tools/messages.py

constraints: setup  ## pin every version anew
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --extra benchmark --extra postgres --extra spark --no-annotate --no-header --upgrade pyproject.toml --output-file constraints.txt

environment: setup  ## write environment.yml from pyproject.toml
	$(BIN)/python tools/environment.py

benchmark: setup  ## time the kit against plain pandas and polars
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[benchmark]'
	$(BIN)/python benchmarks/core_metrics.py
	$(BIN)/python benchmarks/flow.py
	$(BIN)/python benchmarks/resampling.py

clean:  ## remove the virtual environment and what was run
	rm -rf .venv outputs/* data_samples/*/exports data_samples/*/.salesopt data_samples/*/records.sqlite*
