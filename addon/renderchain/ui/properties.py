"""What a scene remembers of its offer; saved in the .blend, so nothing secret is here."""

from __future__ import annotations

import bpy

from ..core.frame_names import MOST, USUAL
from ..core.frames import LAST_FRAME
from ..core.job import DEVICE_WORDS
from ..core.probe import DEFAULT_S
from ..core.proof import DEFAULT_S as PROOF_S
from .strings.texts import CONTEXT

WHAT = (
    ("STILL", "Still", "The current frame", "RENDER_STILL", 0),
    ("ANIMATION", "Animation", "The scene's frame range", "RENDER_ANIMATION", 1),
    ("RANGE", "Range", "Frames of your choice", "PREVIEW_RANGE", 2),
)
PRICES = (
    ("MARKET", "Market", "What others pay lately; where nobody does, what makes it worth it to workers"),
    ("FRAME", "Per Frame", "So much for each frame"),
    ("TOTAL", "Total", "So much for all frames together"),
)
CHECKS = (
    ("USUAL", "Usual", "Workers with a good record are spot-checked less often"),
    ("STRICTER", "Stricter", "Every batch of frames is spot-checked, half of them twice; costs more"),
)


class RENDERCHAIN_PG_offer(bpy.types.PropertyGroup):  # noqa: N801 - Blender's naming
    """The offer for a scene's frames."""

    job_name: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Name", description="What the job is called in your list; empty: the file's name", maxlen=80
    )
    what: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Frames",
        description="Which frames are rendered",
        translation_context=CONTEXT,
        items=WHAT,
        default="ANIMATION",
    )
    first: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="First Frame", default=1, min=-LAST_FRAME, max=LAST_FRAME
    )
    last: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Last", default=250, min=-LAST_FRAME, max=LAST_FRAME, translation_context=CONTEXT
    )
    step: bpy.props.IntProperty(name="Step", default=1, min=1)  # type: ignore[valid-type]
    price: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Pay",
        description="What workers get; you see what it comes to before you pay",
        translation_context=CONTEXT,
        items=PRICES,
    )
    amount: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="STRK", description="What a frame, or all frames together, are paid", default="0.05"
    )
    device: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Rendered on",
        description="What workers render on; images of CPUs and GPUs differ in their last bits",
        items=[(name, words, "") for name, words in DEVICE_WORDS.items()],
    )
    checking: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Checking", description="How closely others look at what workers deliver", items=CHECKS
    )
    days: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Days to Wait",
        description="After so many days nobody can take frames any more, and Cancel pays back the rest",
        default=7,
        min=1,
        max=90,
    )
    longest_lease: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Frames in a Batch",
        description="Most frames that one worker takes at a time; 0 takes what keeps spot checks and network "
        "fees small beside the pay",
        default=0,
        min=0,
    )
    proof_seconds: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Comparison",
        description="Seconds to compare the package with this scene, before anything is paid; 0 skips it",
        default=PROOF_S,
        min=0,
        max=3600,
    )
    probe_seconds: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Try-Out",
        description="Seconds to look whether others render the same frames, before anything is paid; "
        "0 skips it",
        default=DEFAULT_S,
        min=0,
        max=3600,
    )
    output: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Output",
        description="Folder for the frames",
        default="//renderchain/",
        subtype="DIR_PATH",
        options={"ANIMATABLE", "PATH_SUPPORTS_BLEND_RELATIVE"},  # else Blender 5 shows "//" as an error
    )
    names: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="File Names",
        description="What the frames' files are called; #### is the frame's number",
        default=USUAL,
        maxlen=MOST,
    )
    own_seed: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Keep Own Seed",
        description=(
            "Render with the scene's seed even where it is the same in all frames. A worker may then "
            "copy what does not move from the frame before, and spot checks find that less often"
        ),
        default=False,
    )
    private: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Private",
        description=(
            "Encrypt the scene on its way and where it is stored, so that others see only how large it is. "
            "Workers that render it and verifiers that check it still see all of it. Each of them is given "
            "the key by this Blender while it follows the job, which costs network fees"
        ),
        default=False,
    )
    allowed: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Sent Anyway", description="Names of errors that do not stop this scene, one a line"
    )
    stake_amount: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="STRK",
        description="What a provider stakes, moves or withdraws",
        default="10",
        options={"SKIP_SAVE"},
    )
