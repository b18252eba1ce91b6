"""The domain: standard library alone (numpy for pixels and columns), no I/O, no clock, no randomness."""
