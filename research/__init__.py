"""Studies behind the pages on verification, determinism and attacks."""
