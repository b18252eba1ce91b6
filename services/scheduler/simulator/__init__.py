"""Scheduling tried on whole networks: made-up machines, the board in memory, and a clock that jumps."""
