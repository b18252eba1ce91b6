"""RenderChain: render Blender scenes on a network of paid workers.

This folder is the Blender extension and the Python package ``renderchain`` at once; one process
uses one of the two. Nothing is imported here until Blender asks for it.
"""


def register() -> None:
    """Called by Blender when the add-on is enabled."""
    from .ui import registration

    registration.register()


def unregister() -> None:
    """Called by Blender when the add-on is disabled."""
    from .ui import registration

    registration.unregister()
