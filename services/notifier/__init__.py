"""Tells people what happened to their jobs, workers and services, by the channels that they chose."""
