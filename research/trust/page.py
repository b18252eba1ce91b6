"""Tables, and what tests/attacks show of each attack that is no matter of chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

PAGE_ROWS = [
    ["leaves not opened", "the lease is lost, slashed, reopened", "-L", "test_fraud"],
    ["a root over nothing, another worker's root", "can't be opened, the lease is lost", "-L",
     "test_fraud, test_order"],
    ["results withheld, spoiled, wrapped for somebody else, or their key kept",
     "the lease is lost by a delivery challenge", "-L", "test_fraud"],
    ["final image swapped after the root", "the client refuses it", "-L if challenged", "test_fraud"],
    ["results withheld, and the audit outlasts the window", "the window restarts after the audit", "-L",
     "test_fraud"],
    ["final image swapped before the root", "the client makes drawn frames again, finds it and keeps "
     "its own; no lock is lost", "0, sabotage", "test_fraud"],
    ["many leases at a low rate after a clean record", "rate and lock are fixed at the claim", "-2R(1-p)/p "
     "when audited", "test_theft"],
    ["parallel claims of a newcomer", "each has p = 1 and a lock of its own", "no gain", "test_fraud"],
    ["two results for one lease", "the second is refused", "no gain", "test_fraud"],
    ["lease held to its timeout", "it expires and reopens", "-0.05 R", "test_fraud"],
    ["range given back again and again", "it opens again each time",
     "0 before a tenth of the timeout, then -0.02 R each time", "test_give_backs"],
    ["only the cheap frames of a lease", "the others go to somebody else",
     "-0.02 of their pay after a tenth of the timeout", "test_give_backs"],
    ["a signature used for other tasks", "refused", "0", "test_give_backs"],
    ["verifier echoes a false answer", "it is outvoted", "-20 fees", "test_verifiers"],
    ["whole committee of friends", "undone by an appeal, which looks at the same leaves again",
     "-L, -20 fees each", "test_verifiers"],
    ["all three bribed, and nobody appeals", "in half of the cases seven more look at the same leaves",
     "-L, -20 fees each", "test_friends"],
    ["two of three bribed, and the artist is away", "the third appeals", "-L, -20 fees each", "test_friends"],
    ["one silent friend", "the two others convict", "-L, -20 fees", "test_friends"],
    ["two silent friends", "they pay for seven who convict", "-L, -20 fees each", "test_friends"],
    ["a friend objects otherwise, for chaos", "the others are near each other", "-L", "test_friends"],
    ["two verifiers differ from everybody, for chaos", "half of the pay burns, or the worker asks seven",
     "0, or -20 fees each", "test_friends"],
    ["verifier agrees against its own prints", "anyone strikes it for a fee", "-20 fees", "test_friends"],
    ["scene withheld from verifiers", "the worker loses its lock, nobody gets anything", "-L", "test_doubts"],
    ["too few seconds declared", "half of the pay burns", "0, sabotage", "test_doubts"],
    ["false leaves that were not drawn", "whoever names one in an appeal has it looked at", "-L",
     "test_doubts"],
    ["candidates locked out or scared off once the block is known", "their votes are drawn all the same",
     "no gain", "test_identity"],
    ["verifier copies the first round in the second", "it fails on fresh leaves", "-20 fees",
     "test_verifiers"],
    ["commitment copied", "the copy can't be revealed", "-20 fees", "test_verifiers"],
    ["two of three slash an honest worker", "reversed by seven", "-20 fees each", "test_verifiers"],
    ["verifier does not reveal", "the other two decide", "-20 fees", "test_verifiers"],
    ["verifier does not commit", "it pays for four more votes", "-20 fees", "test_verifiers"],
    ["huge package, tiny fee", "who does not offer that is not drawn", "no gain", "test_verifiers"],
    ["seats taken after the submission", "they are not drawn", "no gain", "test_identity"],
    ["seats taken and given up to thin out the draw", "given up seats are used again", "gas",
     "contracts/src/tests/registry/test_seats"],
    ["unaudited leases for a record", "they make no record", "gas", "test_identity"],
    ["new name after a loss", "p = 1, L_min", "the registration", "test_identity"],
    ["stake taken out before the verdict", "the locked part stays", "-L", "test_identity"],
    ["caller picks the block, or draws late", "one block decides", "no gain",
     "test_order"],
    ["good leaf opened elsewhere", "refused", "-L in the end", "test_order"],
    ["chain reorganised after leaves were shown", "another draw is made, old openings are refused",
     "nobody loses", "test_order"],
    ["false challenge of pixels or delivery", "the bond pays the votes and burns", "-0.3 R and the fees",
     "test_requester"],
    ["audit or challenge while the worker is away", "who has its evidence answers",
     "no gain", "test_requester"],
    ["cancel or silence after the submission", "the worker is paid", "no gain", "test_requester"],
    ["saying that a scene can't be rendered", "the lease is given back", "0", "test_give_backs"],
    ["scheduler assigns what is not offered", "refused", "no gain", "test_requester"],
    ["accepting before or during an audit", "the audit goes on, the lock stays", "no gain", "test_requester"],
]  # fmt: skip


def table(head: Sequence[str], lines: Sequence[Sequence[Any]]) -> str:
    """A Markdown table."""
    rule = ["---"] * len(head)
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in (head, rule, *lines)) + "\n"
