# Needs Python 3.11 or newer and make; everything else is installed into .venv.
# On Windows see CONTRIBUTING.md for the same commands without make.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --quiet
NPM := PATH="$(CURDIR)/.venv/bin:$$PATH" npm --loglevel=error
JUDGES := tests/powerbi_tools/node_modules/.package-lock.json
UV ?= $(shell command -v uv || echo .venv/bin/uv)
COMPILE = $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help demo test test-mariadb frontend check format lint types contracts docs bench lock test-lowest clean

help:
	@echo "make demo         the whole way, from generated GA4 and ad data to report and workbook"
	@echo "make test         all tests"
	@echo "make test-mariadb the warehouse tests on MariaDB"
	@echo "make check        format, lint, types, import contracts, docstrings, spelling, tests"
	@echo "make frontend     build the pages of the report (with Node, or one from PyPI)"
	@echo "make format       put the code into form"
	@echo "make docs         write docs/reference/ anew"
	@echo "make bench        time load, clean, ROI and segments against plain pandas"
	@echo "make lock         take the newest versions into requirements"
	@echo "make test-lowest  the tests with the oldest versions that pyproject.toml allows"
	@echo "make clean        remove .venv and caches"

demo: .venv/ready-demo frontend
	.venv/bin/payback demo

test: .venv/ready-test frontend
	$(PY) tests/fetch_chromium.py
	$(PY) tests/fetch_mysql.py
	-$(PY) tests/fetch_mysql.py mariadb
	$(PY) -m pytest -n 2

# The second dialect: what every warehouse must do, on MariaDB. The other tests of MySQL run there in the same way.
test-mariadb: .venv/ready-test
	$(PY) tests/fetch_mysql.py mariadb
	PAYBACK_TEST_MARIADB=1 $(PY) -m pytest -n 2 -k mysql tests/conformance tests/test_mysql_schema.py tests/test_mysql_streams.py

check: .venv/ready-check
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo
	.venv/bin/interrogate --quiet src/payback
	.venv/bin/codespell
	$(MAKE) test-mariadb
	$(MAKE) test

format: .venv/ready-check
	.venv/bin/ruff check --fix --exit-zero --quiet .
	.venv/bin/ruff format .

docs: .venv/ready-test
	$(PY) docs/generate_reference.py

bench: .venv/ready-test
	$(PY) bench/run.py

# Builds only what has changed; Node 20 or newer is used where there is one, else one from PyPI.
frontend: | .venv/ready-node
	$(PY) frontend/build_assets.py

# Each stamp says: the environment holds what these files ask for. A larger set satisfies the smaller ones.
.venv/ready-demo: requirements.txt requirements/build.txt pyproject.toml | .venv/made
	$(PIP) install --require-hashes -r requirements/build.txt -r requirements.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/ready-test: requirements/test.txt requirements/powerbi.txt .venv/ready-demo $(JUDGES)
	$(PIP) install --require-hashes -r requirements/test.txt
	$(PIP) install --require-hashes --no-deps --no-warn-conflicts -r requirements/powerbi.txt
	@touch $@

# Microsoft's parsers that npm brings: they judge the Power BI project in the tests.
$(JUDGES): tests/powerbi_tools/package-lock.json | .venv/ready-node
	cd tests/powerbi_tools && $(NPM) ci

# Node: the machine's from version 20 on, else the one that PyPI carries.
.venv/ready-node: requirements/node.txt | .venv/made
	@command -v npm >/dev/null && node -e 'process.exit(+(parseInt(process.versions.node) < 20))' 2>/dev/null \
		|| $(PIP) install --require-hashes -r requirements/node.txt
	@touch $@

.venv/ready-check: requirements/check.txt .venv/ready-test
	$(PIP) install --require-hashes --no-warn-conflicts -r requirements/check.txt
	@touch $@

.venv/made:
	@test -n "$(PYTHON)" || { echo "Payback needs Python 3.11 or newer: install it, or say make PYTHON=/path/to/python" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

# The newest versions of everything, with hashes and without any address; a smaller set has the versions of the larger.
lock: $(if $(findstring .venv,$(UV)),.venv/bin/uv)
	$(COMPILE) --group build -o requirements/build.txt
	$(COMPILE) pyproject.toml --group test --group check -o requirements/check.txt
	$(COMPILE) pyproject.toml --group test -c requirements/check.txt -o requirements/test.txt
	$(COMPILE) pyproject.toml -c requirements/check.txt -o requirements.txt
	$(COMPILE) pyproject.toml --group test --resolution lowest-direct -o requirements/lowest.txt
	$(COMPILE) --no-deps --group powerbi -o requirements/powerbi.txt
	$(COMPILE) --group node -o requirements/node.txt

.venv/bin/uv: | .venv/made
	$(PIP) install "uv>=0.9"

# A second environment with the lowest versions that pyproject.toml promises to work with.
test-lowest: .venv-lowest/ready frontend
	.venv-lowest/bin/python tests/fetch_chromium.py
	.venv-lowest/bin/python tests/fetch_mysql.py
	.venv-lowest/bin/python -m pytest -n 2 -m "not powerbi"

.venv-lowest/ready: requirements/lowest.txt requirements/build.txt pyproject.toml
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/python -m pip --quiet install --require-hashes -r requirements/build.txt -r requirements/lowest.txt
	.venv-lowest/bin/python -m pip --quiet install --no-deps --no-build-isolation --editable .
	@touch $@

clean:
	rm -rf .venv .venv-lowest build dist htmlcov .coverage .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	rm -rf tests/powerbi_tools/node_modules
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
