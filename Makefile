# make run, make test: everything they need is set up by themselves, in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Where bytecode may not be kept, each of several workers compiles every test for itself.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup dev run test check format lint types bench evaluate chaos lock clean

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/.runtime: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Paperboy needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3.11"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the pinned dependencies into $(VENV) ..."
	@$(PIP) install --require-hashes --only-binary :all: -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing what the tests need into $(VENV) ..."
	@$(PIP) install --require-hashes --only-binary :all: -r requirements-dev.lock
	@touch $@

setup: $(VENV)/.runtime ## make .venv with the paperboy command in it
dev: $(VENV)/.dev ## the same, with what development needs

run: setup ## start the bot: on Discord with DISCORD_TOKEN, at this terminal without
	@$(BIN)/paperboy run

test: dev ## all tests that can run on this machine
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal

check: dev ## format, lint, types, tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@# Meanwhile the tests are compiled, once: from a clean checkout each worker would do it for itself.
	@$(BIN)/python -m pytest --collect-only -q >/dev/null & $(BIN)/mypy; passed=$$?; wait; exit $$passed
	@$(MAKE) --no-print-directory test

format: dev ## put every file in its form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: dev ## measure; prints a table of ratios
	@$(BIN)/python -m benchmarks

evaluate: setup ## how good the answers are, and what attacks on them achieve
	@$(BIN)/paperboy evaluate

SEED ?= 1
KILLS ?= 1000
chaos: dev ## kill the program a thousand times in bad weather; fewer or others with KILLS= and SEED=
	@$(BIN)/python -m tests.acceptance.chaos --seed $(SEED) --kills $(KILLS)

lock: ## pin every dependency anew (needs uv)
	@uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o requirements.lock
	@uv pip compile pyproject.toml --extra build --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q -c requirements.lock -o requirements-dev.lock

clean: ## remove the environment and every cache; the store in data/ stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
