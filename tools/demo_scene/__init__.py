"""Builds the demo scene that the demo and the README picture render."""
