"""Workers that cheat, for the demo and the tests: the network has to catch every one of them."""
