"""Builds the Blender extension's zips: what they need, fetched by its hashes, made small, and packed."""
