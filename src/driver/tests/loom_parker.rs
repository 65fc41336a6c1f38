//! The parker under loom: a token is never lost, and what was done before unpark is seen after park.
//!
//! Each of these was weakened by hand, one at a time, and the models failed:
//! - unpark's Release to Relaxed; the Acquire of the first take, of the take under the lock, and of the last swap: park
//!   returns without seeing what was done before;
//! - the last swap to a store: the token of a later unpark is overwritten without being seen;
//! - unpark without taking the lock: the signal comes between park's step 2 and its wait, and is lost.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use loom::thread;

use crate::driver::Parker;
use crate::util::sync::AtomicUsize;

/// Adds one to `count`, then unparks: what park must see.
fn notify(parker: &Parker, count: &AtomicUsize) {
    count.fetch_add(1, Relaxed);
    parker.unpark();
}

#[test]
fn loom_park_against_unpark() {
    loom::model(|| {
        let (parker, count) = (Arc::new(Parker::new()), Arc::new(AtomicUsize::new(0)));
        let other = {
            let (parker, count) = (parker.clone(), count.clone());
            thread::spawn(move || notify(&parker, &count))
        };
        parker.park(None);
        assert_eq!(
            count.load(Relaxed),
            1,
            "park returned without a token, or did not see behind it"
        );
        other.join().unwrap();
    });
}

#[test]
fn loom_a_token_stays_until_it_is_taken() {
    loom::model(|| {
        let (parker, count) = (Arc::new(Parker::new()), Arc::new(AtomicUsize::new(0)));
        let other = {
            let (parker, count) = (parker.clone(), count.clone());
            thread::spawn(move || {
                notify(&parker, &count);
                notify(&parker, &count);
            })
        };
        // One token may stand for both, but the last one is not lost with the first.
        while count.load(Relaxed) < 2 {
            parker.park(None);
        }
        other.join().unwrap();
    });
}

#[test]
fn loom_two_threads_unpark() {
    loom::model(|| {
        let (parker, count) = (Arc::new(Parker::new()), Arc::new(AtomicUsize::new(0)));
        let others = [(); 2].map(|()| {
            let (parker, count) = (parker.clone(), count.clone());
            thread::spawn(move || notify(&parker, &count))
        });
        while count.load(Relaxed) < 2 {
            parker.park(None);
        }
        for other in others {
            other.join().unwrap();
        }
    });
}
