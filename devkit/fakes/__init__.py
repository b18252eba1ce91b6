"""Stand-ins for what lies outside the use cases: the clock, the store, the render process, the user."""
