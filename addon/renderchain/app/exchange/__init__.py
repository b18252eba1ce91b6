"""Packages and results between artist and worker, through the store."""
