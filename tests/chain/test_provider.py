"""A provider's whole way on a real chain: a new account, stake, profile, and the stake back home."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from renderchain.adapters.starknet.accounts import Deployment, address_of, new_key, public_key_of
from renderchain.adapters.starknet.node import close_account, open_reader
from renderchain.adapters.starknet.provider import StarknetProvider
from renderchain.app.provider.changes import Changes
from renderchain.app.provider.doctor_chain import examine_chain
from renderchain.app.provider.earnings import csv_of, earnings_of, table_of
from renderchain.app.provider.signing import carry_out, make_file, send_file
from renderchain.app.provider.status import status_of
from renderchain.core.errors import ChangeRefused, FeeTooHigh, InsufficientFunds, WrongNetwork
from renderchain.core.finding import Health
from renderchain.core.ids import WorkerId
from renderchain.core.job import StandingOffer, family_of
from renderchain.core.money import FRI_PER_STRK
from renderchain.core.provider import PlainCall
from renderchain.core.registry_errors import SeatsChangedAlready
from renderchain.core.worker_control import Control

from devkit.made_up_job import FAMILY, RULES
from devkit.network.clients import LIMIT_FRI, Chains
from devkit.network.deploy import Deployed, deploy_network
from devkit.network.devnet import pass_time, tell
from devkit.network.local import Account

STAKE_FRI = 5 * FRI_PER_STRK
OFFER = StandingOffer(0, 0, 0, 0, audit_fee_fri=1, memory_mib=100, audits_until_epoch=2**31)


class Heard:
    """What was said, and an answer to every question."""

    def __init__(self, *, agrees: bool = True) -> None:
        self.lines: list[str] = []
        self._agrees = agrees

    def say(self, text: str) -> None:
        self.lines.append(text)

    def confirm(self) -> bool:
        return self._agrees

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


async def provider(opened: Chains, one: Account, deployed: Deployed) -> StarknetProvider:
    account, sender = await opened.sender(one)
    return await StarknetProvider.connect(account, sender, deployed.directory, limit_fri=LIMIT_FRI)


async def reader(opened: Chains, address: int, deployed: Deployed) -> StarknetProvider:
    """The same without a key."""
    account = await open_reader(opened.node, address)
    opened._stack.push_async_callback(close_account, account)
    return await StarknetProvider.connect(account, None, deployed.directory, limit_fri=LIMIT_FRI)


async def new_account(opened: Chains, fri: int) -> Account:
    """One that its own key deployed."""
    key = new_key()
    one = Account(address_of(key), key)
    tell(opened.node.rpc_url, "mint", address=hex(one.address), amount=fri, unit="FRI")
    deployment = Deployment(await opened.account(one), key)
    assert not await deployment.is_done()
    await deployment.send(fri, await deployment.fee(LIMIT_FRI))
    assert await deployment.is_done()
    return one


async def done(chain: StarknetProvider, change: Any) -> Heard:
    heard = Heard()
    assert await carry_out(chain, await change, heard.say, heard.confirm)
    return heard


def test_from_a_new_account_to_the_stake_back_home(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            deployed = await deploy_network(await opened.account(opened.accounts[0]), RULES)
            one = await new_account(opened, 20 * FRI_PER_STRK)
            chain = await provider(opened, one, deployed)
            changes = Changes(chain)

            heard = await done(chain, changes.register(one.address, one.address, [FAMILY], STAKE_FRI))
            assert "It costs 5 STRK and a fee of about" in heard.text and "27 minutes" in heard.text
            number = await chain.worker_id_of(one.address)
            assert await chain.workers_of(one.address) == [number]
            await done(chain, changes.add_stake(number, FRI_PER_STRK))
            await done(chain, changes.move_to_seats(number, 2 * FRI_PER_STRK))
            await done(chain, changes.offer(number, OFFER))
            block = (await chain.newest_block())[0]
            pass_time(opened.node.rpc_url, 1, -block % RULES.epoch_blocks)  # an epoch begins
            await done(chain, changes.seats(number, FAMILY, 2))
            standing = await chain.standing(number, [FAMILY])
            assert (
                standing.seats == {FAMILY: 2} and standing.supported == (FAMILY,) and standing.offer == OFFER
            )
            lines = "\n".join(await status_of(chain, number, Control(paused=True)))
            assert (
                "2 in 4.5/cycles/cpu" in lines and "work stake: 4 STRK" in lines and "claim nothing" in lines
            )

            with pytest.raises(ChangeRefused, match="free work stake"):
                await changes.withdraw_work(number, 5 * FRI_PER_STRK)
            with pytest.raises(SeatsChangedAlready):
                await done(chain, changes.seats(number, FAMILY, 0))
            pass_time(opened.node.rpc_url, 1, RULES.epoch_blocks)
            await done(chain, changes.seats(number, FAMILY, 0))
            await done(chain, changes.withdraw_work(number, 4 * FRI_PER_STRK))
            with pytest.raises(ChangeRefused, match="cools down for another"):
                await changes.collect(number)
            await done(chain, changes.keep(number))
            await done(chain, changes.withdraw_work(number, 4 * FRI_PER_STRK))
            pass_time(
                opened.node.rpc_url, RULES.cooldown_s + 100, RULES.cooldown_s // RULES.slowest_block_s + 30
            )
            await done(chain, changes.withdraw_seats(number, 2 * FRI_PER_STRK))
            assert "cooled down: `stake collect`" in "\n".join(await status_of(chain, number, Control()))
            await done(chain, changes.collect(number))
            pass_time(
                opened.node.rpc_url, RULES.cooldown_s + 100, RULES.cooldown_s // RULES.slowest_block_s + 30
            )
            await done(chain, changes.collect(number))
            assert await chain.tokens_fri(one.address) > 19 * FRI_PER_STRK
            with pytest.raises(ChangeRefused, match="No stake"):
                await changes.collect(number)

    asyncio.run(run())


def test_the_owner_signs_elsewhere_what_was_made_up_without_the_key(
    chains: Callable[[], Any], tmp_path: Path
) -> None:
    async def run() -> None:
        async with chains() as opened:
            deployed = await deploy_network(await opened.account(opened.accounts[0]), RULES)
            owner, operator = opened.accounts[1:3]
            watching = await reader(opened, owner.address, deployed)
            heard, path = Heard(), tmp_path / "register.json"
            change = await Changes(watching).register(operator.address, owner.address, [FAMILY], STAKE_FRI)
            await make_file(watching, change, heard.say, path)
            assert "renderchain send" in heard.text
            with pytest.raises(ChangeRefused, match="there already"):
                await make_file(watching, change, heard.say, path)
            with pytest.raises(ChangeRefused, match="no key"):
                await watching.send(change.action, change.calls)

            wrong = await provider(opened, operator, deployed)
            with pytest.raises(ChangeRefused, match="is for the account"):
                await send_file(wrong, path, heard.say, heard.confirm)
            signing = await provider(opened, owner, deployed)
            refusing = Heard(agrees=False)
            assert await send_file(signing, path, refusing.say, refusing.confirm) is None
            assert refusing.lines[-1] == "Nothing was sent."
            assert f"stake_fri: {STAKE_FRI}" in refusing.text and "costs 5 STRK" in refusing.text
            first = await send_file(signing, path, heard.say, heard.confirm)
            again = await send_file(signing, path, heard.say, heard.confirm)
            assert (
                first
                and first == again
                and first.worker_id == await signing.worker_id_of(0) + first.worker_id
            )
            assert await signing.workers_of(owner.address) == [first.worker_id]

            standing = await signing.standing(first.worker_id, ())
            assert standing.named == operator.address and not standing.worker.operator
            with pytest.raises(ChangeRefused, match="Only the owner"):
                await Changes(wrong).payout(first.worker_id, 5)
            await done(wrong, Changes(wrong).accept(first.worker_id))
            standing = await signing.standing(first.worker_id, ())
            assert (standing.named, standing.worker.operator) == (0, operator.address)

    asyncio.run(run())


def test_calls_that_are_none_of_ours_are_never_signed(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            deployed = await deploy_network(await opened.account(opened.accounts[0]), RULES)
            chain = await provider(opened, opened.accounts[1], deployed)
            good = chain.calls.add_stake(WorkerId(1), 5)
            assert chain.read(good[1]) == "add_stake(worker_id: 1, amount_fri: 5)"
            approval, stake = good
            elsewhere = PlainCall(approval.to, "approve", (0xBAD, *approval.calldata[1:]))
            for bad in (
                elsewhere,
                PlainCall(0xBAD, "add_stake", stake.calldata),
                PlainCall(stake.to, "transfer", stake.calldata),
                PlainCall(stake.to, "add_stake", (*stake.calldata, 1)),
                PlainCall(stake.to, "add_stake", ()),
                PlainCall(stake.to, "add_stake", (2**250, 1)),
            ):
                with pytest.raises(ChangeRefused, match="Nothing was sent"):
                    chain.read(bad)

    asyncio.run(run())


def test_lacking_funds_and_fees_over_the_limit_are_said_before_anybody_signs(
    chains: Callable[[], Any],
) -> None:
    async def run() -> None:
        async with chains() as opened:
            deployed = await deploy_network(await opened.account(opened.accounts[0]), RULES)
            poor = await new_account(opened, 2 * FRI_PER_STRK)
            chain, heard = await provider(opened, poor, deployed), Heard()
            change = await Changes(chain).register(poor.address, poor.address, [FAMILY], STAKE_FRI)
            with pytest.raises(InsufficientFunds, match="takes 5 STRK"):
                await carry_out(chain, change, heard.say, heard.confirm)
            nowhere = await reader(opened, 0x1234, deployed)
            with pytest.raises(ChangeRefused, match="There is no account"):
                await make_file(nowhere, change, heard.say, Path("never"))
            assert heard.lines == []
            with pytest.raises(ChangeRefused, match="does not follow"):
                Deployment(await opened.account(poor), new_key())
            with pytest.raises(ChangeRefused, match="at least 1 STRK"):
                await Changes(chain).register(poor.address, poor.address, [FAMILY], 1)
            key = new_key()
            one = Account(address_of(key), key)
            deployment = Deployment(await opened.account(one), key)
            with pytest.raises(FeeTooHigh, match="over your limit"):
                await deployment.fee(1)
            with pytest.raises(InsufficientFunds, match="send STRK"):
                await deployment.send(0, await deployment.fee(LIMIT_FRI))

    asyncio.run(run())


def test_what_was_earned_is_a_table_and_comma_separated(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            deployed = await deploy_network(await opened.account(opened.accounts[0]), RULES)
            one = opened.accounts[1]
            chain = await provider(opened, one, deployed)
            await done(chain, Changes(chain).register(one.address, one.address, [FAMILY], STAKE_FRI))
            number = await chain.worker_id_of(one.address)
            earned = await earnings_of(chain, number, 0)
            assert earned.entries == () and "Nothing was paid" in table_of(earned)
            assert csv_of(earned) == "time,block,what,board,job,lease,strk\n"
            with pytest.raises(ChangeRefused, match="nothing to withdraw"):
                await Changes(chain).withdraw(one.address)

    asyncio.run(run())


class CheckUp:
    """A check-up of one account, by what is checked."""

    def __init__(self, chain: StarknetProvider, family: int = FAMILY, public_key: int = 0) -> None:
        self._chain = chain
        self._public_key = public_key
        self._family = family

    async def found(self, *, later_s: float = 0, oldest_s: float = 1e12) -> dict[str, tuple[Health, str]]:
        @asynccontextmanager
        async def opened() -> AsyncIterator[StarknetProvider]:
            yield self._chain

        made_s = (await self._chain.newest_block())[1]
        found = await examine_chain(opened, [self._family], made_s + later_s, oldest_s, self._public_key)
        return {one.what: (one.health, one.text) for one in found}


def test_a_check_up_says_what_is_lacking_until_nothing_is(chains: Callable[[], Any]) -> None:
    async def run() -> None:
        async with chains() as opened:
            deployed = await deploy_network(await opened.account(opened.accounts[0]), RULES)
            nowhere = await CheckUp(await reader(opened, 0x1234, deployed)).found()
            assert nowhere["account"][0] is Health.FAULT and "not deployed" in nowhere["account"][1]
            assert "`register` one" in nowhere["worker"][1]

            owner, operator = opened.accounts[1:3]
            owning, operating = [await provider(opened, one, deployed) for one in (owner, operator)]
            change = Changes(owning).register(operator.address, owner.address, [FAMILY], STAKE_FRI)
            await done(owning, change)
            found = await CheckUp(owning).found()
            assert f"worker 1 waits for {operator.address:#x}" in found["worker"][1]
            await done(operating, Changes(operating).accept(WorkerId(1)))
            found = await CheckUp(operating).found()
            assert {health for health, _ in found.values()} == {Health.OK}
            assert found["stake"][1] == "5 STRK of work stake, 5 of it free"

            mine, another = public_key_of(operator.private_key), public_key_of(owner.private_key)
            assert (await CheckUp(operating, public_key=mine).found())["account"][0] is Health.OK
            wrong = (await CheckUp(operating, public_key=another).found())["account"]
            assert wrong[0] is Health.FAULT and "another one's" in wrong[1]
            other = await CheckUp(operating, family_of((5, 2), "CYCLES", "CPU")).found()
            assert "`families add 5.2/cycles/cpu`" in other["families"][1]
            late = await CheckUp(operating).found(later_s=3600, oldest_s=600)
            assert late["node"][0] is Health.FAULT and "60 minutes old" in late["node"][1]
            early = await CheckUp(operating).found(later_s=-3600, oldest_s=600)
            assert early["clock"][0] is Health.FAULT and "future" in early["clock"][1]
            early = await CheckUp(operating).found(later_s=-3600)  # where clocks may be turned
            assert early["clock"][0] is Health.WARNING

            await done(owning, Changes(owning).move_to_seats(WorkerId(1), 2 * FRI_PER_STRK))
            await done(owning, Changes(owning).seats(WorkerId(1), FAMILY, 1))
            assert "takes no votes" in (await CheckUp(operating).found())["seats"][1]
            await done(owning, Changes(owning).offer(WorkerId(1), OFFER))
            assert (await CheckUp(operating).found())["seats"][0] is Health.OK
            await done(owning, Changes(owning).withdraw_work(WorkerId(1), 3 * FRI_PER_STRK))
            assert (await CheckUp(operating).found())["stake"][0] is Health.FAULT

    asyncio.run(run())


def test_a_check_up_of_no_network_says_why() -> None:
    @asynccontextmanager
    async def opened() -> AsyncIterator[StarknetProvider]:
        raise WrongNetwork("There is no contract.")
        yield

    (found,) = asyncio.run(examine_chain(opened, [], time.time(), 600))
    assert found.line == "fault    network: There is no contract."
