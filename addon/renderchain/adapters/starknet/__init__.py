"""The chain port on starknet-py."""
