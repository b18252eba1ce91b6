"""Audits: their state and events, what is drawn, what they cost, why a contract refuses."""
