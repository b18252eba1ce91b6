"""Services beside the network: each is optional, none is trusted, each can be replaced."""
