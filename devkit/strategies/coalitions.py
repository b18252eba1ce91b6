"""The coalitions that are played, each with the rule that stands against it."""

from __future__ import annotations

from dataclasses import replace

from renderchain.core.audit.state import Vote

from devkit.strategies.coalition import Coalition, Hand, Scene, Way

AGREE, FALSE, LONE = Hand(Way.AGREE), Hand(Way.FALSE), Hand(Way.LONE)
LURKING = Hand(Way.AGREE, lurks=True)
# Who declines or is absent is so in two rounds, with all batches.
ABSENT, SILENT = Hand(absent=True, rounds=2), Hand(silent=True)
BUSY, OVER_TIME, NO_PACKAGE = (
    Hand(word=word, rounds=2) for word in (Vote.BUSY, Vote.OVER_TIME, Vote.NO_PACKAGE)
)


def lurking(hand: Hand) -> Hand:
    """The same only where it decides."""
    return replace(hand, lurks=True)


NO_CHECK = "the artist's own check, and second looks in its place"
HONEST = Coalition("everybody is honest", "the base of all figures")

# A worker that renders nothing; its requester is away.
FAKERS = [
    Coalition("fakes all, without seats", "lock max(0.3 R + 3 f, 16 f, 2R(1-p)/p)", True, 1.0),
    Coalition("fakes all, friends agree", "F12, A1: appeals, 20 f", True, 1.0, hands=(AGREE,)),
    Coalition("fakes all, friends agree where they decide", "F10, A9: appeals", True, 1.0, hands=(LURKING,)),
    Coalition("fakes all, friends agree and appeal before the honest do", "A9: half of the tenth", True,
              1.0, hands=(AGREE,),
              races=True),
    Coalition("fakes all, friends seal and are silent", "F3: no majority draws more", True, 1.0,
              hands=(SILENT,)),
    Coalition("fakes all, friends are silent where they decide", "F3, attack 2", True, 1.0,
              hands=(lurking(SILENT),)),
    Coalition("fakes all, friends are absent", "F2, F7: absence draws more", True, 1.0, hands=(ABSENT,)),
    Coalition("fakes all, friends are busy", "A3, A6: 2 f each", True, 1.0, hands=(BUSY,)),
    Coalition("fakes all, friends say 'over time'", "declared seconds; A12", True, 1.0, hands=(OVER_TIME,)),
    Coalition("fakes all, friends say 'over time' where they decide", "declared seconds; A12", True, 1.0,
              hands=(lurking(OVER_TIME),),
              note="shared at once, which nobody can appeal"),
    Coalition("fakes all, friends say 'no package'", "A2, A6", True, 1.0, hands=(NO_PACKAGE,)),
    Coalition("fakes all, friends object each with a print of its own", "A4: the show", True, 1.0,
              hands=(LONE,)),
    Coalition("fakes all, friends object each by itself where they decide", "A4: the show, appeals", True,
              1.0, hands=(lurking(LONE),)),
    Coalition("fakes all, stops serving the package", "A2: no package rejects", True, 1.0, serves=False),
    Coalition("stops serving the package, friends agree", "A2, A6", True, 1.0, serves=False,
              hands=(Hand(Way.AGREE, rounds=2),), without=NO_CHECK),
    Coalition("stops serving the package, friends agree, the artist checks", "the artist's check, appeals",
              True, 1.0, serves=False, hands=(Hand(Way.AGREE, rounds=2),), present=True),
    Coalition("stops serving the package, friends agree, the job has second looks", "second looks, appeals",
              True, 1.0, serves=False, hands=(Hand(Way.AGREE, rounds=2),), second_look=True,
              note="half of the acceptances are looked at again; an artist's own check is of all leases"),
    Coalition("stops serving the package, friends say 'over time'", "A2, A12", True, 1.0, serves=False,
              hands=(OVER_TIME,)),
    Coalition("fakes all, never opens", "F6: silence of whoever owes data", True, 1.0, opens=False),
    Coalition("fakes all, friends play what pays most", "all of these at once", True, 1.0,
              hands=(Hand(), Hand(Way.AGREE, rounds=1), Hand(silent=True, rounds=1),
                     Hand(word=Vote.OVER_TIME, rounds=1), Hand(Way.LONE, rounds=1))),
    Coalition("fakes all, friends' stake covers one vote", "U >= 60 f", True, 1.0,
              hands=(LURKING,), thin=True),
    Coalition("fakes all, first round's votes are bought", "A9: second look", True, 1.0, hands=(AGREE,),
              bribes=1, appeals=False, without=NO_CHECK),
    Coalition("first round's votes are bought, the job has second looks", "A9: second look", True, 1.0,
              hands=(AGREE,), bribes=1, second_look=True, appeals=False),
    Coalition("first round's votes are bought, the artist checks", "what nobody disputes is looked at again",
              True, 1.0, hands=(AGREE,), bribes=1, present=True, appeals=False),
    Coalition("fakes all, friends agree, the job has second looks", "A9, F12", True, 1.0, hands=(LURKING,),
              second_look=True),
    Coalition("fakes half, friends agree in the first round where they decide",
              "leaves in dispute are looked at again", True,
              0.5, hands=(Hand(Way.AGREE, lurks=True, rounds=1),)),
    Coalition("fakes a tenth, without seats", "L against what is saved", True, 0.1),
    Coalition("fakes a tenth, the artist checks", "the artist's check, challenge of pixels", True, 0.1,
              present=True),
    Coalition("fakes a tenth, the artist checks and pays at once", "A14: L stays locked", True, 0.1,
              present=True, pays=True),
    Coalition("fakes all, the artist checks, friends agree", "the artist's check, named leaves", True, 1.0,
              present=True, hands=(LURKING,)),
    Coalition("fakes all, its requester is a friend", "no penalty pays who caused it", True, 1.0,
              owns_requester=True, hands=(AGREE,)),
    Coalition("fakes all, its requester is a friend and pays at once", "A14: L stays locked", True, 1.0,
              owns_requester=True, pays=True, hands=(AGREE,)),
    Coalition("fakes all, the job is cancelled after the claim", "F7: reserves", True, 1.0, cancels=True,
              hands=(AGREE,)),
]  # fmt: skip
# An honest worker is to lose, or nobody in particular.
FRAMES = [
    Coalition("friends object with one false print", "F12, A1: appeals, 20 f", hands=(FALSE,)),
    Coalition("friends object with one false print where they decide", "A9: appeals",
              hands=(lurking(FALSE),)),
    Coalition("friends object where they decide, the artist pays at once", "A14, appeals", present=True,
              pays=True, hands=(lurking(FALSE),)),
    Coalition("the same for a requester that keeps frames and pay", "principle 1, appeals",
              owns_requester=True, hands=(lurking(FALSE),)),
    Coalition("friends object in the first round, then wash their votes by an appeal",
              "leaves in dispute are looked at again", hands=(Hand(Way.FALSE, rounds=1),)),
    Coalition("friends object each with a print of its own", "A4: unshown is shared; appeals", hands=(LONE,)),
    Coalition("friends object each by itself where they decide", "A4, A12",
              hands=(lurking(LONE),)),
    Coalition("friends object though their prints agree", "A11: strike", hands=(Hand(Way.LIAR),)),
    Coalition("friends agree though their prints do not", "A11: strike", hands=(Hand(Way.LAZY),)),
    Coalition("friends say 'over time' where they decide", "declared seconds; A12",
              hands=(lurking(OVER_TIME),),
              note="shared at once, which nobody can appeal"),
    Coalition("friends say 'over time'", "A3, A6: batches", hands=(OVER_TIME,)),
    Coalition("friends say 'no package'", "A2, A6: batches", hands=(NO_PACKAGE,),
              note="each such word costs a fee, and the worker's appeal its gas"),
    Coalition("friends say 'no package' where they decide", "A2: appealable", hands=(lurking(NO_PACKAGE),),
              note="each such word costs a fee, and the worker's appeal its gas"),
    Coalition("friends are absent", "20 f", hands=(ABSENT,)),
    Coalition("friends seal and are silent", "20 f", hands=(SILENT,)),
    Coalition("friends are busy", "A3: 2 f", hands=(BUSY,)),
    Coalition("friends play what harms most", "appeals", owns_requester=True,
              hands=(Hand(), Hand(Way.FALSE, rounds=1), Hand(word=Vote.NO_PACKAGE, rounds=1),
                     Hand(Way.LONE, rounds=1))),
]  # fmt: skip
# Nothing is to be decided; and stake so spread, or open in so many audits, that it answers for one vote.
BLOCKERS = [
    Coalition("fakes all, friends are absent where they decide", "F2, F7, A6: batches", True, 1.0,
              hands=(lurking(ABSENT),)),
    Coalition("fakes all, friends are busy where they decide", "A3, A6: batches", True, 1.0,
              hands=(lurking(BUSY),)),
    Coalition("fakes all, friends say 'no package' where they decide", "A2, A6", True, 1.0,
              hands=(lurking(NO_PACKAGE),)),
    Coalition("fakes all, friends block as it pays most", "principle 2, batches, 20 f", True, 1.0,
              hands=(Hand(), Hand(word=Vote.OVER_TIME, rounds=1), Hand(silent=True, rounds=1))),
    Coalition("fakes all, friends agree in the first round and block the second", "F2, A6, appeals",
              True, 1.0,
              hands=(Hand(Way.AGREE, lurks=True, rounds=1), Hand(silent=True, since=1, rounds=2))),
    Coalition("friends object in the first round and block the second", "F2, A6, appeals",
              owns_requester=True,
              hands=(Hand(Way.FALSE, lurks=True, rounds=1), Hand(silent=True, since=1, rounds=2))),
    Coalition("fakes all, friends are absent, their stake covers one vote", "U >= 60 f", True, 1.0,
              hands=(ABSENT,), thin=True),
    Coalition("fakes all, friends are silent, their stake covers one vote", "U >= 60 f", True, 1.0,
              hands=(SILENT,), thin=True),
    Coalition("fakes all, friends agree, their stake covers one vote", "U >= 60 f", True, 1.0,
              hands=(AGREE,), thin=True),
    Coalition("friends are absent where they decide", "F2, A6: batches",
              hands=(lurking(ABSENT),)),
    Coalition("friends are absent, their stake covers one vote", "U >= 60 f", hands=(ABSENT,), thin=True),
    Coalition("friends are silent, their stake covers one vote", "U >= 60 f", hands=(SILENT,), thin=True),
    Coalition("friends object where they decide, their stake covers one vote", "U >= 60 f",
              hands=(lurking(FALSE),), thin=True),
    Coalition("the same for a requester that keeps the frames, stake for one vote", "U >= 60 f",
              owns_requester=True, hands=(lurking(FALSE),), thin=True),
]  # fmt: skip
# Verifiers that save their work.
LAZY = [
    Coalition("friends seal at random", "20 f", hands=(LONE,)),
    Coalition("friends echo what an honest worker tells them", "20 f where it is not honest", hands=(AGREE,),
              note="no rule can: an honest worker may tell whom it likes; nothing false passes"),
]  # fmt: skip
# The requester.
REQUESTERS = [
    Coalition("the requester doubts good pixels", "bond 0.3 R + 3 f", owns_requester=True,
              challenges="pixels"),
    Coalition("the requester doubts good pixels, friends object", "bond, appeals", owns_requester=True,
              challenges="pixels",
              hands=(lurking(FALSE),)),
    Coalition("the requester doubts a good delivery", "bond", owns_requester=True, challenges="delivery"),
    Coalition("the requester doubts a good delivery, friends vote no", "A13, bond, appeals",
              owns_requester=True, challenges="delivery",
              hands=(lurking(FALSE),)),
    Coalition("the requester doubts the delivery in an outage of the worker", "F6: a watchtower answers",
              owns_requester=True, challenges="delivery", shows_key=False,
              note="nobody answers within two steps, 8 hours"),
    Coalition("the requester doubts the delivery in an outage, a watchtower answers",
              "F6: a watchtower answers", owns_requester=True, challenges="delivery",
              beyond="a watchtower, whose gas it pays"),
    Coalition("the artist's scene is chaos", "A4, A12: half is burned; the probe", owns_requester=True,
              scene=Scene.CHAOTIC),
    Coalition("the artist's scene is another on the worker's machine", "the probe, before the claim",
              owns_requester=True, scene=Scene.UNFAIR,
              note="no vote can tell it from a cheat; a probe that sees it keeps workers from claiming"),
    Coalition("the scene takes five times the declared seconds", "A12: half is burned, the reserve too",
              owns_requester=True, scene=Scene.HEAVY),
    Coalition("the requester stops serving the package", "F1, A2: the worker serves it",
              owns_requester=True),
    Coalition("the package can't be had by verifiers", "F1, A2: the worker serves it", owns_requester=True,
              serves=False, note="every copy, the worker's too, is cut off for days"),
    Coalition("scene withheld by its requester, own worker, friends seal", "F1, F5: forfeits burn", True,
              owns_requester=True, serves=False, hands=(Hand(Way.AGREE, rounds=2),)),
]  # fmt: skip
# The worker, besides pixels.
WORKERS = [
    Coalition("wraps results for somebody else, is challenged", "F4: the key recomputes the wrapping", True,
              1.0, delivers=False, challenges="delivery"),
    Coalition("wraps results for somebody else, friends vote yes", "F4, A13", True, 1.0, delivers=False,
              challenges="delivery",
              hands=(LURKING,)),
    Coalition("withholds the key", "F6, A2: silence", True, 1.0, delivers=False, shows_key=False,
              challenges="delivery"),
    Coalition("serves the package only after its appeal", "A2, A6: f each", True, serves=False,
              serves_late=True, note="honest verifiers who could not have it lose a fee each; those of the "
              "appeal look again at a leaf on which nobody voted"),
    Coalition("gives back early", "free before a tenth of the timeout", True, ends="give back"),
    Coalition("gives back late", "A15: 2 %", True, ends="give back late"),
    Coalition("is late", "5 % of R", True, ends="expire"),
    Coalition("renders the cheap half", "A15: 2 % of what comes back", True, ends="cheap half",
              note="the dear half costs three times as much as the cheap one"),
]  # fmt: skip
# Several leases of one worker, one after the other.
SERIES = [
    Coalition("fakes lease after lease until the pool is empty", "a reserve for each lease; the lock", True,
              1.0, leases=3, wide=2),
    Coalition("fakes lease after lease until the pool is empty, friends agree where they decide",
              "a reserve for each lease; appeals", True, 1.0, leases=3, wide=2, hands=(LURKING,)),
    Coalition("is honest in a lease, and fakes the next one", "a record is credit; the lock", True, 1.0,
              leases=2, wide=2, fakes_last=True),
    Coalition("friends are busy in a true lease to drain the pool, the next one is faked",
              "A2, A3: fees are reserved at the claim", True, 1.0, leases=2, wide=2, fakes_last=True,
              hands=(BUSY,)),
    Coalition("friends say 'no package' in a true lease to drain the pool, the next one is faked",
              "A2: fees are reserved at the claim", True, 1.0, leases=2, wide=2, fakes_last=True,
              hands=(NO_PACKAGE,)),
    Coalition("claims five times and gives back each time", "gas; 2 % once the family is half full", True,
              ends="give back", leases=5),
    Coalition("claims five times and never submits", "5 % of R each time", True, ends="expire", leases=5),
    Coalition("gives jobs to itself and keeps verifiers at work", "their fees and the gas", True,
              owns_requester=True, leases=2, wide=2, spams=True),
    Coalition("gives jobs to itself, friends copy the votes and have fees of it",
              "20 f where it is not honest", True, owns_requester=True, leases=2, wide=2, spams=True,
              hands=(AGREE,)),
]  # fmt: skip
# A scheduler in league gives a friend the tasks that another has already.
SCHEDULERS = [
    Coalition("a scheduler gives a friend's lease to a friend as well, who copies it", "spare_tasks", True,
              spare=True,
              note="a job sets aside so many tasks as its artist says, by itself a twentieth, without a "
              "scheduler none"),
    Coalition("a scheduler gives an honest worker's lease to a friend as well", "spare_tasks", spare=True,
              note="the friend renders what nobody needs, out of what the job set aside"),
    Coalition("a scheduler gives a faker's lease to a friend as well, who fakes it too",
              "each lease has a lock and a draw of its own", True, 1.0, spare=True),
    Coalition("a scheduler gives a faker's lease to a friend as well, friends agree where they decide",
              "each lease has a lock and a draw of its own", True, 1.0, spare=True, hands=(LURKING,)),
    Coalition("a scheduler gives an honest worker's lease to a friend, friends object where they decide",
              "20 f; appeals", spare=True, hands=(lurking(FALSE),),
              note="as in the row before; that they object costs them alone"),
]  # fmt: skip
GROUPS = {
    "A worker that fakes": FAKERS,
    "Against an honest worker": FRAMES,
    "Blocking, and many names": BLOCKERS,
    "Verifiers that save their work": LAZY,
    "Requesters": REQUESTERS,
    "Workers, besides pixels": WORKERS,
    "Several leases": SERIES,
    "Schedulers": SCHEDULERS,
}
COALITIONS = [one for group in GROUPS.values() for one in group]
