# `make app` opens the application, `make test` runs the tests; both make .venv first, with the PYTHON found.
#
#   make app PORT=8600                  another port than 8501
#   make app TORCH_INDEX=URL            look for torch at PyTorch's index of CPU builds, too
#   make test ARGS="tests/test_events.py -x"

PORT ?= 8501
TORCH_INDEX ?=
ARGS ?=
PYTHON ?= $(shell for python in python3 python3.12 python3.11 python3.10 python3.13 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && echo $$python && break; \
	done)
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.10 --no-annotate --no-header $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help app test test-slow check format bench load screenshots lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /make \1	/p' Makefile

app: .venv/.installed-app ## install what is missing and open the application
	$(BIN)/python -m streamlit run app.py --server.address 127.0.0.1 --server.port $(PORT)

# One thread of torch and BLAS a worker: pytest already keeps every core busy. Browser tests run alone: on a busy
# machine what is pressed while a page is drawn anew can be lost.
FAST_TESTS := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 8 -m "not slow and not browser"
BROWSER_TESTS := $(BIN)/python -m pytest -m "browser and not slow"

test: .venv/.installed-dev ## run the tests, those in a browser where a Chromium is found
	$(if $(ARGS),$(BIN)/python -m pytest -m "not slow" $(ARGS),$(FAST_TESTS))
	$(if $(ARGS),,$(BROWSER_TESTS))

test-slow: .venv/.installed-dev ## run the tests that `make test` leaves out
	$(BIN)/python -m pytest -m slow $(ARGS)

check: .venv/.installed-dev ## lint, format, types, direction of imports, spelling
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

format: .venv/.installed-dev ## format, and fix what ruff can fix
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv/.installed-dev ## measure the speed of what someone waits for
	$(BIN)/python -m tests.bench

load: .venv/.installed-dev ## measure twenty visitors at once; ARGS="--visitors 3 --browser"
	$(BIN)/python -m tests.load $(ARGS)

screenshots: .venv/.installed-dev ## renew the pictures of every page in docs
	$(BIN)/python -m tests.screenshots

lock: .venv/.installed-dev ## compile requirements*.txt from pyproject.toml; UPGRADE=--upgrade for newer pins
	$(LOCK) pyproject.toml --output-file requirements.txt
	$(LOCK) pyproject.toml --all-extras --constraints requirements.txt --output-file requirements-dev.txt

clean: ## remove .venv and caches
	rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

.venv/.installed-app: requirements.txt
	$(call install,requirements.txt)
	@touch $@

# requirements-dev.txt contains requirements.txt, so `make app` after this has nothing to install.
.venv/.installed-dev: requirements-dev.txt
	$(call install,requirements-dev.txt)
	@touch .venv/.installed-app $@

define install
@test -n "$(PYTHON)" || { echo "error: no Python 3.10 or newer found; name one: make PYTHON=/path/to/python3"; exit 1; }
@"$(PYTHON)" install.py $(1) --torch-index "$(TORCH_INDEX)"
endef
