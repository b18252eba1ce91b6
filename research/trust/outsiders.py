"""What outsiders found in the protocol's second version: B1 to B10, C1 to C8 in what mended these, and D.

Tests are named as in findings.py.
"""

from __future__ import annotations

# Name, what was possible, what holds now, which tests show it.
OUTSIDERS: list[tuple[str, str, str, tuple[str, ...]]] = [
    (
        "B1",
        "where most holders are unwilling, draws are repeated until only the few willing ones are "
        "found, who then decide alone",
        "all but one of the units that a draw meets must be willing, or half in all its tries, and in a "
        "repeated draw always that half; alone willing, 20 % of the stake get three votes in a first draw "
        "with 2.7 % and in a repeated one with 0.01 %, 33 % with 12.5 and 2.6 %",
        (
            "test_committees::votes_stand_at_once_where_all_but_one_of_those_met_are_willing",
            "test_committees::not_so_where_they_were_looked_for_before",
            "test_draws::few_seats_that_are_alone_willing_do_not_decide_alone",
        ),
    ),
    (
        "B2",
        "an appeal whose votes can't be found leaves a false rejection; fees of later rounds can't be raised",
        "an appeal in vain undoes a rejection, and a fee is raised in every round",
        (
            "test_raises::a_rejection_that_is_appealed_in_vain_does_not_stand",
            "test_raises::votes_of_an_appeal_are_found_at_a_raised_fee",
        ),
    ),
    (
        "B3",
        "a requester's own spare, submitted first, halves the pay of an honest worker",
        "whoever submits earns R, before or after the spare, and the part's pay for a part",
        (
            "test_spares::who_submits_after_the_spare_was_accepted_earns_all",
            "test_spares::who_submits_a_part_is_paid_for_it_and_the_spare_has_all_alone",
        ),
    ),
    (
        "B4",
        "a draw that is called late finds other voters, as offers end by the time of the call",
        "offers for audits end by epoch, and the draw's epoch decides; who changed its offer or its seat "
        "stake twice since then is still left out",
        (
            "test_chance::a_draw_that_is_called_late_finds_whose_offers_have_ended_since",
            "test_draws::a_draw_that_is_called_late_finds_whose_offers_have_ended_since",
        ),
    ),
    (
        "B5",
        "a challenge that is dropped for want of votes begins the window anew, without end",
        "a challenge is spent, and the window is counted from where it began",
        (
            ""
            "test_draws::a_doubt_that_nobody_can_judge_leaves_the_lease_and_its_window_as_they_were_and_is_spent",
        ),
    ),
    (
        "B6",
        "a challenge's votes are paid for eight named leaves besides, so one absence may cost three units",
        "the bound by a unit is reckoned with eight more leaves",
        ("test_terms::leaves_that_may_be_named_make_a_vote_too_dear",),
    ),
    (
        "B7",
        "a record is had for gas in a family of one's own",
        "a worker has a record in each family, and credit in that one alone",
        (
            "test_records::a_record_of_one_family_is_no_credit_in_another",
            "test_records::what_a_worker_earned_in_one_family_is_no_credit_in_another",
        ),
    ),
    (
        "B8",
        "one capital fills a family's cap and rolls it over by giving back early",
        "early returns are free only while half of the cap is",
        (
            "test_family_pay::giving_back_early_is_free_while_half_of_the_cap_is",
            "test_family_pay::a_claim_beyond_the_cap_waits_until_others_end",
        ),
    ),
    (
        "B9",
        "a lease is taken unjudged though four could be named, in jobs that allow it",
        "the requester names four and challenges then",
        ("test_judged::a_lease_that_was_taken_unjudged_is_doubted_once_its_requester_names_verifiers",),
    ),
    (
        "B10",
        "one seat held for an epoch starts a family's age",
        "the age counts while four units are held, and begins anew where there were fewer; all may be of one "
        "holder, who then keeps them all that time",
        (
            "test_family_pays::one_seat_held_for_an_epoch_does_not_start_a_familys_age",
            "test_family_pays::a_familys_age_begins_anew_where_it_had_fewer_than_four_units",
            "test_family_pay::one_seat_held_for_an_epoch_does_not_start_a_familys_age",
        ),
    ),
    (
        "C1",
        "named later, 20 % of the seats alone willing judged what honest clients had taken unjudged",
        "clients take unjudged leases only in young families and where fewer than four others hold seats; "
        "who is named later has to find room under the cap",
        (
            "test_judged::a_job_that_wants_judged_leases_waits_for_verifiers",
            "test_judged::a_lease_that_was_taken_unjudged_is_doubted_once_its_requester_names_verifiers",
        ),
    ),
    (
        "C2",
        "a third of the seats alone willing passed the draws' rule in the end",
        "half must be willing instead of a quarter, and repeated draws do not stand at once",
        ("test_committees::not_so_where_they_were_looked_for_before",),
    ),
    (
        "C3",
        "draws that clients make up went by their addresses, so that seats could be taken to match",
        "they go by a secret of the client",
        ("test_judged::a_job_that_wants_judged_leases_waits_for_verifiers",),
    ),
    (
        "C4",
        "a later round of too long, or without a majority, left a false rejection",
        "it undoes it, like an appeal whose votes are not found",
        (
            "test_commits::over_time_in_a_later_round_undoes_a_rejection_and_costs_its_voters_nothing",
            "test_shows::what_is_shown_in_a_round_without_a_verdict_does_not_judge_by_the_earlier_one",
        ),
    ),
    (
        "C5",
        "giving up one of four units ended a family's draws, and saved a cheat",
        "it ends its claims alone",
        ("test_family_pays::draws_go_on_where_fewer_than_four_units_are_left",),
    ),
    (
        "C6",
        "where a fee has become too low for the honest, a cheat whose votes are not found gets "
        "half of its pay",
        "the requester raises the fee, as its client does where its own check found the lease false; where "
        "nobody looks, half of the pay remains",
        (
            "test_raises::a_cheat_whose_votes_nobody_wants_loses_once_its_requester_raises_their_fee",
            "test_acceptance::a_fee_is_raised_for_votes_that_the_artist_wants",
        ),
    ),
    (
        "C7",
        "a right appellant loses where a vote's fee is over R/37, as only the lock makes its "
        "round's fees good",
        "a lease locks what its appeal and the showing cost, 16 f, however short it is",
        (
            "test_challenges::a_right_appeal_costs_nothing_however_dear_votes_are",
            "test_terms::the_least_lock_is_as_much_and_no_less_than_a_right_appeal_costs",
        ),
    ),
    (
        "C8",
        "a raise in a round that forfeits pay for returned nothing",
        "such rounds can't be raised",
        ("test_phases::each_phase_takes_what_the_table_says",),
    ),
    (
        "D1",
        "an account that was asked whether a signature is its own gave the lease back before it answered; it "
        "was submitted all the same, without a lock, and its reserve returned twice, out of others' money",
        "after an account has answered, the board reads its lease anew",
        (
            "test_reentry::a_lease_that_is_given_back_meanwhile_is_not_submitted",
            "test_reentry::what_is_submitted_meanwhile_stands",
            "test_reentry::a_part_that_is_submitted_meanwhile_stays_a_part",
            "test_reentry::a_lease_that_is_claimed_meanwhile_in_the_same_slot_stays",
        ),
    ),
    (
        "D2",
        "whoever is its own scheduler gave leases of a second to workers whose offer is open, and let them "
        "expire: each took 5 % of its pay from the lock, for gas",
        "leases of jobs with a scheduler last a 24th of the network's longest at least, or an hour where "
        "that is less: an hour on public networks, so that a worker has time to give them back",
        (
            "test_terms::who_is_given_a_lease_unasked_has_time_to_give_it_back",
            "test_refusals::jobs_that_are_not_created",
        ),
    ),
    (
        "D3",
        "tasks that a scheduler passed over counted as one lease, so that others could split what is open "
        "into more leases than the pool pays for",
        "they count as the leases that they fall into",
        ("test_lengths::what_a_scheduler_passed_over_counts_as_the_leases_that_it_falls_into",),
    ),
    (
        "D4",
        "a worker that is asked for its results' key stays silent, and nobody ends the step, as no verifier "
        "is drawn before it: the artist's bond and the lease's pay stay on the board",
        "the artist's client ends steps of its jobs' audits that nobody else ends",
        (
            "test_overdue_audits::a_worker_that_keeps_its_key_to_itself_loses_though_nobody_else_is_there",
            "test_overdue_audits::each_step_that_is_over_is_ended_after_others_had_time_to",
        ),
    ),
]
