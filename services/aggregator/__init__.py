"""For artists who are away: fetches their frames, looks at them, shows them, orders again what is wrong."""
