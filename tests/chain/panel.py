"""A provider's panel in the bpy module, for test_provider_panel: python -m tests.chain.panel"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import bpy
from renderchain.ui import provider, registration
from renderchain.ui.state import state

# What Blender makes of them has other types than the stubs know.
STEP: Any = provider.RENDERCHAIN_OT_provider_step
PANEL: Any = provider.RENDERCHAIN_PT_provider
OPS: Any = bpy.ops


class Layout:
    """Draws by noting; what it is asked to draw has to be there."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def label(self, text: str, icon: str = "NONE", **_: object) -> None:
        self.seen.append(text)

    def box(self) -> Layout:
        return self

    def row(self, **options: Any) -> Layout:
        return self

    def column(self, **options: Any) -> Layout:
        return self

    def prop(self, owner: Any, name: str) -> None:
        self.seen.append(f"{name} {getattr(owner, name)}")

    def operator(self, name: str, **options: Any) -> SimpleNamespace:
        self.seen.append(getattr(OPS.renderchain, name.removeprefix("renderchain.")).idname())
        return SimpleNamespace()


def asked(step: str, amount: str) -> str:
    """What the dialog of a step says, or why there is none."""
    said: list[str] = []
    manager = SimpleNamespace(invoke_confirm=lambda *_, message, **__: said.append(message))
    operator = SimpleNamespace(step=step, amount=amount, report=lambda _, text: said.append(text))
    operator.refuse = lambda error: said.append(str(error))
    operator._families = lambda: STEP._families(operator)
    STEP.invoke(operator, SimpleNamespace(window_manager=manager), None)
    return said[0]


def main() -> None:
    """Look, register, stake, pause, and say what the panel shows."""
    registration.register()
    try:
        ops = OPS.renderchain
        try:
            ops.provider_status()
        except RuntimeError as error:
            print("BEFORE", " ".join(str(error).split()))
        print("DIALOG", asked("REGISTER", "5"))
        print("REFUSED", asked("REGISTER", "0.5"))
        ops.provider_step(step="REGISTER", amount="5")
        ops.provider_step(step="ADD", amount="1")
        ops.provider_step(step="MOVE", amount="2")
        ops.provider_pause(paused=True)
        ops.provider_status()
        layout = Layout()
        PANEL.draw(SimpleNamespace(layout=layout), bpy.context)
        print("PANEL", "|".join(layout.seen))
        print("LINES", state.worker_lines[:1])
    finally:
        registration.unregister()
    print("LEFT", state.worker_lines[:1], [name for name in dir(bpy.types) if name.startswith("RENDERCHAIN")])


if __name__ == "__main__":
    main()
