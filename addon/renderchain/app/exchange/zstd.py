"""Zstandard as Python has it from 3.14 on; before that, the same module from a package.

Imported where it is used: not every process that packs or renders a scene has the package.
"""

import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["zstd"]
