"""What an account still has to sign until its worker can work; nothing that the chain knows is done again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from ...core.errors import ChangeRefused, SettingsError
from ...core.ids import WorkerId
from ...core.job import family_name
from ...core.money import format_strk, parse_strk
from ...core.provider import RegistryRules, parse_family
from ...ports.provider_chain import ProviderChain
from .change import Change
from .changes import NO_END, Changes
from .questions import Questions
from .signing import carry_out

USUAL_STAKES = 10  # times the least one is what is suggested
USUAL_VOTE = "0.001"  # STRK
MOST_SEATS = 10_000


class Declined(ChangeRefused):
    """The person did not want a step."""


class Joining:
    """``families`` are those that this machine renders."""

    def __init__(
        self,
        chain: ProviderChain,
        questions: Questions,
        say: Callable[[str], None],
        families: Sequence[int],
    ) -> None:
        self._chain = chain
        self._changes = Changes(chain)
        self._questions = questions
        self._say = say
        self._families = families

    async def join(self) -> WorkerId:
        """Sign what is lacking, a step after the other; returns the worker.

        Raises Declined where the answer is no, what a change raises, and SettingsError.
        """
        number = await self._registered()
        await self._announced(number)
        await self._seated(number)
        return number

    async def _registered(self) -> WorkerId:
        address = self._chain.address
        number = await self._chain.worker_id_of(address)
        if number:
            self._say(f"The account operates worker {number} already.")
            return number
        for owned in await self._chain.workers_of(address):
            standing = await self._chain.standing(owned, ())
            if standing.named == address:
                await self._sign(self._changes.accept(owned))
                return owned
        rules = await self._chain.rules()
        return await self._register(rules)

    async def _register(self, rules: RegistryRules) -> WorkerId:
        address, least = self._chain.address, format_strk(rules.minimum_stake_fri)
        usual = format_strk(USUAL_STAKES * rules.minimum_stake_fri)
        text = f"Work stake in STRK, at least {least}; each lease locks at least 30 % of its pay out of it"
        stake_fri = self._questions.ask("stake", text, parse_strk, usual)
        names = " ".join(map(family_name, self._families))
        families = self._questions.ask("families", "Families that this machine renders", _families, names)
        text = "The address that is paid"
        payout = self._questions.ask("payout", text, _address, f"{address:#x}")
        await self._sign(self._changes.register(address, payout, families, stake_fri))
        return await self._chain.worker_id_of(address)

    async def _announced(self, number: WorkerId) -> None:
        standing = await self._chain.standing(number, self._families)
        lacking = [one for one in self._families if one not in standing.supported]
        if lacking:
            await self._sign(self._changes.families(number, lacking, True))

    async def _seated(self, number: WorkerId) -> None:
        known = await self._chain.families_of(number)
        standing, rules = await self._chain.standing(number, known), await self._chain.rules()
        if any(standing.seats.values()):
            self._say("The worker holds seats already; `seats` and `offer` change them.")
            return
        unit = format_strk(rules.seat_unit_fri)
        text = (
            f"Seats, 0 for none. Each needs {unit} STRK of seat stake beside the work stake, and votes about "
            "others' leases for a fee; a vote that stays away costs 20 fees"
        )
        units = self._questions.ask("seats", text, _units, "0")
        if not units:
            return
        named = self._families[0] if self._families else standing.supported[0]
        text = "The family of the seats"
        family = self._questions.ask("seats_family", text, parse_family, family_name(named))
        fee_fri = self._questions.ask("votes_from", "Least fee of a vote in STRK", parse_strk, USUAL_VOTE)
        await self._fill_seat_purse(number, units * rules.seat_unit_fri - standing.free_seat_fri)
        offer = replace(standing.offer, audit_fee_fri=fee_fri, audits_until_epoch=NO_END)
        if offer != standing.offer:
            await self._sign(self._changes.offer(number, offer))
        await self._sign(self._changes.seats(number, family, units))

    async def _fill_seat_purse(self, number: WorkerId, lacking_fri: int) -> None:
        """Out of new stake, so that the work stake stays as it was chosen."""
        if lacking_fri > 0:
            await self._sign(self._changes.add_stake(number, lacking_fri))
            await self._sign(self._changes.move_to_seats(number, lacking_fri))

    async def _sign(self, change: Awaitable[Change]) -> None:
        made = await change
        if await carry_out(self._chain, made, self._say, self._questions.agree) is None:
            raise Declined(f"{made.action} was not signed. Run the set-up again to go on from here.")


def _families(text: str) -> tuple[int, ...]:
    found = tuple(parse_family(one) for one in text.replace(",", " ").split())
    if not found:
        raise SettingsError("Name at least one family, such as 4.5/cycles/cpu.")
    return found


def _address(text: str) -> int:
    try:
        number = int(text, 16)
    except ValueError:
        number = 0
    if not 0 < number < 2**251:
        raise SettingsError(f"{text!r} is no address; write it as 0x…")
    return number


def _units(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST_SEATS:
        raise SettingsError(f"{text!r} is no number of seats, 0 to {MOST_SEATS}.")
    return int(text)
