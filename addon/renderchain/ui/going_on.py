"""Going on with what was packed and not sent: it is priced, shown and confirmed anew, and sent as it was."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import bpy

from ..core.ids import BoardJob
from ..core.notices import Level
from ..core.unfinished import Left, PendingSubmission
from ..ports.reporter import Reporter
from . import confirm, unsent
from .messages import Message, Place, tell
from .preferences import read_settings
from .quitting import hold
from .strings import texts
from .strings.language import say
from .submit import price, sent
from .submitting import begin, submitting
from .wish import Wish
from .work import Operator

if TYPE_CHECKING:
    from ..core.manifest import Manifest


class RENDERCHAIN_OT_go_on(Operator):  # noqa: N801 - Blender's naming
    """Send what was packed, as it was then; you see the price first"""

    bl_idname = "renderchain.go_on"
    bl_label = "Go On"
    said_in = Place.SUBMIT

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """One submission at a time."""
        return unsent.offered() is not None and not submitting.phase

    def act(self, context: bpy.types.Context) -> set[str]:
        """Look whether all is there, ask the network for the price, then the artist."""
        one, settings, blender = unsent.offered(), read_settings(), bpy.app.binary_path
        assert one is not None

        async def work(reporter: Reporter) -> confirm.Asked:
            import asyncio

            from ..app.requester.unsent import checked_package

            manifest = await asyncio.to_thread(checked_package, one.left.package)
            return await price(settings, *kept_wish(one, manifest, blender), reporter)

        begin(texts.PRICING, work, lambda asked: confirm.ask(asked, partial(pay_kept, one.left)))
        return {"FINISHED"}


def kept_wish(one: unsent.Unsent, manifest: Manifest, blender: str) -> tuple[Wish, confirm.Facts]:
    """What was asked for, of a package that is there."""
    from ..app.requester.create_job import frames_of

    job = one.job
    wish = Wish(
        scene=job.scene,
        name=job.name,
        frames=manifest.frames,
        offer=job.offer,
        output=job.output,
        names=job.names,
        own_seed=manifest.own_seed,
        proof_seconds=0,
        probe_seconds=0,
        allowed=(),
    )
    size = confirm.size_text_of(manifest.width, manifest.height, manifest.samples)
    size_bytes = sum(file.size_bytes for file in manifest.files)
    return wish, confirm.Facts(frames_of(manifest), size, lambda: size_bytes, blender, job.file.path)


def pay_kept(left: Left, asked: confirm.Asked) -> None:
    """Send the package as it is, and say how that ended."""
    unsent.forget()  # what fails is offered again
    pending = PendingSubmission.again(left.file)
    if pending is None:
        tell(Place.SUBMIT, Message(say(texts.NOT_HERE), Level.WARNING))
        return

    async def work(reporter: Reporter) -> BoardJob:
        import asyncio

        from ..app.requester.unsent import checked_package
        from ..composition.requester import make_requester

        wish = asked.wish
        manifest = await asyncio.to_thread(checked_package, left.package)
        return await make_requester(asked.settings, reporter, asked.facts.blender).submit(
            left.package,
            manifest,
            asked.estimate.offer,
            name=wish.name,
            output=wish.output,
            probe_seconds=None,
            names=wish.names,
        )

    begin(say(texts.SENDING, job=asked.wish.name), work, lambda _: sent(asked.wish.name), pending)
    hold(asked.wish.name)


CLASSES = (RENDERCHAIN_OT_go_on, unsent.RENDERCHAIN_OT_give_up)
