"""The domain: standard library (numpy for pixels and many workers), no clock, no randomness.

No input and output either, but for the folders of ``scratch`` and the lock that these are held by.
"""
