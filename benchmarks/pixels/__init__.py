"""Parts of benchmarks/verification.py: what is rendered, the program that renders it, the arithmetic."""
