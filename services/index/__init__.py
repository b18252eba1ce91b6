"""The index: what the chain told of a network, as tables, and an API to read them."""
