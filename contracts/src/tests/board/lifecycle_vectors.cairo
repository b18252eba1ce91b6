//! Written from core/lifecycle.py by `make contracts`.
pub fn transitions() -> Array<(u8, felt252, u8)> {
    array![
        (1, 'submit', 2), (1, 'accept', 0), (1, 'accept_late', 0), (1, 'expire', 4),
        (1, 'give_back', 6), (1, 'report', 7), (1, 'reject', 0), (1, 'confirm', 0),
        (1, 'refute', 0), (2, 'submit', 0), (2, 'accept', 3), (2, 'accept_late', 3),
        (2, 'expire', 0), (2, 'give_back', 0), (2, 'report', 0), (2, 'reject', 5),
        (2, 'confirm', 0), (2, 'refute', 0), (3, 'submit', 0), (3, 'accept', 0),
        (3, 'accept_late', 0), (3, 'expire', 0), (3, 'give_back', 0), (3, 'report', 0),
        (3, 'reject', 0), (3, 'confirm', 0), (3, 'refute', 0), (4, 'submit', 0), (4, 'accept', 0),
        (4, 'accept_late', 0), (4, 'expire', 0), (4, 'give_back', 0), (4, 'report', 0),
        (4, 'reject', 0), (4, 'confirm', 0), (4, 'refute', 0), (5, 'submit', 0), (5, 'accept', 0),
        (5, 'accept_late', 0), (5, 'expire', 0), (5, 'give_back', 0), (5, 'report', 0),
        (5, 'reject', 0), (5, 'confirm', 0), (5, 'refute', 0), (6, 'submit', 0), (6, 'accept', 0),
        (6, 'accept_late', 0), (6, 'expire', 0), (6, 'give_back', 0), (6, 'report', 0),
        (6, 'reject', 0), (6, 'confirm', 0), (6, 'refute', 0), (7, 'submit', 0), (7, 'accept', 0),
        (7, 'accept_late', 0), (7, 'expire', 0), (7, 'give_back', 0), (7, 'report', 0),
        (7, 'reject', 0), (7, 'confirm', 8), (7, 'refute', 6), (8, 'submit', 0), (8, 'accept', 0),
        (8, 'accept_late', 0), (8, 'expire', 0), (8, 'give_back', 0), (8, 'report', 0),
        (8, 'reject', 0), (8, 'confirm', 0), (8, 'refute', 0),
    ]
}
