//! The wait list, where not the first is woken but the first whom it concerns.

use super::wakers::Wakes;
use crate::util::wait_list::{Found, Left, WaitList, Waiter};

#[test]
fn those_whose_note_fits_are_taken_in_order_and_the_rest_stays() {
    let mut list = WaitList::new();
    let mut waiters: Vec<_> =
        [1, 2, 1, 3].map(|note| (Box::pin(Waiter::new()), Wakes::new(), note)).into();
    for (waiter, wakes, note) in &mut waiters {
        list.push_back(waiter.as_mut(), wakes.waker(), *note);
    }
    for woken in [[1, 0, 0, 0], [1, 0, 1, 0]] {
        list.pop_where(|note| *note == 1).expect("another 1").wake();
        let counts: Vec<_> = waiters.iter().map(|(_, wakes, _)| wakes.count()).collect();
        assert_eq!(counts, woken);
    }
    assert!(list.pop_where(|note| *note == 1).is_none());

    assert!(matches!(list.find(waiters[0].0.as_mut()), Found::Woken(1)));
    assert!(matches!(list.remove(waiters[1].0.as_mut()), Left::Waiting(_, 2)));
    assert!(matches!(list.remove(waiters[2].0.as_mut()), Left::Woken(1)));
    list.pop_where(|_| true).expect("the 3").wake();
    assert!(list.is_empty());
    assert!(matches!(list.find(waiters[3].0.as_mut()), Found::Woken(3)));
}
