//! Prints agree here exactly where core/prints.py says that they do, on both sides of each border.
use crate::rules::leaves::{mean_agrees, print_at};
use crate::rules::prints::{WHOLE, agree, share_apart};
use crate::tests::rules::print_vectors::{means, pairs, prints};
use crate::types::board::PrintLimits;

#[test]
fn the_chain_judges_as_the_core_does() {
    let prints = prints();
    let (mut agreeing, mut objecting) = (0_u32, 0_u32);
    for (mine, theirs, percent, does) in pairs() {
        let (one, other) = (prints[mine].span(), prints[theirs].span());
        assert_eq!(agree(one, other, percent), does);
        assert_eq!(agree(other, one, percent), does);
        if does {
            agreeing += 1;
        } else {
            objecting += 1;
        }
    }
    assert!(agreeing >= 20 && objecting >= 20);
}

#[test]
fn the_mean_over_all_drawn_leaves_is_judged_as_the_core_does() {
    let prints = prints();
    let (mut agreeing, mut objecting) = (0_u32, 0_u32);
    for (mine, theirs, drawn, tile_percent, mean_percent, does) in means() {
        let (mut one, mut other) = (array![], array![]);
        for index in 0..mine.len() {
            one.append_span(prints[*mine[index]].span());
            other.append_span(prints[*theirs[index]].span());
        }
        let limits = PrintLimits { tile_percent, mean_percent };
        let mut found = mean_agrees(drawn, one.span(), other.span(), limits);
        for index in 0..mine.len() {
            let (left, right) = (print_at(one.span(), index), print_at(other.span(), index));
            found = found && agree(left, right, tile_percent);
        }
        assert_eq!(found, does);
        if does {
            agreeing += 1;
        } else {
            objecting += 1;
        }
    }
    assert!(agreeing >= 6 && objecting >= 6);
}

#[test]
fn what_is_no_print_agrees_with_nothing() {
    let print = prints()[0].span();
    assert!(agree(print, print, 20));
    assert_eq!(share_apart(print, print), 0);
    let nothing = array![0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0].span();
    for (one, other) in array![
        (print, print.slice(0, 19)), (array![].span(), array![].span()), (nothing, nothing),
    ] {
        assert!(!agree(one, other, 20));
        assert_eq!(share_apart(one, other), WHOLE);
    }
}
