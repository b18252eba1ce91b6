"""What those do who deploy a network and own its Directory."""
