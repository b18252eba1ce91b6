"""One outside library each; third-party imports are lazy."""
