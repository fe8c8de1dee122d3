# Every target sets itself up: the first run makes a virtual environment in .venv, later runs find it there.
# Another interpreter: make test PYTHON=python3.13

PYTHON ?= python3
VENV ?= .venv

# One stamp per interpreter: asking for another one builds the environment anew. What somebody else made there stays.
CORE := $(VENV)/core-of-$(subst /,-,$(PYTHON))
DEV := $(VENV)/dev-of-$(subst /,-,$(PYTHON))
PEERS := $(VENV)/peers-of-$(subst /,-,$(PYTHON))

export PIP_DISABLE_PIP_VERSION_CHECK = 1
PIP_INSTALL := $(VENV)/bin/python -m pip install --quiet --quiet --no-input
PYTEST := $(VENV)/bin/python -m pytest -q -n 2 --dist worksteal

.PHONY: help demo serve check test test-long test-crash bench bench-check clean

help:
	@echo "make demo       start AES and OES, trade between two accounts, show everything, stop"
	@echo "make serve      keep AES, OES and MDS running and say how to connect"
	@echo "make test       ruff, mypy, then all tests with ordinary counts"
	@echo "make test-long  all tests with full counts (at most an hour)"
	@echo "make test-crash kill, stop and starve servers under load, with full counts (a quarter of an hour)"
	@echo "make bench      one table of all speed goals, beside a C limit and the peers (about five minutes)"
	@echo "make bench-check  the same, and fail when a figure is more than a fifth below benchmarks/baselines.json"
	@echo "make check      ruff and mypy alone"
	@echo "make clean      remove what the other targets made"

demo: $(CORE)
	@$(VENV)/bin/handoff demo

serve: $(CORE)
	@$(VENV)/bin/handoff serve

check: $(DEV)
	@$(VENV)/bin/python -m ruff check
	@$(VENV)/bin/python -m mypy

test: check
	@$(PYTEST)

test-long: check
	@HANDOFF_LONG=1 $(PYTEST)

test-crash: $(DEV)
	@HANDOFF_LONG=1 $(PYTEST) tests/crash

bench: $(PEERS)
	@$(VENV)/bin/python -m benchmarks.goals

bench-check: $(PEERS)
	@$(VENV)/bin/python -m benchmarks.goals --check

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(CORE): pyproject.toml
	@echo "making $(VENV) ..."
	@$(PYTHON) -m venv $(if $(wildcard $(VENV)/core-of-*),--clear) $(VENV)
	@$(PIP_INSTALL) -e .
	@touch $@

$(DEV): $(CORE)
	@echo "installing the development tools ..."
	@$(PIP_INSTALL) -e '.[dev]'
	@touch $@

# Where the peers cannot be had, the table says so; the next run tries again.
$(PEERS): $(CORE)
	@echo "installing the peers of the benchmarks ..."
	@if $(PIP_INSTALL) -e '.[bench]'; then touch $@; else echo "they cannot be installed here"; fi
