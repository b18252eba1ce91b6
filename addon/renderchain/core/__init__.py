"""The domain: standard library only (numpy for pixels and many workers), no I/O, no clock, no randomness."""
