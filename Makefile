# Everything a person or CI runs. `make help` lists it.

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
# Scripts of Python in there do not start from a path with blanks and quotes; `python -m` does.
BIN := $(VENV)/bin
# Processes of `make test`: most tests wait for browsers, so more than cores.
TEST_PROCESSES ?= 4
LINT_IMPORTS := $(BIN)/python -c 'from importlinter.cli import lint_imports_command as run; run()'
STAMP := $(VENV)/.installed
JS := clients/js
NODE_STAMP := $(JS)/node_modules/.package-lock.json
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.DEFAULT_GOAL := help
.PHONY: help setup system screen lock demo run test docs test-files test-number-checks test-conversations bench-files bench-imports test-installs test-client-js client-types test-floors test-unit test-integration test-browser read-pages test-pages test-acceptance bench-navigation bench-unwritable mutate-pages mutants faults crash-matrix soak fuzz-api flood bench-gateway bench-accounts bench-uploads bench-reading bench-listeners test-linking test-console test-protection test-crashes lint format clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

setup: system $(STAMP) $(NODE_STAMP) ## install everything needed (fast if it is already there)

system:
	@missing=""; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	command -v chromedriver >/dev/null || missing="$$missing chromium-driver"; \
	command -v setpriv >/dev/null || missing="$$missing util-linux"; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || missing="$$missing python3-venv"; \
	if [ -n "$$missing" ]; then \
	  echo "Installing:$$missing"; \
	  $(SUDO) apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $$missing fonts-liberation fonts-noto-color-emoji >/dev/null; \
	fi

# For the tests whose browser is visible.
screen:
	@command -v Xvfb >/dev/null || { echo "Installing: xvfb"; $(SUDO) apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends xvfb >/dev/null; }

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Whatever index this machine reaches must not stand in a lock file; the hashes say what is meant.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command 'make lock'

$(STAMP): setup.cfg pyproject.toml requirements-build.txt requirements-test.txt
	@echo "Installing the Python packages into $(VENV) (a minute, once) …"
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes -r requirements-build.txt
	@$(PIP) --require-hashes --no-build-isolation -r requirements-test.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

# The JavaScript client: its tests say so where Node is missing, and nothing else needs it.
$(NODE_STAMP): $(JS)/package-lock.json
	@if command -v npm >/dev/null; then cd $(JS) && npm ci --silent && touch node_modules/.package-lock.json; fi

# Not through `setup`: the lock is behind setup.cfg just when one needs this.
lock: ## update the lock files after a change of setup.cfg; to the newest versions: make lock ARGS=--upgrade
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@[ -x $(BIN)/uv ] || $(PIP) uv
	@$(COMPILE) $(ARGS) setup.cfg --extra all --output-file requirements.txt
	@echo setuptools | $(COMPILE) $(ARGS) - --constraints requirements.txt --output-file requirements-build.txt
	@$(COMPILE) $(ARGS) setup.cfg --extra test --constraints requirements.txt --output-file requirements-test.txt

FLOORS := .venv-floors
test-floors: setup ## unit and integration tests with the oldest versions that setup.cfg allows
	@$(BIN)/uv pip compile --quiet --resolution lowest-direct --no-emit-index-url --extra test setup.cfg --output-file $(FLOORS).txt
	@[ -x $(FLOORS)/bin/python ] || $(PYTHON) -m venv $(FLOORS)
	@$(FLOORS)/bin/python -m pip install --quiet --disable-pip-version-check -r $(FLOORS).txt
	@$(FLOORS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(FLOORS)/bin/python -m pytest -p no:anyio tests/unit tests/integration

demo: setup ## a text and a file end to end against the simulator, nothing leaves this machine
	@$(BIN)/python -m whatsapp_tasks.cli.main demo

run: setup ## run everything against the real WhatsApp Web; scan the QR code with your phone
	@$(BIN)/python -m whatsapp_tasks.cli.main up

# Compiled code is kept, also where the environment says not to: the tests start hundreds of our processes.
test: export PYTHONDONTWRITEBYTECODE :=
test: setup screen lint ## lint and all tests
	@$(BIN)/python -m pytest tests -m "not long" -n $(TEST_PROCESSES) --dist worksteal

test-unit: setup ## about a minute, no services
	@$(BIN)/python -m pytest tests/unit

test-integration: setup ## on a real Redis
	@$(BIN)/python -m pytest tests/integration

test-installs: setup ## the wheel in empty environments, one per extra (minutes; packages from the index)
	@$(BIN)/python -m pytest -s tests/integration/test_installs.py

test-client-js: setup ## the JavaScript client against an API that it starts (needs node and npm)
	@$(BIN)/python -m pytest tests/integration/webapp/test_js_client.py

client-types: setup ## generate the JavaScript client's types after a change of the API
	@$(BIN)/python $(JS)/make_types.py

test-browser: setup screen ## in headless Chromium against the simulator
	@$(BIN)/python -m pytest tests/browser

read-pages: ## how the service reads saved pages: PAGES=folder with HTML files (their texts are not shown)
	@$(BIN)/python -m whatsapp_tasks.cli.main doctor --page $(or $(PAGES),$(error PAGES=folder says where the pages are))

test-pages: setup ## every state of the page in every era and language, and a worker on the difficult ones (minutes; a short form is in test-browser)
	@TEST_PAGES=full $(BIN)/python -m pytest tests/browser/pages tests/browser/worker tests/browser/simulator -n $(TEST_PROCESSES) --dist worksteal

test-acceptance: setup screen ## all processes, some of them killed
	@$(BIN)/python -m pytest tests/acceptance

test-files: setup ## a table of 14 files in every era and language, and what can happen to one (minutes; a short form is in test)
	@TEST_FILES=full TEST_PAGES=full $(BIN)/python -m pytest tests/browser/worker/test_files.py tests/browser/pages/test_files.py tests/browser/simulator/test_files.py -n $(TEST_PROCESSES) --dist worksteal

test-number-checks: setup ## 200 numbers checked on the page, half of them unknown, none written to (minutes; a short form is in test)
	@TEST_NUMBER_CHECKS=full $(BIN)/python -m pytest tests/browser/worker/test_number_checks.py

test-conversations: setup ## 1,000 messages of others in 60 chats, 300 sent, 100 faults; received once, in order (hours; a short form is in test; ARGS=--faults 10)
	@$(BIN)/python -m bench.conversations $(ARGS)

docs: setup ## the docs as a site, in var/docs-site; fails for a broken link
	@$(BIN)/python docs/make_site.py

bench-imports: setup ## the time of `import whatsapp_tasks.client` and `send_message` (seconds; on an idle machine)
	@$(BIN)/python -m bench.imports $(ARGS)

bench-navigation: setup ## chats opened inside the page compared with a full load per message (minutes)
	@$(BIN)/python -m bench.navigation $(ARGS)

faults: setup ## the long campaign of faults: 2,000 messages, 300 faults (three quarters of an hour; ARGS=--files: a third of them files)
	@$(BIN)/python -m bench.faults $(ARGS)

mutate-pages: setup ## 500 pages changed at random in ways they have changed before (an hour; a short form is in test)
	@$(BIN)/python -m bench.mutate_pages $(ARGS)

mutants: setup ## decisions of the send path removed; a test must fail for each (minutes; ARGS='--tool FILE …': by mutmut)
	@[ -x $(BIN)/mutmut ] || $(PIP) mutmut
	@$(BIN)/python -m bench.mutants $(ARGS)

bench-unwritable: setup ## every fifth message to somebody who cannot be written to: how long the others wait (a quarter of an hour)
	@$(BIN)/python -m bench.unwritable $(ARGS)

crash-matrix: setup ## everything killed at every point of the send path, both eras (half an hour; ARGS='--content document --content picture': with files)
	@$(BIN)/python -m bench.crash_matrix $(ARGS)

soak: setup ## 1,000 messages on one worker with a leaking page, memory plotted in docs/soak.svg (a quarter of an hour)
	@$(BIN)/python -m bench.soak $(ARGS)

fuzz-api: setup ## Schemathesis against the served API (minutes; FUZZ_EXAMPLES, FUZZ_SEED)
	@$(BIN)/python -m pytest -s tests/integration/webapp/fuzz_api.py

flood: setup ## slow bodies, endless heads and stuck screenshots for two minutes, and how long others wait (a short form is in test)
	@FLOOD_SECONDS=120 $(BIN)/python -m pytest -s tests/integration/webapp/test_flood.py

test-protection: setup ## bans, circuit, recovery, pauses, lost Redis on real processes: all cases (a short form is in test)
	@$(BIN)/python -m pytest tests/acceptance/protection

test-crashes: setup ## a death at every point of the send path (a short form is in test)
	@$(BIN)/python -m pytest tests/acceptance/test_crash_points.py

test-linking: setup screen ## linking with passkeys, a session that moves between hosts: all cases, then 200 rounds (more than an hour; ARGS='--rounds 10')
	@$(BIN)/python -m pytest tests/acceptance/test_passkey_screen.py
	@CONSOLE_FULL=1 $(BIN)/python -m pytest tests/browser/pages/test_passkey.py tests/browser/driver/test_window.py tests/browser/console/test_hand.py tests/integration/session/test_taking_over.py tests/integration/webapp/test_sessions.py tests/acceptance/test_sessions_move.py tests/acceptance/test_linking.py tests/acceptance/test_hand.py
	@$(BIN)/python -m bench.linking $(ARGS)

test-console: setup ## an operator at the console: desktop and phone, pictures into docs/images
	@CONSOLE_FULL=1 CONSOLE_PICTURES=docs/images $(BIN)/python -m pytest tests/browser/console

bench-gateway: setup ## POST /send against Express + BullMQ, on one Redis (minutes; needs wrk and node)
	@$(BIN)/python -m bench.gateway $(ARGS)

bench-files: setup ## seconds per file beside its upload alone, and the worker's memory meanwhile (minutes)
	@$(BIN)/python -m bench.files $(ARGS)

bench-reading: setup ## from a message of another to the webhook, idle and with a full queue (minutes; on an idle machine)
	@$(BIN)/python -m bench.reading_latency $(ARGS)

bench-uploads: setup ## memory of a web process while a file of 60 MiB is uploaded (seconds)
	@$(BIN)/python -m bench.uploads $(ARGS)

bench-listeners: setup ## a web process with 1,000 listeners of GET /events: memory, CPU, events and POST /send (two minutes; needs wrk)
	@$(BIN)/python -m bench.listeners $(ARGS)

bench-accounts: setup ## get, send, list and cancel with 1, 10, 100 and 1,000 accounts (half a minute)
	@$(BIN)/python -m bench.accounts $(ARGS)

lint: setup ## layers, style, types
	@$(LINT_IMPORTS) --no-logo 2>/dev/null || $(LINT_IMPORTS)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check -q .
	@$(BIN)/python -m mypy

format: setup ## format with ruff
	@$(BIN)/ruff format -q .
	@$(BIN)/ruff check -q --fix .

clean: ## remove the files of setup and runs
	rm -rf $(VENV) $(FLOORS) $(FLOORS).txt var .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info build dist
