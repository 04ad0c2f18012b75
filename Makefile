# `make` lists the targets. Everything runs from .venv, which is made on first need; nothing needs root, and only
# `make compile` a compiler.

MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

COMPILED := .compiled/.installed

.PHONY: help run test compile test-compiled check lint types arch format readme captures bench clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS="$$(printf '\t')" read -r target intent; do \
	  printf '  make %-14s %s\n' "$$target" "$$intent"; done

run: $(RUN) ## judge a capture that comes with the project
	@$(BIN)/kacap analyze captures/urllib3-pool-gunicorn-gevent.pcap

test: $(DEV) ## run the tests, on all processors
	@$(BIN)/python -m pytest -n auto

compile: $(COMPILED) ## compile the core into .compiled (needs a C compiler)

# They count calls of functions, which are C calls here that nobody can count.
NOT_COMPILED := tests/http/test_cost.py::test_an_unfinished_start_line_is_judged_within_its_first_bytes

# What is compiled lies elsewhere, and comes first; PYTHONSAFEPATH keeps the clone itself from coming before it.
test-compiled: $(DEV) $(COMPILED) ## run the tests on the compiled core
	@PYTHONSAFEPATH=1 PYTHONPATH="$(CURDIR)/.compiled:$(CURDIR)" KACAP_EXPECT_CORE=compiled \
	  $(BIN)/python -m pytest -n auto --import-mode=append $(NOT_COMPILED:%=--deselect %)

check: lint types arch $(DEV) ## lint, types, architecture, and the README against the program
	@$(BIN)/python -m tests.check_readme

lint: $(DEV) ## ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(DEV) ## mypy --strict
	@$(BIN)/mypy --strict

arch: $(DEV) ## import-linter: the rooms know only what they may know
	@$(BIN)/lint-imports

format: $(DEV) ## ruff: mend what can be mended
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

readme: $(DEV) ## write the generated blocks of README.md anew
	@$(BIN)/python -m tests.check_readme --write

captures: $(DEV) ## record the captures again: ONLY="name other" (Linux)
	@$(BIN)/python -m captures.lab $(ONLY)
	@$(BIN)/python -m tests.check_readme --write

bench: $(DEV) $(COMPILED) ## measure beside other tools: ONLY="small memory" RECORD=1 KEEP=1 (Linux)
	@$(BIN)/python -m tests.bench $(if $(BENCH_COMPILED),--compiled '$(BENCH_COMPILED)') $(if $(RECORD),--record) $(if $(KEEP),--keep) $(ONLY)
	@$(if $(KEEP),$(BIN)/python -m tests.check_readme --write)

clean: ## remove what was made: .venv, caches, builds
	@rm -rf $(VENV) .compiled .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .lab .bench build dist *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An interpreter that is too old must fail here, in one line, and not later in the middle of pip.
$(BIN)/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo 'kacap needs Python 3.11 or newer: make PYTHON=/path/to/python3.11' >&2; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) || \
	  { rm -rf $(VENV); echo 'python -m venv failed (Debian: apt install python3-venv)' >&2; exit 1; }

$(RUN): pyproject.toml | $(BIN)/python
	@echo 'installing kacap into $(VENV)' >&2
	@$(PIP) install --editable .
	@touch $@

$(COMPILED): setup.py pyproject.toml $(shell find kacap -name '*.py') | $(BIN)/python
	@echo 'compiling kacap into .compiled' >&2
	@rm -rf .compiled
	@KACAP_COMPILE=require $(PIP) install --no-deps --target .compiled .
	@touch $@

$(DEV): pyproject.toml | $(BIN)/python
	@echo 'installing kacap and its development tools into $(VENV)' >&2
	@$(PIP) install --editable '.[dev]'
	@touch $(RUN) $@
