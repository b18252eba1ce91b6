"""What a scene remembers of its offer; saved in the .blend, so nothing secret is here."""

from __future__ import annotations

import bpy

from ..core.job import DEVICE_GROUPS
from ..core.probe import DEFAULT_S
from ..core.proof import DEFAULT_S as PROOF_S


class RENDERCHAIN_PG_offer(bpy.types.PropertyGroup):  # noqa: N801 - Blender's naming
    """The offer for a scene's frames."""

    reward: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Pay per Frame", description="STRK that a worker gets for one accepted frame", default="0.01"
    )
    device: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Device",
        description="What workers render on; CPU and GPU images differ in their last bits",
        items=[(name, name, "") for name in DEVICE_GROUPS],
    )
    longest_lease: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Frames at Once",
        description="Most frames that one worker takes at a time; 0 takes what keeps audits and gas small "
        "beside the pay",
        default=0,
        min=0,
    )
    proof_seconds: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Proof",
        description="Seconds to compare the package with this scene, before anything is paid; 0 skips it",
        default=PROOF_S,
        min=0,
        max=3600,
    )
    probe_seconds: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Probe",
        description="Seconds to look whether others render the same frames, before anything is paid; "
        "0 skips it",
        default=DEFAULT_S,
        min=0,
        max=3600,
    )
    output: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Output", description="Folder for the frames", default="//renderchain/", subtype="DIR_PATH"
    )
    own_seed: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Keep Own Seed",
        description=(
            "Render with the scene's seed even where it is the same in all frames. A worker may then "
            "copy what does not move from the frame before, and audits find that less often"
        ),
        default=False,
    )
    private: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Private",
        description=(
            "Encrypt the scene on its way and where it is stored, so that others see only how large it is. "
            "Workers that render it and verifiers that check it still see all of it. Each of them is given "
            "the key by this Blender while it follows the job, which costs gas"
        ),
        default=False,
    )
    stake_amount: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="STRK",
        description="What a provider stakes, moves or withdraws",
        default="10",
        options={"SKIP_SAVE"},
    )
