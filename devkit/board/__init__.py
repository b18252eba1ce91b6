"""The board in memory: the reference model behind the chain ports, without a node, in microseconds."""
