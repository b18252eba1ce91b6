"""What an audit of the protocol's first version found, what a draft of the second left open, and what holds.

A test is named by its file's stem and what comes after ``test_``; tests/unit/docs looks whether it is there.
"""

from __future__ import annotations

# Name, what was possible, what holds now, which tests show it.
FINDINGS: list[tuple[str, str, str, tuple[str, ...] | str]] = [
    (
        "F1",
        "a requester that caused its verifiers' absence was paid by their bonds",
        "forfeits pay fees, at most a tenth goes to votes that were right, the rest burns; a fee is a "
        "sixtieth of a unit and a fifteenth of the pay at most",
        (
            "test_doubts::a_withheld_scene_costs_verifiers_nothing_and_brings_nothing",
            "test_terms::a_vote_over_a_sixtieth_of_a_seat_is_refused",
            "test_terms::a_vote_over_a_fifteenth_of_the_longest_lease_is_refused",
        ),
    ),
    (
        "F2",
        "candidates were locked out once the deciding hash was known",
        "votes are drawn over seats, purses and offers of the epoch before; a draw locks nothing",
        ("test_identity::nobody_who_may_vote_is_locked_out_once_the_block_is_known",),
    ),
    (
        "F3",
        "one silent seat turned two objections into half of the pay",
        "a majority of the sealed votes decides; without one the silent pay for seven more",
        (
            "test_friends::a_silent_friend_does_not_turn_a_rejection_into_half_of_the_pay",
            "test_friends::two_silent_friends_pay_for_the_seven_who_convict",
        ),
    ),
    (
        "F4",
        "results wrapped for somebody else won every delivery challenge",
        "the revealed key and the results give the wrapping, which verifiers compare",
        ("test_fraud::results_that_can_not_be_had_lose_a_delivery_challenge",),
    ),
    (
        "F5",
        "who reported that a scene can't be rendered was paid",
        "there are no reports: the lease is given back",
        ("test_give_backs::to_say_that_a_scene_can_not_be_rendered_pays_nobody",),
    ),
    (
        "F6",
        "only the operator could answer, and outages paid the requester",
        "who has the evidence answers; a lost lock pays nobody who caused the loss, and two steps are given",
        (
            "test_requester::an_artist_does_not_win_a_lease_because_its_worker_is_away",
            "test_fraud::who_does_not_open_its_leaves_has_lost",
        ),
    ),
    (
        "F7",
        "other leases emptied the pool, and then garbage was paid unaudited",
        "a claim reserves its audit's fees",
        ("test_reserves::another_lease_of_the_job_takes_nothing_of_what_is_reserved",),
    ),
    (
        "F8",
        "three give-backs closed a range for good",
        "it opens again each time",
        ("test_give_backs::nobody_closes_a_range_by_giving_it_back_or_letting_it_expire",),
    ),
    (
        "F9",
        "the cap of a family without verifiers counted seats, the draw counted who is willing",
        "one function says whom a claim may name and a draw may choose; a family's open pay is at most a "
        "quarter of its seat stake, which counts, as the family does, once it is old enough",
        (
            "test_judged::a_job_that_wants_judged_leases_waits_for_verifiers",
            "test_family_pay::a_family_has_verifiers_once_it_is_old_enough",
            "test_family_pay::stake_bought_today_neither_lifts_the_cap_nor_is_drawn",
            "test_family_pay::a_claim_beyond_the_cap_waits_until_others_end",
        ),
    ),
    (
        "F10",
        "an appeal made the worker pay the gas of forty leaves and many verifiers",
        "a round looks at no more than the leaves in dispute or named and as many fresh ones; a bond that "
        "was wrong pays its votes, and a twentieth of the pay burns",
        ("test_verifiers::who_copies_the_first_round_in_the_second_fails_on_fresh_leaves",),
    ),
    (
        "F11",
        "fifty leases of nothing gave the lowest audit rate at any value",
        "a lease may be worth eight times what verifiers earned by the record",
        (
            "test_records::a_lease_may_be_worth_eight_times_what_verifiers_earned",
            "test_identity::dealing_with_oneself_makes_no_record",
        ),
    ),
    (
        "F12",
        "a right appeal cost money, and an honest minority could not appeal",
        "the bond in full and half of the tenth; an outvoted seat may appeal",
        (
            "test_friends::an_outvoted_verifier_appeals_and_gets_its_bond_and_a_reward",
            "test_verifiers::a_false_slash_is_reversed_by_an_appeal_and_costs_its_authors_their_bonds",
        ),
    ),
    (
        "F13",
        "an operator's address could be squatted; all seats could be dropped; signatures fitted other "
        "tasks; a board could never be retired",
        "operators accept; only seats without stake are dropped; a signature names job, tasks and attempt; "
        "boards retire",
        (
            "test_operators::an_operator_that_did_not_accept_can_work_for_somebody_else",
            "test_seats::only_seats_that_the_stake_no_longer_covers_are_dropped_and_by_anyone",
            ""
            ""
            "test_give_backs::a_signature_for_other_tasks_is_refused_when_a_reorganisation_gives_its_number_to_them",
            "test_directory::a_retired_board_takes_no_jobs_and_no_leases_and_ends_those_that_it_has",
        ),
    ),
    (
        "F14",
        "a share of the pay as fee did not pay a verifier's gas",
        "the client reckons the fee from the gas price, and says what it costs",
        ("test_prices::a_verifier_s_fee_covers_its_gas_with_half_as_much_again",),
    ),
    (
        "F15",
        "docs spoke of reports that nothing sent",
        "they say that such a lease is given back",
        "words only ([provider](provider.md))",
    ),
    (
        "A1",
        "fresh verifiers of distinct owners favoured whoever has many names",
        "units are drawn with replacement",
        (
            "test_identity::seats_are_drawn_by_stake_not_by_name",
            "test_identity::seats_taken_after_the_submission_are_not_drawn",
        ),
    ),
    (
        "A2",
        "a faker that stopped serving the package shared the pay",
        "no package for a majority rejects; who was right about it may appeal",
        ("test_doubts::a_withheld_scene_costs_verifiers_nothing_and_brings_nothing",),
    ),
    (
        "A3",
        "held bonds made verifiers busy, so stalled audits captured the rest",
        "nobody is passed over as busy: the whole seat purse answers for every vote",
        (
            "test_identity::nobody_who_may_vote_is_locked_out_once_the_block_is_known",
            "test_purses::silence_of_holders_with_nothing_left_is_undecided_and_may_be_appealed",
        ),
    ),
    (
        "A4",
        "one own seat that differed from other objectors made a round undecided",
        "a majority near one objector is enough",
        ("test_friends::a_friend_who_objects_otherwise_makes_no_rejection_undecided",),
    ),
    (
        "A5",
        "a flat fee for reports made *cannot render* the best answer",
        "nobody is paid for it",
        ("test_give_backs::to_say_that_a_scene_can_not_be_rendered_pays_nobody",),
    ),
    (
        "A6",
        "honest seats were cut off one for one",
        "batches from later blocks, until over half of all votes answered; absence 20 fees, busy two",
        (
            "test_verifiers::who_blocks_a_quorum_by_silence_is_replaced_and_pays",
            "test_votes::who_is_busy_pays_for_two_votes_besides_the_one_in_its_place",
        ),
    ),
    (
        "A7",
        "each repeated draw drew the rate anew",
        "one block decides whether and what; later blocks draw votes alone",
        (
            "test_order::one_block_decides_whoever_calls_and_whenever",
            "test_votes::votes_that_come_late_are_drawn_for_the_same_leaves",
        ),
    ),
    (
        "A8",
        "snapshots were unreadable days later",
        "the epoch before the block that called the round; who is not known of it is unwilling",
        ("test_chance::of_an_epoch_before_both_known_offers_nobody_is_willing",),
    ),
    (
        "A9",
        "bribes paid where a second look was rare",
        "half of the acceptances by three, where the job pays for it; they look at the same leaves too",
        ("test_friends::half_of_what_was_bribed_through_is_looked_at_again",),
    ),
    (
        "A10",
        "late reveals left no time to object, and lazy votes were paid",
        "a step of its own, in which anyone strikes without a bond",
        ("test_friends::a_lazy_vote_that_its_own_prints_contradict_is_struck",),
    ),
    (
        "A11",
        "verifiers were judged on leaves that they never saw",
        "only on what they saw",
        ("test_doubts::a_doubt_of_other_leaves_convicts_the_worker_and_not_who_saw_good_ones",),
    ),
    (
        "A12",
        "requesters caused chaos for half of the pay",
        "that half burns, and lost bonds too",
        (
            "test_friends::chaos_among_objectors_pays_nobody_who_could_have_caused_it",
            "test_doubts::a_scene_that_takes_too_long_is_shared_and_the_rest_of_pay_and_reserve_burns",
        ),
    ),
    (
        "A13",
        "results of any size, and *can't fetch* as a way out",
        "who can't have them votes no; what is fetched is bounded",
        ("test_fraud::results_that_can_not_be_had_lose_a_delivery_challenge",),
    ),
    (
        "A14",
        "pay waited for the audit",
        "the requester pays early what its own check passed; the lock stays",
        (
            "test_early_pay::the_lock_of_a_paid_lease_stays_until_verifiers_accept_it",
            "test_requester::accepting_does_not_cheat_the_draw_or_the_verifiers",
        ),
    ),
    (
        "A15",
        "who gave back was barred, and took a new name",
        "giving back costs 2 % of the pay after a tenth of the timeout",
        ("test_give_backs::who_keeps_the_cheap_frames_pays_for_having_held_the_others",),
    ),
    (
        "A16",
        "copies of held ranges for half of the pay",
        "the scheduler alone gives a range twice, and R is set aside for it",
        ("test_spares::who_submits_after_the_spare_was_accepted_earns_all",),
    ),
    (
        "A17",
        "a bonus out of the pool",
        "there is none",
        ("test_fraud::a_cheated_lease_is_rejected_its_lock_burned_and_its_range_reopened",),
    ),
    (
        "A18",
        "a full record for little money",
        "credit is eight times what verifiers earned by it, and none by wider limits",
        ("test_records::wider_limits_earn_no_credit",),
    ),
    (
        "A19",
        "nobody was willing at tenfold gas, as the fee was fixed at creation",
        "anyone raises the fee of votes that were not found, before the block that draws next",
        (
            "test_raises::a_raised_fee_finds_votes_and_pays_them",
            "test_raises::a_raise_that_finds_nobody_returns",
            "test_raises::a_fee_is_not_raised_before_a_draw_failed_nor_once_its_block_is_there",
        ),
    ),
    (
        "A20",
        "to count who is willing was a loop without a bound",
        "four are named and looked at, and no more than eight",
        (
            "test_judged::fewer_than_four_are_refused_and_more_than_eight",
            "test_judged::who_could_not_be_drawn_is_not_named",
        ),
    ),
]
