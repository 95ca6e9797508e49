# The two commands: `make demo` and `make test`. All others: `make help`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test test-conformance lint bench shots messages clean

PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python
# A folder of Python's own environment variables must not reach into ours.
unexport PYTHONPATH PYTHONHOME
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
# Errors alone: newer versions of pip pass on every remark of the build.
PIP_QUIET := -qq --progress-bar off

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.demo ## the example site with its demo data on http://127.0.0.1:$(PORT)/
	@PORT=$(PORT) scripts/demo.sh $(PY)

test: $(VENV)/.test .venv-7.4/.test ## everything that must pass: lint, types, SQLite, Chromium, PostgreSQL, Wagtail 7.4, PDF conformance
	@scripts/test.sh

test-conformance: $(VENV)/.test ## every document against PDF/UA-1 and PDF/A-3a, as veraPDF sees it (part of `make test`)
	@$(PY) scripts/conformance.py

lint: $(VENV)/.test ## ruff and mypy
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check . && $(VENV)/bin/mypy

bench: $(VENV)/.test ## the benchmarks: a table, and benchmarks/results/latest.json
	@scripts/with_postgres.sh $(PY) -m benchmarks

shots: $(VENV)/.test ## a picture of every page of the demo, in shots/
	@$(PY) scripts/shots.py

messages: $(VENV)/.test ## collect and compile the translations (fi, sv)
	@mkdir -p wagtail_mentoring/locale && cd wagtail_mentoring && ../$(VENV)/bin/django-admin makemessages --symlinks --no-obsolete --add-location file -l fi -l sv
	@cd wagtail_mentoring && ../$(VENV)/bin/django-admin compilemessages
	@cd example_project && ../$(VENV)/bin/django-admin makemessages --no-obsolete --add-location file -l fi -l sv -i var
	@cd example_project && ../$(VENV)/bin/django-admin compilemessages -i var

clean: ## remove environments, the demo's state and what tools left (not what git knows)
	rm -rf .venv .venv-7.4 .conformance example_project/var shots build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Environments. The stamps make a second run start at once; a change of the dependencies runs the step again.
$(VENV)/.made:
	@scripts/system_packages.sh demo
	@python=$$(scripts/find_python.sh) && echo "→ Making $(VENV) with $$($$python --version)" && $$python -m venv $(VENV)
	@touch $@

$(VENV)/.demo: setup.cfg pyproject.toml | $(VENV)/.made
	@echo "→ Installing the package and what it needs (the first time about a minute)"
	@$(PY) -m pip install $(PIP_QUIET) -e '.[demo]'
	@touch $@

$(VENV)/.test: setup.cfg pyproject.toml scripts/system_packages.sh | $(VENV)/.made
	@scripts/system_packages.sh test
	@echo "→ Installing the package with its test and lint tools (the first time about a minute)"
	@$(PY) -m pip install $(PIP_QUIET) -e '.[demo,test,lint]'
	@touch $@ $(VENV)/.demo

# Wagtail 7.4 with our dependencies but without our package: the tests run from the clone. pip takes them from setup.cfg.
.PHONY: .venv-7.4
.venv-7.4: .venv-7.4/.test ## an environment with Wagtail 7.4
.venv-7.4/.test: setup.cfg | $(VENV)/.made
	@[ -x .venv-7.4/bin/python ] || { echo "→ Making .venv-7.4 for Wagtail 7.4" && $$(scripts/find_python.sh) -m venv .venv-7.4; }
	@echo "→ Installing Wagtail 7.4 and what the tests need beside it"
	@.venv-7.4/bin/python scripts/requirements.py test > .venv-7.4/requirements.txt
	@.venv-7.4/bin/python -m pip install $(PIP_QUIET) 'wagtail~=7.4.0' -r .venv-7.4/requirements.txt
	@touch $@
