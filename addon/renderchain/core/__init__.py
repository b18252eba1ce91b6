"""The domain: standard library only (numpy where pixels are), no I/O, no clock, no randomness."""
