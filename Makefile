# One word each. Every command sets up what it needs first: python3 (3.11 or newer) and make are enough.
# With uv on the PATH the set-up takes seconds; without it pip does the same.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
FOLDERS := sdk store collector correlator api dashboards server tests benchmarks examples
SOURCES := $(foreach folder,$(wildcard $(FOLDERS)),$(if $(shell find $(folder) -name '*.py' -print -quit),$(folder)))
BENCHMARKS := $(subst _,-,$(patsubst benchmarks/%.py,%,$(wildcard benchmarks/bench_*.py)))
JAVASCRIPT := tests/collector/javascript tests/api/clickhouse/javascript
NODE_MODULES := $(if $(shell command -v npm),$(JAVASCRIPT:=/node_modules/.installed))
PROJECTS := pyproject.toml sdk/pyproject.toml
# Several commands start Python processes; with its bytecode cached each starts in half the time.
export PYTHONDONTWRITEBYTECODE :=
.DEFAULT_GOAL := help
.PHONY: help setup demo up test test-long lint bench bench-figures pm4py $(BENCHMARKS) docs dashboards lock clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

setup: $(VENV)/.dev  ## the development environment in .venv
	@echo "Ready: $(VENV)"

demo: $(VENV)/.runtime  ## a minute of a simulated firm's integrations, then its stuck invoices
	@$(BIN)/spanledger demo

up: $(VENV)/.runtime  ## the platform in one process, on ./spanledger-data
	@$(BIN)/spanledger up

test: lint $(NODE_MODULES)  ## lint, types, import rules and the tests
	@$(BIN)/python -m pytest -n 2 -q -m "not long"

test-long: $(VENV)/.dev  ## the tests that take minutes
	@$(BIN)/python -m pytest -n 2 -q -m long

# Real clients in JavaScript, for the tests that send and ask with them; without npm they are skipped.
%/node_modules/.installed: %/package-lock.json
	@echo "Installing the JavaScript clients of $* ..."
	@cd $* && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

lint: $(VENV)/.dev  ## ruff, mypy --strict and the import rules
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check --quiet $(SOURCES)
	@$(BIN)/mypy $(SOURCES)
	@mkdir -p build
	@$(BIN)/lint-imports > build/lint-imports.txt || { cat build/lint-imports.txt; exit 1; }

bench: $(VENV)/.dev  ## every benchmark, one after the other; bench-NAME runs one of them
	@for script in benchmarks/bench_*.py; do \
	    $(BIN)/python -m "benchmarks.$$(basename "$$script" .py)" $(BENCH_FLAGS) || exit 1; \
	done

pm4py: build/pm4py/.installed  ## pm4py (AGPL) into build/pm4py, for bench-real-logs alone

build/pm4py/.installed: benchmarks/requirements-pm4py.txt
	@$(PYTHON) -m venv build/pm4py
	@if command -v uv > /dev/null; then \
	    uv pip install --quiet --python build/pm4py/bin/python --require-hashes -r $<; \
	else \
	    build/pm4py/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<; \
	fi
	@touch $@

bench-figures: $(VENV)/.dev
	@$(BIN)/python -m benchmarks.end_to_end.figures

$(BENCHMARKS): $(VENV)/.dev
	@$(BIN)/python -m benchmarks.bench_$(subst -,_,$(@:bench-%=%)) $(BENCH_FLAGS)

docs: $(VENV)/.dev  ## the reference pages that are made from the code
	@$(BIN)/python -m spanledger_server.reference docs

dashboards: $(VENV)/.dev  ## Grafana dashboards anew, from the code that makes them
	@$(BIN)/python -W ignore -m spanledger_dashboards.building.catalogue

lock:  ## new locks, from pyproject.toml and sdk/pyproject.toml (needs uv)
	@command -v uv > /dev/null || { echo "make lock needs uv on the PATH."; exit 1; }
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    --no-emit-package spanledger $(PROJECTS) --group build -o requirements/runtime.txt $(LOCK_FLAGS)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    --no-emit-package spanledger $(PROJECTS) --group dev -c requirements/runtime.txt \
	    -o requirements/dev.txt $(LOCK_FLAGS)

clean:  ## remove everything that make made
	rm -rf $(VENV) build dist sdk/dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps: a lock or a project file newer than its stamp installs again. The development lock holds all of the
# runtime lock in the same versions, so one environment serves both.
$(VENV)/.runtime: requirements/runtime.txt $(PROJECTS) | $(VENV)/pyvenv.cfg
	$(call install,requirements/runtime.txt)
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(PROJECTS) | $(VENV)/pyvenv.cfg
	$(call install,requirements/dev.txt)
	@mkdir -p build
	@touch $(VENV)/.runtime $@

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Spanledger needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	    { rm -rf $(VENV); echo "$(PYTHON) cannot make a virtual environment (on Debian and Ubuntu: install python3-venv)."; exit 1; }

define install
	@echo "Installing $(1) into $(VENV) ..."
	@if command -v uv > /dev/null; then \
	    uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1) && \
	    uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e ./sdk -e .; \
	else \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1) && \
	    $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e ./sdk -e .; \
	fi
endef
