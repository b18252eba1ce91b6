"""Bring this machine what RenderChain is built, tested and shown with."""
