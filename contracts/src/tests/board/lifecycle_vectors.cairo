//! Written from core/lifecycle.py by `make contracts`.
pub fn transitions() -> Array<(u8, felt252, u8)> {
    array![
        (1, 'submit', 2), (1, 'accept', 0), (1, 'accept_late', 0), (1, 'expire', 4),
        (1, 'give_back', 6), (1, 'reject', 0), (2, 'submit', 0), (2, 'accept', 3),
        (2, 'accept_late', 3), (2, 'expire', 0), (2, 'give_back', 0), (2, 'reject', 5),
        (3, 'submit', 0), (3, 'accept', 0), (3, 'accept_late', 0), (3, 'expire', 0),
        (3, 'give_back', 0), (3, 'reject', 0), (4, 'submit', 0), (4, 'accept', 0),
        (4, 'accept_late', 0), (4, 'expire', 0), (4, 'give_back', 0), (4, 'reject', 0),
        (5, 'submit', 0), (5, 'accept', 0), (5, 'accept_late', 0), (5, 'expire', 0),
        (5, 'give_back', 0), (5, 'reject', 0), (6, 'submit', 0), (6, 'accept', 0),
        (6, 'accept_late', 0), (6, 'expire', 0), (6, 'give_back', 0), (6, 'reject', 0),
    ]
}
