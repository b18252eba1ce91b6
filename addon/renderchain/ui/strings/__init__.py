"""What the interface says, in which words and in which language."""
