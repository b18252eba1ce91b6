"""The scheduler's use case: hear the board and the workers, plan, assign."""
