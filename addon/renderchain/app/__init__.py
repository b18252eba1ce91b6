"""The use cases: what artists and workers do, in terms of core and ports."""
