//! Prints agree here exactly where core/prints.py says that they do, on both sides of each border.
use crate::rules::leaves::all_agree;
use crate::rules::prints::share_apart;
use crate::tests::rules::print_vectors::{means, pairs, prints};
use crate::types::board::PrintLimits;

#[test]
fn the_chain_judges_as_the_core_does() {
    let prints = prints();
    let (mut agreeing, mut objecting) = (0_u32, 0_u32);
    for (mine, theirs, percent, agree) in pairs() {
        let (one, other) = (prints[mine].span(), prints[theirs].span());
        assert_eq!(share_apart(one, other, percent).is_some(), agree);
        assert_eq!(share_apart(other, one, percent).is_some(), agree);
        if agree {
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
    for (mine, theirs, drawn, tile_percent, mean_percent, agree) in means() {
        let (mut one, mut other) = (array![], array![]);
        for index in 0..mine.len() {
            one.append_span(prints[*mine[index]].span());
            other.append_span(prints[*theirs[index]].span());
        }
        let limits = PrintLimits { tile_percent, mean_percent };
        let found = all_agree(drawn, mine.len(), one.span(), other.span(), limits);
        assert_eq!(found, agree);
        if agree {
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
    assert!(share_apart(print, print, 20).is_some());
    assert!(share_apart(print, print.slice(0, 19), 20).is_none());
    assert!(share_apart(array![].span(), array![].span(), 20).is_none());
    let nothing = array![0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0].span();
    assert!(share_apart(nothing, nothing, 20).is_none());
}
