"""What keeps a process at work that nobody looks at: waiting for what is missing, going on after failures."""
