"""What Hypothesis draws depends on its seed alone.

By itself it mixes in numbers and texts that it finds in all modules that are loaded, so that a play out of
random calls was another one in a process in which other tests had run before.
"""

from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

providers._get_local_constants = Constants
