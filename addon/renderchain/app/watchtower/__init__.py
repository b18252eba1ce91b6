"""Answering for workers that are down."""
