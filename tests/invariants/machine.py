"""One call at a time, and what must hold after each; who runs it says where the calls go."""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine
from renderchain.core.audit.economics import PHASES
from renderchain.core.ids import WorkerId
from renderchain.core.lifecycle import HELD

from devkit.model.challenges import Model
from devkit.model.ledger import Refused
from devkit.rules import Rules
from tests.invariants.calls import Calls
from tests.invariants.world import World

NETWORK = Rules(
    cooldown_s=10_000,
    minimum_stake_fri=500,
    lease_timeout_s=300,
    window_s=1500,
    audit_s=PHASES * 100,
    slowest_block_s=100,
    seat_unit_fri=600,
    epoch_blocks=10,
    unjudged_cap_fri=300,
    seat_age_epochs=1,
    family_age_epochs=2,
)
OF_A_CALL = ("now_s", "block", "events")


class Machine(RuleBasedStateMachine):
    """Without rules."""

    total = 0
    done: dict[str, int] = {}  # calls that were not refused, by name
    told: dict[str, int] = {}  # events, by name
    world: World
    model: Model
    calls: Calls

    @abstractmethod
    def deploy(self) -> None:
        """Make a new network."""

    @abstractmethod
    def do(self, caller: str, name: str, *arguments: Any) -> bool:
        """One call; whether it was done."""

    def turn_to(self, board: int) -> None:
        """Calls go to that board from now on."""
        if board != self.world.contracts.board:
            self.world.turn_to(board)
            self.model.turn_to(board)

    def locked_fri(self, worker: WorkerId) -> int:
        """What the board that is called has locked of a worker's stake."""
        held = [one for one in self.model.slots.values() if one.worker == worker and one.state in HELD]
        return sum(self.model.jobs[one.job].stakes_of(one)[1] for one in held)

    def name(self, address: int) -> str:
        """Whose it is; somebody else acts for a worker whose operator has not accepted."""
        return self.world.names.get(address, "outsider")

    def play(self, caller: str, name: str, given: Sequence[Any], time_s: int, block: int) -> str:
        """The same call of the model; why it was refused, and then has changed nothing."""
        after = copy.deepcopy(self.model)
        after.enter_block(time_s, block)
        try:
            getattr(after, name)(self.world.addresses[caller], *given)
        except Refused as refused:
            assert _state(after) == _state(self.model), f"a refused {name} changed the model"
            return str(refused)
        self.model = after
        self.count(name)
        return ""

    def count(self, name: str) -> None:
        self.done[name] = self.done.get(name, 0) + 1
        for event in self.model.events:
            kind = type(event).__name__
            self.told[kind] = self.told.get(kind, 0) + 1


def _state(model: Model) -> dict[str, Any]:
    """All but what belongs to the present call."""
    return {name: value for name, value in vars(model).items() if name not in OF_A_CALL}
