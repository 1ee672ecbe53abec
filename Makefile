# Two commands matter: `make run` and `make test`. `make` alone lists the others.
PORT ?= 8000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed

.PHONY: help run test check format bench refresh clean
help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Publisher needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

run: $(STAMP) ## a living demo hub at http://127.0.0.1:8000 (PORT=9000 for another port)
	$(BIN)/publisher demo --serve --port $(PORT)

ARGS ?= -n 2 --dist worksteal
test: $(STAMP) ## the whole suite, PostgreSQL and browser parts where they can run
	$(BIN)/python -m pytest $(ARGS)

check: $(STAMP) ## format, lint, types and floors, in under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_house.py

format: $(STAMP) ## put the code in order
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP) ## speed and memory, as ratios with both sides in one run
	$(BIN)/publisher bench all

# A fresh environment, so that nothing of the old one stays; the pins change only when all of it was installed.
refresh: ## newest versions of all that is pinned, time-zone data too; run `make test` after it
	rm -rf $(VENV)-new
	$(PYTHON) -m venv $(VENV)-new
	$(VENV)-new/bin/python -m pip install --quiet --disable-pip-version-check --upgrade -e '.[dev]'
	$(VENV)-new/bin/python -m pip freeze --exclude-editable | LC_ALL=C sort -f > $(VENV)-new/constraints.txt
	mv $(VENV)-new/constraints.txt constraints.txt
	date -u +%F > publisher/pins.txt
	rm -rf $(VENV)-new
	@echo "The pins are new. Now: make test"

clean: ## remove the virtual environment and caches; your data in var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
