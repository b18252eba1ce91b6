"""What is said of packages, frames, appeals, nodes and private jobs, one of each, for test_notices.py."""

from __future__ import annotations

from renderchain.core.ids import JobId, LeaseId, WorkerId
from renderchain.core.notices import Notice, appeals, devices, jobs, leases, private, process, storage

LEASE = LeaseId(9000 << 40 | 7)
IDS = (JobId(3), LEASE)

OF_WORKERS: dict[Notice, str] = {
    process.BoardFollowed(2**250): (
        f"The network has a new board, {2**250:#x}: it is worked on from now on, too"
    ),
    process.BoardLeftOut(2**250): (
        f"The board {2**250:#x} is no JobBoard that this version knows; it is left out. If the network has "
        "new contracts, update RenderChain"
    ),
    leases.FramesTakenOver(*IDS, 6): f"Lease {LEASE}: 6 finished frames taken over from before",
    devices.BlenderUnfit(
        "/opt/blender", "It has no OpenEXR."
    ): "/opt/blender is left out: It has no OpenEXR.",
    devices.KnownTileKept("4.5/cycles/optix", "B", 0.25): (
        "The known tile of 4.5/cycles/optix was made on B for the first time, in 0.25 s, and is what later "
        "ones are compared with"
    ),
    devices.KnownTileRight("4.5/cycles/optix", 0.25): (
        "The known tile of 4.5/cycles/optix came out as before, in 0.25 s"
    ),
    devices.FamilyOutOfService("4.5/cycles/optix", "It makes noise."): (
        "Nothing of 4.5/cycles/optix is rendered any more: It makes noise."
    ),
    appeals.AppealTooDear(*IDS, 2 * 10**18, "largest_bond_fri allows 1"): (
        f"Lease {LEASE} is not appealed, which takes a bond of 2 STRK: largest_bond_fri allows 1"
    ),
    appeals.AppealDropped(*IDS, "bafy", 5, 12): (
        f"Lease {LEASE} is not appealed: leaf 5, rendered again from a fresh copy of package bafy, is not "
        "what was submitted; it differs in 12 bits of its print. The verifiers are right: look at this "
        "machine's memory, disk and drivers before it takes more."
    ),
    appeals.AppealUnchecked(*IDS, "No answer."): (
        f"Lease {LEASE}: what is disputed could not be rendered again before the appeal: No answer. It is "
        "appealed with what was submitted."
    ),
    jobs.PackageDamaged("bafy", "A file is missing."): (
        "Package bafy was damaged on this disk and is fetched again: A file is missing. If it happens more "
        "than once, look at the disk."
    ),
    storage.FetchedElsewhere("bafy", "https://gateway.example", "No answer."): (
        "bafy came from https://gateway.example, each block checked: No answer."
    ),
    storage.StoreMeasured(3 * 2**29, 0): "The IPFS node's repository takes 1.5 GiB",
    storage.GarbageCollected(3 * 2**29, 2**29): (
        "The IPFS node deleted what nobody pinned: 1.5 GiB before, 0.5 GiB now"
    ),
    storage.PeerAway("/ip4/192.0.2.1", "No answer."): (
        "The IPFS node has no connection to /ip4/192.0.2.1, and goes on without: No answer."
    ),
    storage.ReachableAt("bafy", "/ip4/192.0.2.1"): (
        "Workers that have one of these in ipfs_peers fetch bafy without looking for it: /ip4/192.0.2.1"
    ),
    storage.PeerTold(JobId(3), "/ip4/192.0.2.1"): (
        "The IPFS node is connected to /ip4/192.0.2.1, which job 3 names for its package"
    ),
    storage.AddressTold(JobId(3), "/ip4/192.0.2.1"): (
        "Job 3 names where your IPFS node is, for everybody to read: /ip4/192.0.2.1"
    ),
    storage.AddressNotTold(JobId(3), "No answer."): (
        "Job 3 does not name your IPFS node, so workers look for its package: No answer."
    ),
    private.JobIsPrivate(32, 10**16): (
        "The job is private: at most 32 workers and the verifiers that are drawn see the scene, others its "
        "size. Each of them costs you about 0.01 STRK in network fees, and can be given the key only while "
        "your client or a watchtower follows the job"
    ),
    private.PackageKeyAsked(JobId(3)): "Job 3 is private: asked its artist for the key of the package",
    private.PackageKeyKnown(JobId(3)): "The key of job 3 has come; its package can be opened",
    private.PackageKeysGiven(JobId(3), 1): "The key of job 3 was given to 1 worker more",
    private.PackageKeyRefused(JobId(3), WorkerId(4), "It does not render the job's family."): (
        "Worker 4 asked for the key of job 3 and does not get it: It does not render the job's family."
    ),
}
