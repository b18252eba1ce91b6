.DEFAULT_GOAL := help
BIN := .venv/bin
.PHONY: help setup toolchain doctor lint test format

help: ## what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

setup: ## the Python environment
	@python3 tools/setup.py python

toolchain: ## starknet-devnet and the Cairo compilers (20 minutes on 2 cores, once)
	@python3 tools/setup.py chain

doctor: ## what is installed and what is missing
	@python3 tools/setup.py doctor

lint: setup ## formatting, imports, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=addon $(BIN)/lint-imports --no-cache

format: setup ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: setup ## all tests
	$(BIN)/python -m pytest
