"""Putting use cases and adapters together: the only place that knows both."""
