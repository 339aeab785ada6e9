# Needs Python 3.11 or newer with venv, and make; everything else is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAMPLES := clean-html-2022 misprint-2023 glued-2021 prose-only-2023
DEMO := $(wildcard $(SAMPLES:%=eval/samples/%*))

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint corpus bench clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.dev ## install into .venv, with what the tests need

demo: $(VENV)/.base ## extract the samples: one in full, then all in a line each
ifeq ($(DEMO),)
	@echo "There are no samples in eval/samples."
else
	$(BIN)/gouji extract $(firstword $(filter %misprint-2023,$(DEMO)) $(DEMO))
	$(BIN)/gouji extract $(DEMO)
endif

test: setup ## run the tests
	$(BIN)/python -m pytest

lint: setup ## style, types, and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports

corpus: setup ## score the labelled reports
	$(BIN)/python -m eval.score

bench: setup ## measure speed
	$(BIN)/python -m eval.bench

clean: ## remove the virtual environment and caches
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Stamps, so that a second run installs nothing unless pyproject.toml has changed.
$(VENV)/.base: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $(VENV)/.base $@

$(BIN)/python:
	@for python in $(PYTHON) python3.14 python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			exec $$python -m venv $(VENV); \
		fi; \
	done; echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 ..." >&2; exit 1
