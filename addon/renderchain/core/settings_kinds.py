"""Of what kind each setting is, and which values it may have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .job import DEVICE_GROUPS
from .lease_id import MAX_SLOTS
from .networks import NETWORKS
from .node_address import WHICH

DEVICES = ("AUTO", *DEVICE_GROUPS)
SECOND_LOOKS = ("auto", "always", "never")
WHOLE = (
    "from_block",
    "final_checks",
    "own_checks",
    "own_check_seconds",
    "own_challenges",
    "most_private_workers",
    "probe_seconds",
    "show_gas",
    "patience_seconds",
    "oldest_head_seconds",
    "most_frames",
    "lanes",
    "metrics_port",
    "least_free_bytes",
    "most_package_bytes",
    "most_memory_mib",
    "most_vram_mib",
    "most_failures",
    "idle_minutes",
    "logs_bytes",
    "most_frame_seconds",
    "most_output_bytes",
    "most_samples",
    "most_frame_pixels",
    "most_evidence_bytes",
    "memory_bytes",
    "output_bytes",
    "frame_seconds",
    "cache_bytes",
    "store_bytes",
    "known_tile_frames",
    "scheduler_grace_seconds",
)
# A lane holds two leases at times.
MOST = {"metrics_port": 65_535, "lanes": MAX_SLOTS // 2, "idle_minutes": 7 * 24 * 60}
# Less than that no render process lives with; 0 is the default.
LEAST = {"memory_bytes": 2**29, "output_bytes": 2**24, "logs_bytes": 2**23}
# With 0 nothing could ever be sent, or rendered.
SOME = ("fee_limit_fri", "lanes", "scheduler_grace_seconds", "most_failures")
AMOUNTS = (
    "least_reward_fri",
    "least_profit_fri",
    "fee_limit_fri",
    "show_fee_fri",
    "daily_fee_limit_fri",
    "reserve_fri",
    "largest_lock_fri",
    "largest_bond_fri",
    "daily_bonds_fri",
)
REQUIRED = ("rpc_url", "directory", "account")
# What an example file has in the place of what nobody can know before.
PLACEHOLDERS: Mapping[str, Any] = {"directory": 0, "account": 0, "workers": (0,)}
ADDRESSES = ("directory", "board", "account", "scheduler")
PATHS = (
    "folder",
    "keystore",
    "password_file",
    "rpc_headers",
    "ipfs_headers",
    "ipfs_ca",
    "evidence",
    "package_keys",
)
SWITCHES = (
    "allow_unsandboxed",
    "appeals",
    "takes_unjudged",
    "allow_osl",
    "allow_freestyle_scripts",
    "pause_on_battery",
    "pause_beside_blender",
)
CHOICES = {
    "device": DEVICES,
    "network": tuple(NETWORKS),
    "second_looks": SECOND_LOOKS,
    "tell_addresses": WHICH,
    "dial_addresses": WHICH,
}
URLS = ("rpc_url", "ws_url", "other_nodes", "index_url", "gateways")
HTTP = ("http://", "https://")
SCHEMES = {"rpc_url": HTTP, "ws_url": ("ws://", "wss://"), "index_url": HTTP, "ipfs_api": ("/",)}
NO_WATCHTOWER = "none"  # the provider knows
PATTERNS = {"watchtower_key": re.compile(f"[0-9a-f]{{64}}|{NO_WATCHTOWER}")}
# The first can never be used up where the second is smaller.
LIMITS_WITHIN = (("show_fee_fri", "fee_limit_fri"), ("fee_limit_fri", "daily_fee_limit_fri"))
