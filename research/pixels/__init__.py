"""Parts of research/verification.py: what is rendered, the program that renders it, the arithmetic."""
