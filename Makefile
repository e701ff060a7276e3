# `make run` and `make test` are all a newcomer needs; `make` alone lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
SOURCES := appliance captive_portal modem sync_agent wifi_gate firmware_config software_update command_center mqtt_link blob_transfer durable_files web demo

.DEFAULT_GOAL := help
.PHONY: help run test vm-test stick-test kiosk-browser-test quick check lint types contracts bench bench-city bench-sync bench-fleet bench-sms bench-card bench-dashboard bench-portal bench-box bench-load powercuts triage-report triage-model soak screenshots golden i18n status dialog deb image image-test clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /  make \1|/' | column -t -s '|'

$(VENV)/demo.stamp: pyproject.toml
	@sh scripts/make-venv.sh $(PYTHON) $(VENV) demo
	@touch $@

$(VENV)/dev.stamp: pyproject.toml
	@sh scripts/make-venv.sh $(PYTHON) $(VENV) dev
	@touch $@ $(VENV)/demo.stamp

run: $(VENV)/demo.stamp ## start everything in demonstration mode; Ctrl-C stops it
	@exec $(BIN)/posko demo run

test: $(VENV)/dev.stamp ## install what the tests need (packages too, where root), then test
	@sh scripts/install-test-packages.sh
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

vm-test: $(VENV)/dev.stamp ## only the box in a virtual machine with simulated radios (as root, minutes)
	@sh scripts/install-test-packages.sh
	$(BIN)/pytest tests/vm

kiosk-browser-test: $(VENV)/dev.stamp ## only the browsers of kiosk and setup on a box of 1 GB, on a screen in memory (as root; the first time ten minutes)
	@sh scripts/install-test-packages.sh
	$(BIN)/pytest -s tests/nspawn/kiosk_browser.py tests/nspawn/setup_browser.py tests/nspawn/kiosk_memory.py

stick-test: $(VENV)/dev.stamp ## only sticks, for backups and updates, on a USB port of the virtual machine (as root, minutes)
	@sh scripts/install-test-packages.sh
	$(BIN)/pytest tests/vm/sticks.py

quick: $(VENV)/dev.stamp ## only the tests that take no real processes (seconds)
	$(BIN)/pytest -q -m "not slow"

check: lint types contracts test ## all that CI runs

lint: $(VENV)/dev.stamp ## ruff: style and mistakes
	$(BIN)/ruff format --check $(SOURCES) tests bench scripts
	$(BIN)/ruff check $(SOURCES) tests bench scripts

types: $(VENV)/dev.stamp ## mypy --strict
	$(BIN)/mypy

contracts: $(VENV)/dev.stamp ## who may import whom
	$(BIN)/lint-imports

bench: $(VENV)/dev.stamp ## speed as ratios against named baselines, in one run
	$(BIN)/python -m bench

bench-sync: $(VENV)/dev.stamp ## draining an outage against a mosquitto bridge (EVENTS=20000)
	@sh scripts/install-test-packages.sh
	$(BIN)/python -m bench.sync --events $(or $(EVENTS),20000)

bench-fleet: $(VENV)/dev.stamp ## all 7,277 kecamatan on one broker: storm, steady day, dead broker
	@sh scripts/install-test-packages.sh
	$(BIN)/python -m bench.fleet

bench-card: $(VENV)/dev.stamp ## what a busy day of a whole box writes to its card (as root, a quarter of an hour)
	@sh scripts/install-test-packages.sh
	$(BIN)/python -m bench.card_day

bench-dashboard: $(VENV)/dev.stamp ## the city's main pages with a million stored requests
	$(BIN)/python -m bench.dashboard
	$(BIN)/python -m bench.inboxes
	$(BIN)/python -m bench.upgrade

bench-city: $(VENV)/dev.stamp ## what the city stores a second, on SQLite and PostgreSQL, with 1, 2 and 4 receivers
	@sh scripts/install-test-packages.sh
	$(BIN)/python -m bench.city

bench-sms: $(VENV)/dev.stamp ## the SMS part against gammu-smsd and smstools on one simulated modem
	@sh scripts/install-test-packages.sh
	$(BIN)/python -m bench.sms

bench-portal: $(VENV)/dev.stamp ## the captive portal against openNDS, in network namespaces (as root)
	@sh scripts/install-test-packages.sh
	$(BIN)/python -m bench.portal

bench-box: $(VENV)/dev.stamp ## a box with 512 MB in a virtual machine: boot, and memory of each daemon (as root, minutes)
	@sh scripts/install-test-packages.sh
	$(BIN)/python -u -m bench.box

bench-load: $(VENV)/dev.stamp ## that box under load for half an hour (as root, an hour or two; MINUTES=30)
	@sh scripts/install-test-packages.sh
	$(BIN)/python -u -m bench.box_load --minutes $(or $(MINUTES),30)

powercuts: $(VENV)/dev.stamp ## power cuts of a whole box under load in a virtual machine (as root, an hour; ROUNDS=25 SEED=...)
	@sh scripts/install-test-packages.sh
	$(BIN)/python -u -m bench.powercuts --rounds $(or $(ROUNDS),25) $(if $(SEED),--seed $(SEED))

triage-report: $(VENV)/dev.stamp ## figures of the triage on messages nobody tuned to
	$(BIN)/python -m bench.triage

triage-model: $(VENV)/dev.stamp ## learn the model of the triage anew from tests/triage (a minute or two)
	$(BIN)/python -m scripts.train_triage

soak: $(VENV)/dev.stamp ## ten minutes of trouble for the SMS part (SOAK_S=600, POSKO_SEED=...)
	SOAK_S=$(or $(SOAK_S),600) $(BIN)/pytest -q -s tests/e2e/test_sms_soak.py

screenshots: $(VENV)/dev.stamp ## take docs/screens/*.png anew from the running pages
	@sh scripts/install-test-packages.sh
	$(BIN)/python -m scripts.screenshots

golden: $(VENV)/dev.stamp ## write the texts in tests/golden anew; read the difference
	POSKO_GOLDEN=1 $(BIN)/pytest -q tests/unit/wifi_gate tests/unit/captive_portal/test_edge.py tests/unit/firmware_config

status: $(VENV)/dev.stamp ## draw the tables of statuses and escalation in docs/ anew
	$(BIN)/python -m scripts.draw_status
	$(BIN)/python -m scripts.draw_escalation

dialog: $(VENV)/dev.stamp ## draw the kiosk's conversation in docs/kiosk-dialog.md anew
	$(BIN)/python -m scripts.draw_dialog

i18n: $(VENV)/dev.stamp ## collect strings and compile the English catalogue
	@sh scripts/i18n.sh

deb: ## build/deb/posko_VERSION_ARCH.deb, to install on a box (docs/package.md)
	@sh packaging/build-deb.sh

image: $(VENV)/dev.stamp ## build/image/posko_VERSION_arm64.img for the card of a Raspberry Pi (as root; docs/image.md)
	@sh packaging/image/build-image.sh

image-test: $(VENV)/dev.stamp ## boot that image in qemu, set it up, cut its power, update it; then with a screen (as root, an hour; docs/image.md)
	@sh packaging/image/install-build-packages.sh
	$(BIN)/python -m bench.image
	$(BIN)/python -m bench.image --board screen

clean: ## forget the demonstration's data and every cache
	rm -rf .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
