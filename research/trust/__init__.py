"""Parts of research/attacks.py and research/audit_cost.py: cheats, draws, captured committees, the page."""
