"""What is read of an index instead of the chain, where nothing is lost if it lies."""
