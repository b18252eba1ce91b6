"""The domain: standard library (numpy for pixels and many workers), no I/O, no clock, no randomness."""
