# make demo: set up, run the embedded county, write maps/demo/    make test: add what tests need, run them
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt

.PHONY: demo test samples lint check page page-check rooms schemas docs notebooks fuzz faults sweep bench clean

$(VENV)/.run: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("carecircle needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@echo "[1/3] Making $(VENV): once, about a minute with the packages."
	@$(PYTHON) -m venv $(VENV)
	@echo "[2/3] Installing the packages that running needs; pip names each as it comes."
	@$(PIP) -e .
	@touch $@

$(VENV)/.test: $(VENV)/.run
	@echo "Installing what the tests need."
	$(PIP) -e '.[test]'
	@touch $@

$(VENV)/.lint: $(VENV)/.test
	$(PIP) -e '.[test,lint]'
	@touch $@

$(VENV)/.docs: $(VENV)/.test
	$(PIP) -e '.[test,docs]'
	@touch $@

demo: $(VENV)/.run
	@echo "[3/3] Running the embedded county."
	$(BIN)/carecircle demo
	@echo "Double-click maps/demo/index.html to open it."

test: $(VENV)/.test
	@$(BIN)/python -m pytest -n auto --dist worksteal -m "not campaign" $(PYTEST_ARGS)

samples: $(VENV)/.test
	@$(BIN)/python -m pytest -n auto --dist worksteal -m campaign $(PYTEST_ARGS)

fuzz: $(VENV)/.test
	PYTHONPATH=tests $(BIN)/python tests/fuzz.py $(FUZZ)

sweep: $(VENV)/.test
	PYTHONPATH=tests $(BIN)/python tests/sweep.py $(SWEEP)

faults: $(VENV)/.test
	PYTHONPATH=tests $(BIN)/python tests/faults.py $(FAULTS)

node_modules/.installed: package.json
	npm install --no-package-lock --no-audit --no-fund --silent
	@touch $@

page: node_modules/.installed
	@npm run --silent build
	@echo "Built map/page/page.js and sites/page/siting.js in coverage/carecircle/outputs from the modules beside them."

page-check:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory node_modules/.installed && npm run --silent check && npm run --silent held; \
	else echo "skipped: no node here, so the types and the bundle of the map page's scripts are not checked"; fi

lint: $(VENV)/.lint page-check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --strict tests/typed_script.py
	$(BIN)/lint-imports

check: lint samples test

rooms: $(VENV)/.run
	@$(BIN)/python docs/_ext/house.py
	@$(BIN)/python docs/_ext/mirrored.py

schemas: $(VENV)/.run
	@for of in study plan verdicts; do $(BIN)/carecircle schema $$of > docs/schemas/$$of.schema.json; done

docs: $(VENV)/.docs
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build/html
	@echo "Double-click docs/_build/html/index.html to open it."

notebooks: $(VENV)/.test
	$(BIN)/python tests/notebook_runner.py $(NOTEBOOKS)

bench: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[bench]"
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/report.py

clean:
	rm -rf $(VENV) dist build docs/_build docs/generated docs/zh/generated .pytest_cache .mypy_cache .ruff_cache .hypothesis
