# Needs Python 3.11 or newer with venv, and make; everything else is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What `make demo` shows, the one printed in full last.
DEMO := clean-html-2022 glued-2021 prose-only-2023 misprint-2023
COMMA := ,
SPACE := $(subst ,, )
DEMO_FILES := $(wildcard $(DEMO:%=eval/samples/%/report.*))

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint corpus bench clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.dev ## install into .venv, with what the tests need

demo: $(VENV)/.base ## extract four samples: a line each, then the one with misprints in full
ifneq ($(words $(DEMO_FILES)),$(words $(DEMO)))
	@echo "eval/samples lacks some of: $(DEMO)" >&2; exit 1
else
	@echo 'Four made-up reports. Every figure of the form is looked for, given a status and checked against the others.'
	@echo '  clean-html-2022   a tidy web page: all printed, all adds up; rows the form does not print are derived'
	@echo '  glued-2021        tables flattened, figures glued (229353446 is 22 9 3 5 3 4 46): row and column sums cut them'
	@echo '  prose-only-2023   tables lost: sentences give some figures, sums prove more, the rest stays missing'
	@echo '  misprint-2023     a page whose figures do not add up: kept as printed, and reported below'
	@echo
	@echo '$$ gouji extract eval/samples/{$(subst $(SPACE),$(COMMA),$(DEMO))}/report.*'
	@$(BIN)/gouji extract --quiet $(DEMO_FILES)
	@echo
	@echo '$$ gouji extract eval/samples/misprint-2023/report.html'
	@$(BIN)/gouji extract $(lastword $(DEMO_FILES))
endif

test: setup ## run the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

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
