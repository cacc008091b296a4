# Needs Python 3.10 or later, make and git. `make` alone lists the targets.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
DEVELOPMENT := $(VENV)/installed-for-development

.DEFAULT_GOAL := help
.PHONY: help init demo demo-ui test test-slow test-lowest test-newest bench mutants lint digest ui doctor clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# What the product needs; the tests' and the linters' packages come on top where they are called.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "Python 3.10 or later is needed: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(DEVELOPMENT): $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(STAMP) ## a digest of invented papers, with no key and no network: about a minute
	@$(BIN)/digest demo

demo-ui: $(STAMP) ## the Dagster UI on the demo, on http://127.0.0.1:3000
	@$(BIN)/digest demo --ui

test: $(DEVELOPMENT) ## the quick tests: two to three minutes on two cores
	@$(BIN)/pytest -n auto -m 'not slow'

test-slow: $(DEVELOPMENT) ## the tests that take longer: real Jekyll, kills, recorded data
	@$(BIN)/pytest -n auto -m slow

# Of those that pyproject.toml allows. Each has an environment of its own: `make test-lowest PYTHON=python3.10`.
test-lowest: ## the quick tests with the oldest versions of what we need
	$(call at_an_end,lowest-direct)

test-newest: ## the quick tests with the newest versions of what we need
	$(call at_an_end,highest)

define at_an_end
	@$(PYTHON) -m venv $(VENV)-$(1)
	@$(VENV)-$(1)/bin/python -m pip install --quiet --disable-pip-version-check uv
	@$(VENV)-$(1)/bin/uv pip install --quiet --python $(VENV)-$(1)/bin/python --resolution $(1) -e '.[dev]'
	@PATH="$(abspath $(VENV)-$(1)/bin):$$PATH" pytest -n auto -m 'not slow'
endef

bench: $(DEVELOPMENT) ## the benchmarks in short, against their limits: four minutes
	@$(BIN)/python -m benchmarks all --short

mutants: $(DEVELOPMENT) ## which changes of one operator or constant no test sees, in what changed since the last run
	@$(BIN)/mutmut run; $(BIN)/mutmut results

lint: $(DEVELOPMENT) ## ruff and mypy
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

init: $(STAMP) ## set up: your categories, language, model
	@$(BIN)/digest init

digest: $(STAMP) ## the newest digest, and any missed since the last one
	@$(BIN)/digest run

ui: $(STAMP) ## the Dagster UI on http://127.0.0.1:3000
	@$(BIN)/digest ui

doctor: $(STAMP) ## check settings, key, endpoint, arXiv and store
	@$(BIN)/digest doctor

clean: ## remove the environment (the store and the posts stay)
	@rm -rf $(VENV)
