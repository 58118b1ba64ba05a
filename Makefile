# The menu. On a machine with Python and Rust, `make run` and `make test` do all the set-up themselves.
# What of the machine is needed, and how it is found, is in tools/setup.sh.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

# rustup puts cargo here, and the shell from which it was just installed does not know it yet.
export PATH := $(PATH):$(HOME)/.cargo/bin
# Which interpreter PyO3's build looks at: the one that will load the extension, whatever else is on the PATH.
export PYO3_PYTHON := $(CURDIR)/.venv/bin/python
export PYTHON

PY := .venv/bin/python
# pip looks for the build's maturin on the PATH.
PIP_INSTALL := PATH="$(CURDIR)/.venv/bin:$$PATH" $(PY) -m pip install --quiet
CARGO := cargo
CRATE := --locked --manifest-path wire-rs/Cargo.toml

# A stamp says that a step was finished with what was there then; they go when .venv goes.
# Paths are relative, so that the repository may lie in a folder with spaces in its name.
MADE := .venv/.made
EXTENSION_SOURCES := $(wildcard wire-rs/Cargo.toml wire-rs/Cargo.lock wire-rs/build.rs wire-rs/src/*.rs)
EXTENSION := src/igloo_wire/_wire.abi3.so

.PHONY: help setup run test lint generate bench dist clean FORCE

help: ## Show this menu
	@echo 'Igloo Hub. Each of these first sets up what it needs and is not there yet.'
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo '  PYTHON=/path/to/python3 picks the interpreter of .venv (else: the newest one).'

setup: $(MADE)/dev ## Make .venv with all that running, testing and linting need

run: $(MADE)/packages ## Run the hub, data in .igloo (ARGS=… go to igloo-hub run)
	@$(PY) -m igloo_hub run --data-dir .igloo $(ARGS)

test: $(MADE)/dev ## Pass every test: cargo, then pytest (ARGS=… go to pytest)
	@tools/setup.sh test
	$(CARGO) test $(CRATE)
	$(PY) -m pytest $(ARGS)

lint: $(MADE)/dev ## Check format, lints, types, stubs, and generated files
	@tools/setup.sh lint
	$(PY) -m ruff format --check
	$(PY) -m ruff check
	$(PY) -m mypy
	@# Without a stub, stubtest has nothing to compare and calls that a success.
	test -s src/igloo_wire/_wire.pyi
	$(PY) -m mypy.stubtest --mypy-config-file pyproject.toml igloo_wire._wire
	$(CARGO) fmt --check --manifest-path wire-rs/Cargo.toml
	$(CARGO) clippy $(CRATE) --all-targets -- -D warnings
	$(CARGO) clippy $(CRATE) --all-targets --features python -- -D warnings
	@for generator in tools/generate_*.py; do \
	    echo "$(PY) $$generator --check"; $(PY) "$$generator" --check || exit 1; \
	done

generate: $(MADE)/dev ## Write every generated file anew from its source
	@for generator in tools/generate_*.py; do \
	    echo "$(PY) $$generator"; $(PY) "$$generator" || exit 1; \
	done

bench: $(MADE)/packages ## Measure the hub beside its floors, minutes (ARGS=--quick …)
	@$(PY) -m benchmarks $(ARGS)

dist: $(MADE)/dev ## Build the sdist and, from it, the wheel into dist/
	$(PY) -m build

clean: ## Remove what was made, except for the hub's data in .igloo
	rm -rf .venv dist wire-rs/target src/igloo_wire/*.so .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find src sandbox tools tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# ------------------------------------------------------------------------------------------------------ set-up

# With PYTHON=… the interpreter is compared each time; without, a finished .venv is kept as long as it runs and is where
# it was made. The stamp is touched only when something changed, or everything after it would be done again.
MOVED := $(subst x$(CURDIR),,x$(file <.venv/.place))

$(MADE)/venv: .venv/bin/python $(if $(PYTHON)$(MOVED),FORCE)
	@tools/setup.sh venv
	@mkdir -p $(MADE)
	@[ $@ -nt .venv/bin/python ] || touch $@

# Missing also when the system's interpreter, to which it is a link, has been removed.
.venv/bin/python:
	@tools/setup.sh venv

# maturin stays in .venv, so that a build after a change of the Rust source needs no network. The stamp is as old as the
# build's beginning: what is changed while it runs is built the next time.
BUILD_REQUIRES := import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")

$(MADE)/packages: $(MADE)/venv pyproject.toml $(EXTENSION_SOURCES) $(if $(wildcard $(EXTENSION)),,FORCE)
	@tools/setup.sh rust
	@touch $@.begun
	@$(PY) -c '$(BUILD_REQUIRES)' >$(MADE)/build-requires.txt
	@$(PIP_INSTALL) --requirement $(MADE)/build-requires.txt
	@echo 'installing Igloo Hub into .venv (builds the Rust extension)'
	@$(PIP_INSTALL) --no-build-isolation --editable '.[mqtt]'
	@mv $@.begun $@

# The extension's age does not matter here: its rebuilding asks for no other tools.
$(MADE)/dev: $(MADE)/venv pyproject.toml | $(MADE)/packages
	@echo 'installing the tools for tests and lints into .venv'
	@$(PIP_INSTALL) --no-build-isolation --editable '.[dev]'
	@touch $@
