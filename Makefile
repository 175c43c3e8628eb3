# `make` lists the targets. One environment, .venv, serves them all; the demo needs a part of it.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
SERVE ?= 1
PORT ?= 8000
ARGS ?=

UV := .uvboot/bin/uv
ENVIRONMENT := .venv/.installed
EVERYTHING := .venv/.everything
PACKAGES := api data drift fairness scoring
SOURCES := $(PACKAGES) bench deploy tests

export UV_SYSTEM_CERTS := 1
export UV_PYTHON_DOWNLOADS := never
export DO_NOT_TRACK := 1

.PHONY: help demo demo-year test check format bench clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

demo: $(ENVIRONMENT) ## Generate, train, promote, score three and serve (SERVE=0 ends after scoring; PORT=8000)
	@.venv/bin/python -m api.cli demo $(if $(filter 0 no false,$(SERVE)),--no-serve,--serve) --port $(PORT)

demo-year: $(ENVIRONMENT) ## Live through two years of a made-up lender and chart them (ARGS="--fast")
	@.venv/bin/python -m api.cli demo-year $(ARGS)

test: $(EVERYTHING) ## Run all tests (ARGS="-k contract" passes options to pytest)
	@.venv/bin/python -m pytest $(ARGS)

check: $(EVERYTHING) ## Formatting, lint, types, import rule and file lengths
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo
	@.venv/bin/python -m pytest --quiet tests/architecture/test_source.py

format: $(EVERYTHING) ## Format the code and mend what lint can mend
	@.venv/bin/ruff check --fix-only --quiet .
	@.venv/bin/ruff format .

bench: $(EVERYTHING) ## Run every benchmark and print its ratios
	@set -e; for script in $(sort $(wildcard bench/*.py bench/*/*.py)); do .venv/bin/python "$$script"; done

clean: ## Remove caches and build output (keeps .venv and .microscore)
	@rm -rf dist .coverage* .hypothesis .schemathesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find $(SOURCES) -name __pycache__ -prune -exec rm -rf {} +

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { echo \
	  'microscore needs Python 3.11, 3.12 or 3.13; name one: make PYTHON=python3.12 ...' >&2; exit 1; }
	@$(PYTHON) -m venv .uvboot
	@.uvboot/bin/pip install -qq --disable-pip-version-check 'uv>=0.13,<0.14'

$(ENVIRONMENT): pyproject.toml uv.lock scoring/kernel/treeshap.c scoring/kernel/build.py | $(UV)
	@echo 'Installing the locked packages into .venv ...'
	@$(UV) sync --quiet --frozen --inexact --extra jobs --python .uvboot/bin/python
	@.venv/bin/python -m scoring.kernel
	@touch $@

$(EVERYTHING): $(ENVIRONMENT)
	@echo 'Installing what tests and clusters need as well ...'
	@$(UV) sync --quiet --frozen --all-extras --python .uvboot/bin/python
	@touch $@
