"""A stand-in for what panels draw on: Blender has none without a window."""

from types import SimpleNamespace


class Layout:
    """Draws by noting: labels with their icons, operators with what they are given, properties by name."""

    def __init__(self, seen=None):
        self.seen = [] if seen is None else seen

    def box(self):
        return Layout(self.seen)

    def row(self, **_):
        return Layout(self.seen)

    def column(self, **_):
        return Layout(self.seen)

    def split(self, **_):
        return Layout(self.seen)

    def separator(self):
        pass

    def label(self, text, icon="NONE", **_):
        self.seen.append((icon, text))

    def prop(self, owner, name, **_):
        self.seen.append(("prop", f"{name} {getattr(owner, name)}"))

    def progress(self, factor, text, **_):
        self.seen.append(("progress", f"{factor:.2f} {text}"))

    def operator(self, name, **_):
        pressed = SimpleNamespace()
        self.seen.append((name, pressed))
        return pressed
