"""A settings file in words: every setting with what it means, those that are not chosen as comments."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

Value = str | int | bool | Sequence[int | str]
MOST = 2**256  # no number of a setting is as large, and Python writes none of thousands of digits

# Title, and of each setting its name, what an example holds, and what it means.
SECTIONS: tuple[tuple[str, tuple[tuple[str, Value, str], ...]], ...] = (
    (
        "The network",
        (
            ("rpc_url", "http://127.0.0.1:5050/rpc", "a Starknet node's address, JSON-RPC 0.10"),
            (
                "ws_url",
                "ws://127.0.0.1:5050/ws",
                "its WebSocket; without it the node is asked every two seconds",
            ),
            (
                "other_nodes",
                ("http://127.0.0.1:5051/rpc ws://127.0.0.1:5051/ws",),
                "of the same chain, used while the first is away or behind",
            ),
            ("rpc_headers", "headers.json", "a JSON file with authentication headers for the nodes"),
            (
                "oldest_head_seconds",
                0,
                "of a node that is used, by its newest block; 0: 600 on public networks, any elsewhere",
            ),
            ("network", "devnet", "or sepolia, mainnet, custom: the chain that the node must serve"),
            ("directory", "0x0", "the network's directory contract; everything else is found from it"),
            ("board", "0x0", "the one board that counts; 0: all that the directory lists"),
            ("from_block", 0, "the block in which the board was deployed; nothing older is looked at"),
            ("index_url", "", 'read of what need not be sure, faster than of the chain: "https://…"'),
            ("ipfs_api", "/ip4/127.0.0.1/tcp/5001", "the API of your IPFS node"),
            (
                "ipfs_program",
                "ipfs",
                "Kubo, by path or as on the PATH: a node for us alone, instead of ipfs_api",
            ),
            (
                "ipfs_headers",
                "ipfs.json",
                "a JSON file with authentication headers for it, if it is elsewhere",
            ),
            ("ipfs_ca", "ipfs-ca.pem", "who signed its certificate, where the system does not know"),
            ("ipfs_peers", "", 'nodes that it stays connected to: "/ip4/…/tcp/4001/p2p/… …"'),
            ("gateways", "", 'read from where it finds nothing, each block checked: "https://…"'),
            ("store_bytes", 0, "more than that its repository shall not take; 0: no limit of ours"),
        ),
    ),
    (
        "The account",
        (
            ("account", "0x0", "that signs: a worker's operator, an artist, a watchtower's"),
            ("keystore", "operator.json", "its key, encrypted; without it the system's keyring is used"),
            (
                "password_file",
                "operator.password",
                "what opens it; default: the keystore's name with .password",
            ),
            ("fee_limit_fri", "5STRK", "no transaction may cost more in fees"),
        ),
    ),
    (
        "This machine",
        (
            ("folder", "worker", "journal, packages, evidence, logs"),
            ("device", "AUTO", "or CPU, OPTIX, CUDA, HIP, ONEAPI, METAL"),
            ("lanes", 1, "leases that are rendered at the same time: best one for each GPU"),
            (
                "blenders",
                ("", "/opt/blender-5.2/blender"),
                'programs to render with, one of each version; "": the one that runs the worker',
            ),
            (
                "known_tile_frames",
                20,
                "after so many it is seen whether the known tile comes out as it did; 0: only at the start",
            ),
            (
                "allow_unsandboxed",
                False,
                "render other people's scenes without a sandbox where there is none",
            ),
            (
                "memory_bytes",
                0,
                "of a render process; 0: three quarters of the machine's, shared by the lanes",
            ),
            ("output_bytes", 0, "that a render process may leave; 0: 64 GiB"),
            ("frame_seconds", 0, "that a frame may take; 0: six hours"),
            ("allow_osl", False, "scenes' own shaders in Open Shading Language"),
            ("allow_freestyle_scripts", False, "scenes' own style modules, which are Python"),
            ("render_environment", "", 'environment of render processes: "NAME=value NAME=value"'),
        ),
    ),
    (
        "A worker",
        (
            ("least_reward_fri", "0.001STRK", "jobs that pay less per frame are left to others"),
            ("least_profit_fri", "0STRK", "leases that leave less than this after gas are left to others"),
            ("most_frames", 0, "claim at most so many frames at once; 0: as many as there are"),
            ("probe_seconds", 60, "how long to look at a job's package before a claim; 0: not at all"),
            ("appeals", True, "pay a bond for more votes where a verdict goes against what is known here"),
            (
                "show_gas",
                400_000_000,
                "the most gas a round for showing what prints say; 0: nothing is shown",
            ),
            ("show_fee_fri", "1STRK", "... and the most that it may cost"),
            ("reserve_fri", "1STRK", "its account keeps that much; with less it takes no leases"),
            ("largest_lock_fri", "0STRK", "leases that lock more stake are left to others; 0: none"),
            ("largest_bond_fri", "0STRK", "appeals with a larger bond are not made; 0: all are"),
            ("daily_bonds_fri", "0STRK", "... and none over these bonds of a day together; 0: no limit"),
            (
                "watchtower_key",
                "",
                "what its watchtower says at its start; none: you know that nobody answers for it",
            ),
            ("schedulers", (), 'it tells these what it has and does: "ACCOUNT https://ADDRESS", ...'),
            (
                "dial_addresses",
                "public",
                "that jobs tell of their artists' IPFS nodes; or none, or all: private networks too",
            ),
            ("schedule", "", 'when it takes leases, in local time: "22:00-06:00 mon-fri"; "": always'),
            ("pause_on_battery", False, "take no leases while the machine runs on its battery"),
            ("pause_beside_blender", False, "take no leases while Blender is used on this machine"),
            ("idle_minutes", 0, "take leases once nobody has used the machine for so long; 0: whenever"),
            ("least_free_bytes", 2 * 2**30, "with less room on the disk of folder it takes no leases"),
            ("most_package_bytes", 0, "jobs with larger packages are left to others; 0: none is too large"),
            ("cache_bytes", 0, "that packages on the disk may take together; 0: 64 GiB"),
            ("most_memory_mib", 0, "jobs that say they need more memory are left to others; 0: none"),
            ("most_vram_mib", 0, "... and those of GPUs whose scenes need more than this; 0: none"),
            ("most_frame_seconds", 0, "jobs that say a frame takes longer are left to others; 0: none"),
            ("most_output_bytes", 0, "jobs whose leases may leave more are left to others; 0: none"),
            ("most_samples", 0, "packages with more samples a pixel are left to others; 0: none"),
            ("most_frame_pixels", 0, "packages with more pixels a frame, of all view layers, too; 0: none"),
            ("most_failures", 2, "leases of a job may fail here before it is left to others"),
            ("refused_artists", (), 'accounts whose jobs are left to others: "0x…", ...'),
            ("refused_packages", (), 'packages that are left to others, by their CIDs: "bafy…", ...'),
            ("logs_bytes", 0, "that logs of render processes may take; 0: 512 MiB"),
            (
                "most_evidence_bytes",
                0,
                "with more kept for leases that are not settled it takes none; 0: as the disk has room",
            ),
            (
                "metrics_port",
                0,
                "metrics and health on this port, such as 9464; 0: nowhere",
            ),
            (
                "metrics_host",
                "127.0.0.1",
                "this machine's address for that; 0.0.0.0: all, for whoever reaches them",
            ),
        ),
    ),
    (
        "An artist's client",
        (
            (
                "tell_addresses",
                "none",
                "of its IPFS node, to everybody with each job, or public, all: workers fetch at once",
            ),
            ("final_checks", 1, "frames of each lease whose final image is made again; 0: none"),
            ("own_checks", 2, "leaves of each lease that are rendered again; 0: none"),
            ("own_check_seconds", 120, "how long one of these may take, the scene's opening included"),
            ("own_challenges", 3, "leases of a job that it challenges by itself, each for a bond; 0: none"),
            (
                "most_private_workers",
                32,
                "that are given a private job's key, besides the verifiers of its leases",
            ),
            ("scheduler", 0, "the account that assigns a job's leases; 0: workers claim them"),
            ("scheduler_grace_seconds", 120, "how long it may be silent before workers claim after all"),
            ("takes_unjudged", False, "jobs also where too few verify them, for frames that nobody judges"),
            (
                "second_looks",
                "auto",
                "whether jobs pay for them, or always, never; auto: where none is or can be checked here",
            ),
        ),
    ),
    (
        "A watchtower",
        (
            ("evidence", "evidence", "the worker's FOLDER/evidence, or a copy that is kept up to date"),
            ("workers", (0,), "the numbers of the workers that it answers for"),
            ("package_keys", "keys", "a folder of private jobs' keys, which it gives to workers that ask"),
            ("patience_seconds", 120, "how long a worker may take before it is answered for"),
            ("daily_fee_limit_fri", "20STRK", "all its transactions of a day (UTC) together"),
        ),
    ),
)
HEAD = """\
# Settings of RenderChain. Each can also be given as RENDERCHAIN_<NAME> in the environment, which wins over
# this file. What stands behind a # is not chosen: most of it has a default, docs/provider.md says more.
"""


def settings_text(chosen: Mapping[str, Value]) -> str:
    """The text of a file with those settings; raises KeyError for a name or a value that there is not.

    Amounts are text such as 5STRK, paths are relative to the file.
    """
    left = dict(chosen)
    parts = [HEAD]
    for title, entries in SECTIONS:
        parts.append(f"\n# {title}\n")
        for name, example, meaning in entries:
            is_chosen = name in left
            value = left.pop(name, example)
            if not _is_value(value):
                raise KeyError(f"{name} can't have that value")
            parts.append(f"{'' if is_chosen else '# '}{name} = {_toml(value)} # {meaning}\n")
    if left:
        raise KeyError(f"{', '.join(left)} {'is no setting' if len(left) == 1 else 'are no settings'}")
    return "".join(parts)


def _is_value(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(_is_value(one) for one in value)
    return isinstance(value, str) or (isinstance(value, int) and abs(value) < MOST)


def _toml(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value) if isinstance(value, int) else f"[{', '.join(map(_toml, value))}]"
