"""``python -m services.scheduler``."""

from .command import run_program

run_program()
