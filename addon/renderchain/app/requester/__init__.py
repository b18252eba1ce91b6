"""The artist's use cases."""
