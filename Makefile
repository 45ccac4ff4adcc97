# `make help` lists what can be done here. Each target sets up what it needs in .venv; nothing is installed outside this folder.

PYTHON ?= python3
PYTEST_ARGS ?=
UPGRADE ?=
UV ?= uv==0.13.8
PEERS ?= vdirsyncer==0.21.0
# Tests wait for servers and processes half of their time: three at a time for two processors.
JOBS ?= $(shell n=$$(( ($$(getconf _NPROCESSORS_ONLN) * 3 + 1) / 2 )); echo $$(( n < 12 ? n : 12 )))

PREFIX ?= /usr/local
DESTDIR ?=
HOME_OF = $(DESTDIR)$(PREFIX)/lib/tasksync
PLACES := lib/systemd/system share/man/man1 share/bash-completion/completions share/zsh/site-functions \
	share/fish/vendor_completions.d share/doc/tasksync
UNITS := $(wildcard systemd/*)
DOCUMENTS := config/tasksync.example.toml config/grafana-dashboard.json config/prometheus-alerts.yaml docs/operations.md

VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
# What was compiled once is kept: the tests start hundreds of processes.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint torture bench mutants install uninstall lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-9s %s\n", $$1, $$2 }'

demo: $(VENV)/.runtime ## tasks move between sandboxes of the vendors, on this machine alone
	$(BIN)/tasksync demo

test: $(VENV)/.dev ## the tests (PYTEST_ARGS="-k word" to choose)
	$(BIN)/python -m pytest -n $(JOBS) --dist=worksteal --hypothesis-profile=ci $(PYTEST_ARGS)

lint: $(VENV)/.dev ## style, formatting, types, arrows between modules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

torture: $(VENV)/.dev ## the long campaigns: everything that invents its input, with thousands of examples
	TASKSYNC_TORTURE=1 $(BIN)/python -m pytest -n $(JOBS) --dist=worksteal --hypothesis-profile=torture -m "torture or hypothesis" $(PYTEST_ARGS)
	$(BIN)/python -m tests.simulation --histories 10000 --seed 10000
	$(BIN)/python -m tests.service.endurance --hours 24
	$(BIN)/python -m tests.service.endurance --minutes 30
	$(BIN)/python -m tests.mutation

bench: $(VENV)/.dev peers ## the benchmarks, and beside us the peers that can be installed
	$(BIN)/python -m benchmarks

# A peer is measured, and is no dependency: it has an environment of its own, and without it ours is measured alone.
.PHONY: peers
peers: $(VENV)-peers/.made

$(VENV)-peers/.made: benchmarks/peers.lock
	@rm -rf $(VENV)-peers
	@$(PYTHON) -m venv $(VENV)-peers && $(VENV)-peers/bin/python -m pip install --quiet --require-hashes -r $< && touch $@ || \
		{ rm -rf $(VENV)-peers; echo "The peers could not be installed: ours will be measured alone." >&2; }

mutants: $(VENV)/.dev ## changes each condition and statement of the pure core: do its tests notice? (minutes)
	$(BIN)/python -m tests.mutation

# DESTDIR is put before every path and stands in none of the files; the environment below lib is run by its interpreter alone.
install: ## for the machine: PREFIX=/usr/local, DESTDIR= for a package
	$(check-python)
	$(check-shared)
	$(PYTHON) -m venv --clear --without-pip "$(HOME_OF)"
	$(PYTHON) -m venv --clear "$(HOME_OF)/.tools"
	"$(HOME_OF)/.tools/bin/python" -m pip --python "$(HOME_OF)/bin/python" install --quiet --no-compile --require-hashes -r requirements.lock
	install -d "$(HOME_OF)/.source" && cp -r sync connectors pyproject.toml README.md LICENSE "$(HOME_OF)/.source"
	"$(HOME_OF)/.tools/bin/python" -m pip --python "$(HOME_OF)/bin/python" install --quiet --no-compile --no-deps --no-build-isolation "$(HOME_OF)/.source"
	rm -rf "$(HOME_OF)/.tools" "$(HOME_OF)/.source"
	sed -i '/^command = /d' "$(HOME_OF)/pyvenv.cfg"
	find "$(HOME_OF)/lib" -path '*/tasksync-*.dist-info/direct_url.json' -delete
	find "$(HOME_OF)/bin" -mindepth 1 ! -name 'python*' -delete
	"$(HOME_OF)/bin/python" -m compileall -qq $(if $(DESTDIR),-s "$(DESTDIR)" -p /) "$(HOME_OF)/lib" || true
	chmod -R u=rwX,go=rX "$(HOME_OF)"
	install -d $(foreach place,bin $(PLACES),"$(DESTDIR)$(PREFIX)/$(place)")
	printf '%s\n' '#!/bin/sh' 'exec "$(PREFIX)/lib/tasksync/bin/python" -I -m sync "$$@"' > "$(DESTDIR)$(PREFIX)/bin/tasksync"
	chmod 755 "$(DESTDIR)$(PREFIX)/bin/tasksync"
	cd "$(HOME_OF)" && bin/python -I -m sync.cli.manual > "$(DESTDIR)$(PREFIX)/share/man/man1/tasksync.1"
	cd "$(HOME_OF)" && _TASKSYNC_COMPLETE=source_bash bin/python -I -m sync > "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/tasksync"
	cd "$(HOME_OF)" && _TASKSYNC_COMPLETE=source_zsh bin/python -I -m sync > "$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_tasksync"
	cd "$(HOME_OF)" && _TASKSYNC_COMPLETE=source_fish bin/python -I -m sync > "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/tasksync.fish"
	for unit in $(UNITS); do sed 's#/usr/local/bin/#$(PREFIX)/bin/#' "$$unit" > "$(DESTDIR)$(PREFIX)/lib/systemd/system/$${unit##*/}"; done
	install -m 644 $(DOCUMENTS) "$(DESTDIR)$(PREFIX)/share/doc/tasksync"
	cd "$(DESTDIR)$(PREFIX)" && chmod 644 share/man/man1/tasksync.1 share/bash-completion/completions/tasksync \
		share/zsh/site-functions/_tasksync share/fish/vendor_completions.d/tasksync.fish $(addprefix lib/systemd/system/,$(notdir $(UNITS)))

uninstall: ## take away what install put there; configuration and store stay
	rm -rf "$(HOME_OF)" "$(DESTDIR)$(PREFIX)/share/doc/tasksync"
	rm -f "$(DESTDIR)$(PREFIX)/bin/tasksync" "$(DESTDIR)$(PREFIX)/share/man/man1/tasksync.1"
	rm -f "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/tasksync" "$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_tasksync"
	rm -f "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/tasksync.fish"
	rm -f $(foreach unit,$(notdir $(UNITS)),"$(DESTDIR)$(PREFIX)/lib/systemd/system/$(unit)")

lock: ## resolve the dependencies again; UPGRADE=--upgrade takes the newest of each
	$(check-python)
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet '$(UV)'
	$(call compile,requirements.lock,--extra postgres,)
	$(call compile,requirements-dev.lock,--extra postgres --extra dev,--constraint requirements.lock)
	echo '$(PEERS)' | $(VENV)-lock/bin/uv pip compile --quiet - $(lock-form) $(UPGRADE) --output-file benchmarks/peers.lock

clean: ## remove all that these targets made
	rm -rf $(VENV) $(VENV)-lock $(VENV)-peers build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than what it was made from, and is written last: an interrupted set-up starts again.
$(VENV)/.made:
	$(check-python)
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.runtime: $(VENV)/.made requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

define check-python
@command -v $(PYTHON) >/dev/null || { \
	echo "There is no $(PYTHON) here. Install Python 3.11 or newer (Debian: apt install python3 python3-venv)," >&2; \
	echo "or name yours: make PYTHON=/path/to/python3.11" >&2; exit 1; }
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "$(PYTHON) is $$($(PYTHON) -V 2>&1); tasksync needs 3.11 or newer. Name another: make PYTHON=/path/to/python3.11" >&2; exit 1; }
@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	echo "$(PYTHON) cannot make virtual environments. Install its venv package (Debian: apt install python3-venv)." >&2; exit 1; }
endef

# A service is another user, and sees no home folder.
define check-shared
@$(PYTHON) -c 'import pathlib, sys; p = pathlib.Path(sys.base_prefix).resolve(); \
	sys.exit(p.parts[1:2] in (("root",), ("home",)) or not all(f.stat().st_mode & 1 for f in (p, *p.parents)))' || { \
	echo "$(PYTHON) belongs to one user, and a service could not run it. Name the machine's: make install PYTHON=/usr/bin/python3" >&2; exit 1; }
endef

# The build backend goes into the locks too: the project itself is then installed without fetching anything that has no hash.
build-requires = import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")
lock-form = --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-annotate --no-header
define compile
$(PYTHON) -c '$(build-requires)' | $(VENV)-lock/bin/uv pip compile --quiet pyproject.toml - $(lock-form) $(2) $(3) $(UPGRADE) --output-file $(1)
endef
