"""Ways to a person."""
