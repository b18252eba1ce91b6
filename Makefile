.DEFAULT_GOAL := help
BIN := .venv/bin
.PHONY: help setup toolchain doctor lint test test-unit contracts test-contracts test-chain format

help: ## what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

setup: ## the Python environment
	@python3 tools/setup.py python

toolchain: ## starknet-devnet and the Cairo compilers (20 minutes on 2 cores, once)
	@python3 tools/setup.py cairo devnet

doctor: ## what is installed and what is missing
	@python3 tools/setup.py doctor

lint: setup ## formatting, imports, types
	$(BIN)/python tools/contracts.py format
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=addon $(BIN)/lint-imports --no-cache

format: setup ## put the code into shape
	$(BIN)/python tools/contracts.py format --write
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: setup ## all tests
	$(BIN)/python -m pytest

test-unit: setup ## the tests that need nothing but Python
	$(BIN)/python -m pytest tests/unit

test-contracts: setup ## the Cairo tests, and that the committed artefacts are up to date
	$(BIN)/python -m pytest tests/contracts

contracts: setup ## compile the contracts into contracts/artefacts
	$(BIN)/python tools/contracts.py build

test-chain: setup ## the chain client against a real devnet
	$(BIN)/python -m pytest tests/chain
