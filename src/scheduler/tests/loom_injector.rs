//! The injector under loom, where a chunk holds two tasks, and what outsiders push stands behind a lock.
//!
//! A push and a look, each with a fence between it and the word of the other side, do not miss one another; nor does a look miss a
//! task while another is taken; nor do takers who come to both kinds at once miss what is left. The first model fails if the
//! pusher's fence is left out, the second if a taker writes the number when it has released the lock, and the third if who did not
//! begin with the outsiders does not ask them last.

use loom::thread;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};

use super::token::Token;
use crate::scheduler::injector::Injector;
use crate::util::sync::{Arc, AtomicBool, AtomicUsize, fence};

#[test]
fn loom_a_push_and_a_look_do_not_miss_one_another() {
    loom::model(|| {
        let injector = Arc::new(Injector::new());
        let idle = Arc::new(AtomicBool::new(false));
        let pusher = {
            let (injector, idle) = (injector.clone(), idle.clone());
            thread::spawn(move || {
                injector.push(1);
                fence(SeqCst);
                idle.load(Relaxed)
            })
        };
        idle.store(true, Relaxed);
        fence(SeqCst);
        let seen = !injector.is_empty();
        assert!(pusher.join().unwrap() || seen, "the task is not seen, and nobody is woken");
    });
}

#[test]
fn loom_takers_share_what_is_there_and_what_is_left_is_seen() {
    loom::model(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let injector = Arc::new(Injector::new());
        for number in 0..3 {
            injector.push(Token::new(number, &drops));
        }
        let taker = {
            let injector = injector.clone();
            thread::spawn(move || injector.pop().map(|mut token| token.number()))
        };
        let mut taken: Vec<_> =
            injector.pop().map(|mut token| token.number()).into_iter().collect();
        assert!(!injector.is_empty(), "of three tasks two are taken at the most");
        taken.extend(taker.join().unwrap());
        taken.sort_unstable();
        assert_eq!((taken, injector.len()), (vec![0, 1], 1));
        drop(injector);
        assert_eq!(drops.load(Relaxed), 3, "each token is dropped once");
    });
}

#[test]
fn loom_who_comes_in_turn_misses_nothing_of_the_other_kind() {
    loom::model(|| {
        let injector = Arc::new(Injector::new());
        injector.push(0);
        injector.push_from_outside(1);
        injector.push_from_outside(2);
        let taker = {
            let injector = injector.clone();
            thread::spawn(move || [injector.pop(), injector.pop()])
        };
        let mine = injector.pop();
        let mut taken = Vec::from_iter(taker.join().unwrap().into_iter().chain([mine]).flatten());
        taken.sort_unstable();
        assert_eq!(taken, [0, 1, 2], "as many came as there were tasks");
        assert!(injector.is_empty());
    });
}
