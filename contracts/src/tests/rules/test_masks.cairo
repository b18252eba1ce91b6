//! Sets of leaves: which are in them, and which most votes have.
use crate::rules::masks::{drawn_in, in_more_than, lowest, positions_of, run};

#[test]
fn a_mask_is_the_positions_in_it() {
    assert_eq!(run(0, 0), 0);
    assert_eq!(run(2, 3), 0b11100);
    assert_eq!(positions_of(0b100110), array![1, 2, 5]);
    assert_eq!(positions_of(0), array![]);
    assert_eq!(*positions_of(run(103, 1))[0], 103);
}

#[test]
fn rounds_draw_leaves_behind_the_named_ones_and_behind_each_other() {
    assert_eq!(positions_of(drawn_in(0, 2)), array![8, 9]);
    assert_eq!(positions_of(drawn_in(2, 2)), array![12, 13]);
    assert_eq!(drawn_in(0, 32) + drawn_in(1, 32) + drawn_in(2, 32), run(8, 96));
}

#[test]
fn the_lowest_positions_come_first() {
    assert_eq!(lowest(0b101101, 3), 0b1101);
    assert_eq!(lowest(0b101101, 0), 0);
    assert_eq!(lowest(0b101101, 9), 0b101101);
}

#[test]
fn a_position_is_found_where_more_than_so_many_masks_have_it() {
    let masks = array![0b0111, 0b0110, 0b0100].span();
    assert_eq!(in_more_than(masks, 0), 0b0111);
    assert_eq!(in_more_than(masks, 1), 0b0110);
    assert_eq!(in_more_than(masks, 2), 0b0100);
    assert_eq!(in_more_than(masks, 3), 0);
    assert_eq!(in_more_than(array![].span(), 0), 0);
}

#[test]
fn as_many_masks_are_counted_as_a_draw_may_have() {
    let mut masks = array![];
    for seat in 0..27_u32 {
        masks.append(run(0, 104) - run(0, seat));
    }
    // Position 13 is in the masks of seats 0 to 13: in 14 of 27.
    assert_eq!(in_more_than(masks.span(), 13), run(13, 91));
    assert_eq!(in_more_than(masks.span(), 26), run(26, 78));
}
