"""Reading out of an open file whether its frames repeat themselves; core/exactness.py says what follows.

Worker, verifier and the artist's preflight each read for themselves: a package's own word is not trusted.
"""
