"""The render process: it stays for a whole lease, and opens the scene anew for each rendering."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from ..core.manifest import Manifest
from ..core.messages import KnownRendered, Loaded, MadeAgain, Progress, Rendered, TilesRendered
from ..core.probe_messages import FrameProbed, Played, Surveyed, TilesProbed
from ..core.proof_messages import ProofLooked, ProofPictured

OnProgress = Callable[[Progress], None]


class RenderSession(Protocol):
    """A render process with its scene open."""

    @property
    def loaded(self) -> Loaded:
        """What the process said when the scene was open."""
        ...

    async def render(self, frame: int, on_progress: OnProgress, then: int | None = None) -> Rendered:
        """Render a frame into the output folder; raises RenderFailed.

        ``then`` is the frame that is asked for next, and nothing else: it may be begun before this one is
        written. Progress may already be of that frame.
        """
        ...

    async def render_tiles(
        self, frame: int, tiles: Sequence[int], on_progress: OnProgress, *, shared: bool = False
    ) -> TilesRendered:
        """Render only these leaves of a frame and write their prints; raises RenderFailed.

        ``shared``: out of one opening of the file, where that is known to make the same bits; it is faster.
        """
        ...


class KnownTileRenderer(Protocol):
    """Renders the known tile in processes that have no scene."""

    async def known_tile(self, device: str = "") -> KnownRendered:
        """On the device of leases, or another that is named; raises RenderFailed or SandboxMissing."""
        ...


class Renderer(Protocol):
    """Starts render processes; each sees its package and its output folder and nothing else."""

    def open(
        self, package: Path, manifest: Manifest, output: Path
    ) -> AbstractAsyncContextManager[RenderSession]:
        """A process with the package's scene open; raises RenderFailed or SandboxMissing."""
        ...


class CheckRenderer(Renderer, Protocol):
    """Starts the render processes of own checks."""

    async def try_out(self) -> None:
        """Raise RenderFailed or SandboxMissing where none would render here, whatever the scene."""
        ...


class WatchedSession(RenderSession, Protocol):
    """A render process that makes the known tile beside its scene."""

    async def known_tile(self) -> KnownRendered:
        """Render the known tile on the scene's device, between two frames; raises RenderFailed."""
        ...


class WatchedRenderer(Protocol):
    """Starts such render processes."""

    def open(
        self, package: Path, manifest: Manifest, output: Path
    ) -> AbstractAsyncContextManager[WatchedSession]:
        """As a Renderer's."""
        ...


class FinalSession(Protocol):
    """A render process with its scene open, for final images."""

    @property
    def loaded(self) -> Loaded:
        """What the process said when the scene was open."""
        ...

    async def make_again(self, frame: int, noisy: str, final: str) -> MadeAgain:
        """Make a frame's final image out of a noisy pass and compare it with a delivered one.

        Both are names of unpacked files in the output folder, where the image goes too; raises RenderFailed.
        """
        ...


class FinalRenderer(Protocol):
    """Starts render processes that make final images."""

    def open(
        self, package: Path, manifest: Manifest, output: Path
    ) -> AbstractAsyncContextManager[FinalSession]:
        """A process with the package's scene open; raises RenderFailed or SandboxMissing."""
        ...

    async def unpacked(
        self, noisy: Path, final: Path, manifest: Manifest, folder: Path, name: str
    ) -> tuple[str, str]:
        """Decode both where no scene is open; names of files in the folder, which begin with that name.

        Raises RenderFailed or SandboxMissing.
        """
        ...


class ProbeSession(Protocol):
    """A render process with its scene open, for a probe; all raise RenderFailed."""

    async def survey(self, first: int, last: int) -> Surveyed:
        """Where something changes between two frames, and what setting a frame takes."""
        ...

    async def frame(self, frame: int) -> FrameProbed:
        """Render a reduced frame in an opening of its own."""
        ...

    async def shared_tiles(self, frame: int) -> TilesProbed:
        """Render the tiles that ``frame`` tells of, each alone, in one opening and in another order."""
        ...

    async def play_to(self, frame: int, start: int, most_s: float) -> Played:
        """Set each frame from ``start`` to ``frame``, for at most so many seconds, and render that."""
        ...

    async def causes(self, frame: int, start: int, most_s: float) -> tuple[str, ...]:
        """The names of what is otherwise after playing to a frame, the likeliest first."""
        ...

    async def render_tiles(self, frame: int, tiles: Sequence[int], on_progress: OnProgress) -> TilesRendered:
        """Render some leaves of a frame at full size and write their prints, as for a verifier."""
        ...


class ProbeRenderer(Protocol):
    """Starts render processes for probes."""

    def open(
        self, package: Path, manifest: Manifest, output: Path, *, other_kernel: bool = False
    ) -> AbstractAsyncContextManager[ProbeSession]:
        """A process with the package's scene open; raises RenderFailed or SandboxMissing.

        ``other_kernel``: on the CPU by the kernel that Cycles uses on processors without AVX2.
        """
        ...


class ProofSession(Protocol):
    """A render process with its scene open, for a proof; both raise RenderFailed.

    What the artist's side recorded lies in the output folder.
    """

    async def look(self, frame: int, record: str) -> ProofLooked:
        """Compare what a frame is made of with a record."""
        ...

    async def picture(self, frame: int, picture: str) -> ProofPictured:
        """Render a frame and compare it with a picture."""
        ...


class ProofRenderer(Protocol):
    """Starts render processes for proofs."""

    @property
    def has_sandbox(self) -> bool:
        """Whether the artist's own files are out of reach."""
        ...

    def open(
        self, package: Path, manifest: Manifest, output: Path
    ) -> AbstractAsyncContextManager[ProofSession]:
        """A process with the package's scene open; raises RenderFailed or SandboxMissing."""
        ...
