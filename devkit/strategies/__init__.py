"""Coalitions against the rules of audits: who is in league, what they do, and what it brings them."""
