//! The draw is core/audit/draw.py's, and fair: at every rate, in every part of the leaves, by
//! stake.
use crate::rules::draw::{is_audited, leaf_at, seed_of, unit_at};
use crate::tests::rules::draw_vectors::{audits, leaves, seeds, units};

#[test]
fn it_draws_what_the_core_draws() {
    for (hash, board, lease_id, attempt, round, seed) in seeds() {
        assert_eq!(seed_of(hash, board, lease_id, attempt, round), seed);
    }
    for (seed, exp, audited) in audits() {
        assert_eq!(is_audited(seed, exp), audited);
    }
    for (seed, index, wanted, all, leaf) in leaves() {
        assert_eq!(leaf_at(seed, index, wanted, all), leaf);
    }
    for (seed, attempt, all, unit) in units() {
        assert_eq!(unit_at(seed, attempt, all), unit);
    }
}

/// The `number`-th of many leases' seeds.
fn some_seed(number: u32) -> felt252 {
    seed_of('block', 'board', number.into(), 0, 0)
}

/// Sum of (observed - expected)^2.
fn squares(counts: Span<u64>, expected: u64) -> u64 {
    let mut sum = 0;
    for count in counts {
        let off = if *count > expected {
            *count - expected
        } else {
            expected - *count
        };
        sum += off * off;
    }
    sum
}

#[test]
fn every_rate_is_what_it_says() {
    let mut rate: u64 = 1;
    for exp in 0..6_u8 {
        let mut audited: u64 = 0;
        for number in 0..2_048_u32 {
            if is_audited(some_seed(number), exp) {
                audited += 1;
            }
        }
        // Chi-square with one degree of freedom is below 10.8 in 999 of 1,000 fair draws.
        let expected = 2_048 / rate;
        let passed = array![audited].span();
        assert!(squares(passed, expected) * rate * 10 <= 108 * expected * (rate - 1));
        rate *= 2;
    }
}

#[test]
fn each_equal_part_gives_one_leaf_and_each_of_its_leaves_alike() {
    for part in 0..4_u32 {
        let mut counts = array![];
        let mut hits: felt252 = 0;
        // Ten counters of 20 bits each in one felt.
        for number in 0..1_000_u32 {
            let leaf = leaf_at(some_seed(number), part, 4, 40);
            assert!(leaf / 10 == part);
            hits += shift(leaf % 10);
        }
        let mut left: u256 = hits.into();
        for _ in 0..10_u8 {
            counts.append((left.low % 0x100000).try_into().unwrap());
            left /= 0x100000;
        }
        // Nine degrees of freedom: below 27.9.
        assert!(squares(counts.span(), 100) * 10 <= 279 * 100);
    }
}

fn shift(places: u32) -> felt252 {
    let mut value = 1;
    for _ in 0..places {
        value *= 0x100000;
    }
    value
}

#[test]
fn who_has_more_stake_is_drawn_as_much_more_often() {
    // Owners of 1, 2, 5 and 8 of 16 units.
    let (mut one, mut two, mut five, mut eight) = (0_u64, 0_u64, 0_u64, 0_u64);
    for number in 0..1_600_u32 {
        let unit = unit_at(some_seed(1), number, 16);
        if unit < 1 {
            one += 1;
        } else if unit < 3 {
            two += 1;
        } else if unit < 8 {
            five += 1;
        } else {
            eight += 1;
        }
    }
    // Three degrees of freedom: below 16.3; over a common denominator of 4,000.
    let sum = squares(array![one].span(), 100) * 40
        + squares(array![two].span(), 200) * 20
        + squares(array![five].span(), 500) * 8
        + squares(array![eight].span(), 800) * 5;
    assert!(sum * 10 <= 163 * 4_000);
}
