//! Prints agree here exactly where core/prints.py says that they do, on both sides of each border.
use crate::rules::prints::prints_agree;
use crate::tests::rules::print_vectors::pairs;

#[test]
fn the_chain_judges_as_the_core_does() {
    let (mut agreeing, mut objecting) = (0_u32, 0_u32);
    for (mine, theirs, agree) in pairs() {
        assert_eq!(prints_agree(mine.span(), theirs.span()), agree);
        assert_eq!(prints_agree(theirs.span(), mine.span()), agree);
        if agree {
            agreeing += 1;
        } else {
            objecting += 1;
        }
    }
    assert!(agreeing >= 8 && objecting >= 8);
}

#[test]
fn what_is_no_print_agrees_with_nothing() {
    let (mine, _, _) = pairs()[0].clone();
    assert!(!prints_agree(mine.span(), mine.span().slice(0, 18)));
    assert!(!prints_agree(array![].span(), array![].span()));
}
