# make help lists what there is. Everything is installed inside this folder: .venv, node_modules, .tools.

SHELL := /bin/sh
.DEFAULT_GOAL := help

UV_VERSION := 0.13.9
UV := .venv/bin/uv
SYNC := sync --quiet --frozen --no-install-project --inexact --python .venv/bin/python
PY := .venv/bin/python
# The first interpreter that is new enough and really runs: a pyenv shim may be there and refuse.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)

export PORT DATA SEED THROTTLES DYNAMODB_ENDPOINT
export PYTHONPATH := layers/shared
# Dozens of processes start here; without the bytecode that the first one leaves, each compiles everything again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run sam-local admin reapply-erasures recount test lint fuzz openapi docs bench quality tools lock-tools word-tables translations build lint-template test-artefact test-browser screenshots icons guards

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1 \2/p' $(MAKEFILE_LIST) | while read -r target text; do printf '  make %-12s %s\n' "$$target" "$$text"; done

# ---------------------------------------------------------------- set-up

setup: .venv/.installed node_modules/.installed ## Installs what is needed to run and test (run does it by itself)

.venv/.installed: uv.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then echo "make: Python 3.11 or newer is needed, and none was found; PYTHON=/path/to/python3 names one" >&2; exit 1; fi
	@test -x $(PY) || "$(PYTHON)" -m venv .venv || { echo "make: $(PYTHON) cannot make a virtual environment; some systems need python3-venv installed" >&2; exit 1; }
	@test -x $(UV) && $(UV) --version | grep -q ' $(UV_VERSION)' || $(PY) -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@# First with the system's certificates (a company's proxy may need them), then with uv's own (a bare image has no others).
	@$(UV) $(SYNC) --system-certs 2>/dev/null || $(UV) $(SYNC)
	@touch $@

# What drives a Chromium: only the gate's last stage and the screenshots need it.
.venv/.browser: .venv/.installed
	@$(UV) $(SYNC) --group browser --system-certs 2>/dev/null || $(UV) $(SYNC) --group browser
	@touch $@

# The local database. Without npm, or on another platform, the local run falls back to one that keeps nothing.
node_modules/.installed: package-lock.json
	@mkdir -p node_modules
	@if [ "$$(uname -sm)" != "Linux x86_64" ]; then echo "dynoxide comes by npm for Linux on x86_64 only; one on PATH is used where there is one"; touch $@; \
	elif ! command -v npm >/dev/null; then echo "no npm here: dynoxide is not installed"; \
	elif npm ci --silent --ignore-scripts --no-audit --no-fund; then touch $@; \
	else echo "npm ci failed: dynoxide is not installed"; fi

# ---------------------------------------------------------------- running

run: setup ## The whole system on http://127.0.0.1:8000 (PORT= DATA= SEED=demo|none THROTTLES=on|off)
	@exec $(PY) -m local

sam-local: setup ## The same through `sam local start-api`, where Docker is there
	@exec $(PY) -m local.sam

admin: setup ## Creates an administrator of a deployed stack (STACK= EMAIL= NAME=), or of the running local one without STACK
	@exec $(PY) -m $(if $(STACK),commands.create_admin --stack "$(STACK)",local.create_admin) --email "$(EMAIL)" --name "$(NAME)"

reapply-erasures: setup ## After a restore of Accounts: erases again whoever had been erased (STACK= ACCOUNTS= MONTHS=)
	@exec $(PY) -m commands.reapply_erasures --stack "$(STACK)" $(if $(ACCOUNTS),--accounts "$(ACCOUNTS)") $(if $(MONTHS),--months "$(MONTHS)")

recount: setup ## Compares the numbers of discussions with their records (STACK=, or the running local one; ARTICLE= REPAIR=yes)
	@exec $(PY) -m commands.recount $(if $(STACK),--stack "$(STACK)") $(if $(ARTICLE),--article "$(ARTICLE)") $(if $(REPAIR),--repair)

# ---------------------------------------------------------------- checking

test: setup .venv/.browser ## The gate: lint, functional, engine, artefact and browser tests, with each stage's time
	@$(PY) -m tests.gate

lint: setup ## The gate's first stage alone: ruff, mypy, and the template's linters
	@$(PY) -m tests.gate lint

fuzz: setup ## The property tests with many more examples
	@HYPOTHESIS_PROFILE=fuzz $(PY) -m pytest tests/unit tests/functional tests/engine

guards: setup ## Takes each guard against races and crashes away: every one of these tests must fail then
	@GUARDS=yes $(PY) -m pytest -n 2 --dist worksteal -k without tests/engine

openapi: setup ## docs/openapi.json and docs/table.md, made from the code
	@$(PY) -m contract

docs: openapi ## The same

bench: setup ## Start-up, warm reads, sizes, first invocations: ratios measured in one run
	@$(PY) -m bench

quality: setup .tools/quality/.installed ## How good the lists are on labelled stories and a log of clicks (DATA=folder QUICK=yes UNDATED=yes)
	@test -n "$(DATA)" || { echo "make: DATA=folder names the stories and clicks to measure on; docs/ranking.md says what they look like" >&2; exit 1; }
	@exec .tools/quality/bin/python -m tests.quality "$(DATA)" $(if $(QUICK),--quick) $(if $(UNDATED),--undated)

# ---------------------------------------------------------------- artefacts

# Each tool in an environment of its own: in one lock they would drag boto3 and each other's old versions along.
tools: .tools/sam/.installed .tools/checkov/.installed ## Installs the SAM CLI with cfn-lint, and checkov, into .tools

LOCKED = pip install --quiet --require-hashes --python .tools/$*/bin/python
.tools/%/.installed: tools/%.txt .venv/.installed
	@$(UV) venv --quiet --clear --python $(PY) .tools/$*
	@$(UV) $(LOCKED) --system-certs -r $< 2>/dev/null || $(UV) $(LOCKED) -r $<
	@touch $@

word-tables: .tools/words/.installed ## Makes the tables of word frequencies anew, after a change of how words are read
	@.tools/words/bin/python -m tools.word_tables

translations: setup ## Brings the site's catalogues up to date, and compiles them (NEW=fr begins one)
	@$(PY) -m tools.translations $(NEW)

lock-tools: .venv/.installed ## Locks the tools' versions anew, after an edit of tools/*.in
	@for tool in sam checkov words quality; do $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--custom-compile-command "make lock-tools" tools/$$tool.in -o tools/$$tool.txt || exit; done

layers/dependencies/requirements.txt: uv.lock
	@$(UV) export --quiet --frozen --no-dev --no-emit-project --no-annotate --no-header -o $@

build: tools layers/dependencies/requirements.txt ## What is deployed, into .aws-sam/build (Runtime=python3.13 Architecture=arm64)
	@$(PY) -m tools.build $(if $(Runtime),Runtime=$(Runtime)) $(if $(Architecture),Architecture=$(Architecture))

lint-template: tools ## cfn-lint, sam validate and checkov on template.yaml
	@$(PY) -m tools.lint

test-browser: setup .venv/.browser ## The reader's site in a real Chromium (CHROMIUM= names one)
	@$(PY) -m pytest tests/browser

screenshots: setup .venv/.browser ## Pictures of the demo's main pages, into docs/screenshots
	@$(PY) -m tests.browser.screenshots

icons: setup .venv/.browser ## The site's icons as PNG and ICO, after a change of favicon.svg
	@$(PY) -m tools.icons

test-artefact: setup tools ## What was built, in Lambda's runtime emulator
	@$(PY) -m pytest tests/artefact
