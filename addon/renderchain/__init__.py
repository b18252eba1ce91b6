"""RenderChain: render Blender scenes on a network of paid workers.

Nothing is imported here at module level: this folder is to be loaded both as the package
``renderchain`` and, inside Blender, as an extension.
"""
