"""The interface: preferences, panel, operators. Thin: read properties, call a use case, report."""
