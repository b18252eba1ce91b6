"""The rules of networks that are deployed here: on a devnet, on the in-memory board, in the reference model.

``slowest_block_s`` is large on a devnet, whose blocks come only with transactions, and ages are none.
"""

from __future__ import annotations

from renderchain.core.network_rules import DAY_S as DAY_S
from renderchain.core.network_rules import Rules as Rules

AT_ONCE = {"seat_age_epochs": 0, "family_age_epochs": 0}  # nobody waits for verifiers
