.DEFAULT_GOAL := help
BIN := .venv/bin
SETUP := @python3 -m tools.setup
COMPILE = $$(python3 -m tools.setup path uv)/bin/uv pip compile -q --universal --python-version 3.11 \
	--generate-hashes --no-header pyproject.toml
# Suites that take more than an hour together, each with a target of its own. CI has no time for them.
LANES := tests/kills tests/window tests/services/browser tests/services/db \
	$(addprefix tests/e2e/test_,job_in_application.py lanes.py services.py two_blenders.py) \
	$(filter-out tests/attacks/test_fraud.py,$(wildcard tests/attacks/test_*.py))
# Containers often set it, and then each of the thousands of processes below compiles all modules that it imports.
unexport PYTHONDONTWRITEBYTECODE
# Files in the order of their names: tests/unit, whose files are short, is last, so that both end together.
BOTH_CORES := -n 2 --dist loadfile --no-loadscope-reorder
# They come with Blender's own builds, and wheels of ours would shadow them.
IN_BLENDER := numpy requests certifi idna charset-normalizer
.PHONY: $(shell sed -nE 's/^([a-z0-9-]+):.*## .*/\1/p' $(MAKEFILE_LIST))

help: ## what there is
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1\t/' | expand -t 16

demo: ## the main job for real: a network, seven workers, a scene, frames on disk; SERVICES=1: the dashboard beside it
	$(SETUP) demo $(if $(SERVICES),dashboard)
	$(BIN)/python -m tools.demo

test: ## the tests, but for the lanes
	$(SETUP) test
	$(BIN)/python -m pytest $(BOTH_CORES) $(LANES:%=--ignore=%)

test-lanes: ## the lanes in their short form: window, attacks, kills, both databases, browser, services on a whole network
	$(SETUP) all
	$(BIN)/python -m pytest $(BOTH_CORES) $(LANES)

setup: ## what the demo needs: Python, Blender, devnet, Kubo, scenes
	$(SETUP) demo

toolchain: ## the Cairo compilers, for people who change contracts
	$(SETUP) cairo

dashboard: ## the page that the index serves
	$(SETUP) dashboard

dashboard-pictures: ## take the pictures of docs/dashboard.md anew
	$(SETUP) python browser dashboard
	$(BIN)/python -m tests.services.browser.pictures

blender-app: ## the Blender 5.2 application
	$(SETUP) system blender

doctor: ## what is installed and what is missing
	$(SETUP) doctor

lock: ## pin with hashes what pyproject.toml names; versions stay where they can
	$(COMPILE) $(UPGRADE) --group dev --extra services -o requirements.lock
	$(COMPILE) -c requirements.lock $(IN_BLENDER:%=--no-emit-package %) -o requirements-extension.lock
	$(COMPILE) -c requirements.lock --group worker -o requirements-worker.lock
	$(COMPILE) -c requirements.lock --extra services -o requirements-services.lock

lint: ## formatting, imports, sizes, types
	$(SETUP) python cairo
	$(BIN)/python tools/contracts.py format
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/python tools/sizes.py
	$(BIN)/python tools/cairo_directions.py
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: ## put the code into shape
	$(SETUP) python cairo
	$(BIN)/python tools/contracts.py format --write
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test-fast: ## the tests that need nothing but Python, in under a minute
	$(SETUP) python
	$(BIN)/python -m pytest -n 2 tests/unit tests/board -k "not devnet"

test-contracts: ## the Cairo tests, and that the committed artefacts are up to date
	$(SETUP) python cairo
	$(BIN)/python -m pytest tests/contracts

test-services: ## the services: tables in both databases, APIs, pages in a browser, pictures, policy
	$(SETUP) system python postgres browser dashboard
	$(BIN)/python -m pytest -n 2 tests/services

test-chain: ## chain client and content store against a real devnet and Kubo, and both boards alike
	$(SETUP) demo
	$(BIN)/python -m pytest tests/chain tests/board

test-blender: ## packing, rendering and the interface in real Blender
	$(SETUP) system python blender
	$(BIN)/python -m pytest tests/blender

test-hostile: ## scenes and programs that mean harm, in the real sandbox
	$(SETUP) system python
	$(BIN)/python -m pytest tests/hostile

test-invariants: ## 20,000 random calls on a devnet; money must add up after each
	$(SETUP) demo
	$(BIN)/python -m pytest tests/invariants -s --invariant-calls 20000

test-attacks: ## every attack that we know, at length, on a devnet with real renders
	$(SETUP) demo emulation
	$(BIN)/python -m pytest tests/attacks -s --long

test-kills: ## two hundred SIGKILLs of agent, render processes, Kubo and the way to the node
	$(SETUP) demo
	$(BIN)/python -m pytest tests/kills -s --kills 200

test-deploy: ## container images, built, and a network of them that renders a scene; units, alerts, chart, Terraform
	$(SETUP) system python containers promtool kubernetes cluster node kubelet opentofu postgres devnet kubo
	$(BIN)/python -m pytest tests/deploy --lanes

test-window: ## the add-on in Blender's own window, by mouse and keyboard
	$(SETUP) demo blender
	$(BIN)/python -m pytest tests/window

test-e2e: ## whole jobs on a whole network
	$(SETUP) demo blender
	$(BIN)/python -m pytest tests/e2e

contracts: ## compile the contracts into contracts/artefacts
	$(SETUP) python cairo
	$(BIN)/python tools/contracts.py build

extension: ## the extension's zips for Linux, Windows and macOS, in dist
	$(SETUP) python
	$(BIN)/python -m tools.extension

extension-repository: ## the same, and the index with which Blender installs and updates from dist on a web server
	$(SETUP) python
	$(BIN)/python -m tools.extension --repository

release: ## everything of a release, in dist/release: zips, wheel, sources, contracts, what they are made of, checksums
	$(SETUP) python
	$(BIN)/python -m tools.release

network: ## a network that keeps running, with settings for artist and workers; SERVICES=1: and all services
	$(SETUP) demo $(if $(SERVICES),dashboard)
	$(BIN)/python -m devkit.network start

stop: ## end that network
	@test ! -d build/network || $(BIN)/python -m devkit.network stop

bench: ## what our render process costs over plain Blender
	$(SETUP) demo
	$(BIN)/python -m benchmarks.render_process

bench-overhead: ## frames by RenderChain, one and two workers, against plain Blender
	$(SETUP) demo
	$(BIN)/python -m benchmarks.overhead

soak: ## two hours of tiny leases with troubles between, then 20 minutes in which the chain goes back too
	$(SETUP) demo
	$(BIN)/python -m benchmarks.soak
	$(BIN)/python -m benchmarks.soak --minutes 20 --jobs 3 --every 1 --goes-back

bench-window: ## the extension's size, time to enable, and for how long nothing moves in Blender's window
	$(SETUP) demo blender
	$(BIN)/python -m benchmarks.window

bench-determinism: ## is a tile alone, and a frame by jumping, the same; writes docs/determinism.md
	$(SETUP) demo
	$(BIN)/python -m research.determinism
	$(BIN)/python -m research.in_order

simulate: ## the scheduler's policy beside others on made-up networks; writes docs/scheduling.md's figures
	$(SETUP) python
	$(BIN)/python -m services.scheduler.simulator

bench-sealing: ## sealing and opening results against sha-256
	$(SETUP) python
	$(BIN)/python -m benchmarks.sealing

bench-main-thread: ## how long Blender stands still while a scene is looked at and copied
	$(SETUP) demo
	$(BIN)/python -m benchmarks.main_thread

bench-pack: ## storing and fetching packages against ipfs add and ipfs get
	$(SETUP) demo
	$(BIN)/python -m benchmarks.pack
bench-blocks: ## bytes moved when a scene is sent again: pieces of .blend files, and other ways
	$(SETUP) python kubo scenes
	$(BIN)/python -m benchmarks.blend_store

bench-audit: ## what attacks bring, what audits cost and catch; docs/attacks.md, docs/benchmarks.md
	$(SETUP) demo
	$(BIN)/python -m research.attacks
	$(BIN)/python -m research.audit_cost

bench-finals: ## honest and false final images against the same made again
	$(SETUP) python scenes
	$(BIN)/python -m research.finals

bench-start: ## what a worker's start reads of a board with 100,000 past leases
	$(SETUP) python
	$(BIN)/python -m benchmarks.start_up

bench-subscriptions: ## how many of a board's events a worker hears
	$(SETUP) python
	$(BIN)/python -m benchmarks.subscriptions

bench-index: ## the index with 1,000,000 leases: answers, listeners, events written, in both databases
	$(SETUP) python postgres
	$(BIN)/python -m benchmarks.index

bench-chain: ## transactions a second and event latency against starknet-py's own way
	$(SETUP) demo
	$(BIN)/python -m benchmarks.chain

bench-verification: ## the print against another kernel and cheats, and what these earn; half an hour
	$(SETUP) python scenes
	$(BIN)/python -m research.verification

economics: ## which leases make sense at which gas price; writes docs/economics.md
	$(SETUP) python
	$(BIN)/python -m research.economics

strategies: ## what coalitions gain, burn and cost others; writes docs/strategies.md; ten minutes of a core
	$(SETUP) python
	$(BIN)/python -m research.strategies

gas: ## what every call and a whole job cost on-chain; writes docs/gas.md
	$(SETUP) demo cairo
	$(BIN)/python -m benchmarks.gas
	$(BIN)/python -m benchmarks.scaling

scaling: ## what 1,000 jobs a minute take of Starknet, by docs/gas.md; writes docs/scaling.md's figures
	$(SETUP) python
	$(BIN)/python -m benchmarks.scaling
