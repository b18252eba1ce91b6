"""A provider's commands by their names; none of them needs bpy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from . import accounts, backups, doctor, looking, profile, setup, staking

PROVIDER_COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "account": accounts.account,
    "key": accounts.key,
    "register": staking.register,
    "stake": staking.stake,
    "families": profile.families,
    "offer": profile.offer,
    "seats": profile.seats,
    "operator": profile.operator,
    "payout": profile.payout,
    "give_back": profile.give_back,
    "status": looking.status,
    "earnings": looking.earnings,
    "setup": setup.setup,
    "doctor": doctor.doctor,
    "send": looking.send,
    "pause": looking.pause,
    "resume": looking.resume,
    "drain": looking.drain,
    "backup": backups.backup,
    "restore": backups.restore,
}
