"""An index, asked by HTTP."""
