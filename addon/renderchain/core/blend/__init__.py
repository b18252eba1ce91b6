"""The format of .blend files: where a file's blocks are, which of their words are addresses, where it is cut.

The artist's side alone reads .blend files so. Who receives one puts pieces one after the other and compares a
digest. What is not understood here is said by ``NotUnderstood``, and such a file is stored as it is.
"""
