# `make note` writes the research note; `make test` runs every check. Both need only make and
# Python 3.11 or newer: they make the environment themselves, from hashed locks.

VENV ?= .venv
OUT ?= out
# More options of `jevons note`, for example ARGS="--as-of 2025-03-11 --lang zh".
ARGS ?=
# Processes that pytest uses.
WORKERS ?= 2
# A Python to build the environment with; found among those installed if not given.
PYTHON ?=

PY := $(VENV)/bin/python
CANDIDATES := $(PYTHON) python3.13 python3.12 python3.11 python3.14 python3 python
PIP_INSTALL := $(PY) -m pip install --disable-pip-version-check --require-virtualenv

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help note test format lock clean environment test-environment

help:
	@echo 'make note    write the note: $(OUT)/note.html (ARGS="--as-of 2025-03-11" for another day)'
	@echo 'make test    run every check: format, lint, spelling, types, layers, tests'
	@echo 'make format  rewrite the code in the project'"'"'s format'
	@echo 'make lock    resolve the dependencies anew (needs uv in $(VENV))'
	@echo 'make clean   remove the environment, results and caches'

note: environment
	@$(PY) -m jevons note --out "$(OUT)" $(ARGS)

test: test-environment
	@echo '== format'
	@$(PY) -m ruff format --check .
	@echo '== lint'
	@$(PY) -m ruff check .
	@echo '== spelling'
	@$(PY) -m codespell_lib
	@echo '== dependencies'
	@$(PY) -m deptry src
	@echo '== types'
	@$(PY) -m mypy
	@echo '== layers'
	@$(PY) -c 'from importlinter.cli import lint_imports_command; lint_imports_command(["--no-logo"])'
	@echo '== tests'
	@$(PY) -m pytest -n $(WORKERS) --quiet

format: test-environment
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

# The versions of the two locks agree because the second is resolved under the first.
UV_COMPILE := $(PY) -m uv pip compile --universal --python-version 3.11 --generate-hashes \
    --no-header --no-annotate --quiet pyproject.toml --group build
lock:
	@$(PY) -m uv --version
	@$(UV_COMPILE) --output-file requirements.lock
	@$(UV_COMPILE) --group test --constraint requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) $(OUT) build dist src/*.egg-info .hypothesis .import_linter_cache \
	    .mypy_cache .pytest_cache .ruff_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# An environment is up to date if the lock, the settings and the folder are those of its
# installation: contents are compared, not times, so a fresh checkout installs nothing twice.
environment: $(PY)
	@$(call install,requirements.lock,run)

test-environment: environment
	@$(call install,requirements-dev.lock,test)

# $(1) lock, $(2) name of the stamp.
define install
set -e; stamp='$(VENV)/installed-$(2)'; \
wanted=$$(echo '$(CURDIR)'; cat $(1) pyproject.toml); \
if [ "$$wanted" != "$$(cat $$stamp 2>/dev/null)" ]; then \
    echo 'Installing $(1) into $(VENV) (the first time takes a few minutes) ...'; \
    $(PIP_INSTALL) --require-hashes --requirement $(1); \
    $(PIP_INSTALL) --quiet --no-deps --no-index --no-build-isolation --editable .; \
    printf '%s\n' "$$wanted" > $$stamp; \
fi
endef

# Rebuilt if missing or if the Python that it was built with is gone.
ifneq ($(shell $(PY) -c 'print("works")' 2>/dev/null),works)
.PHONY: $(PY)
endif
$(PY):
	@for candidate in $(CANDIDATES); do \
	    if $$candidate -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
	        >/dev/null 2>&1; then \
	        echo "Creating $(VENV) with $$($$candidate --version) ..."; \
	        rm -rf $(VENV); exec $$candidate -m venv $(VENV); \
	    fi; \
	done; \
	echo 'No Python 3.11 or newer with the venv module was found (looked for: $(strip $(CANDIDATES)));' \
	    'install one, or name it: make PYTHON=/path/to/python3' >&2; exit 1
