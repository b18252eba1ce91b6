"""What an index in SQLite stands, it stands in PostgreSQL: the same tests, but for the longest."""

from __future__ import annotations

from tests.services.faults.test_index import (
    test_clients_that_never_read_are_let_go_and_do_not_hold_up_the_others as test_lazy_clients,
)
from tests.services.faults.test_index import (
    test_killed_at_any_moment_while_the_chain_drops_blocks_it_holds_what_a_fresh_one_does as test_kills,
)
from tests.services.faults.test_index import (
    test_while_the_node_is_away_it_answers_and_then_goes_on_where_it_was as test_nodes_away,
)

__all__ = ["test_kills", "test_lazy_clients", "test_nodes_away"]  # pytest finds them here
