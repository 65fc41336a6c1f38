//! Ringing against waiting: no place is lost, and none comes twice.
//!
//! Each of these was weakened by hand, one at a time, and the model named here failed:
//! - the second look, behind the clone of the waker: members ring while one waits;
//! - the waker that is replaced by a newer one: who waits may change his waker.

use std::task::{Context, Poll, Waker};

use loom::thread;

use crate::task::join_set::bells::{Bell, Bells};
use crate::util::block_thread::block_on;
use crate::util::sync::Arc;

async fn rung(bells: &Bells) -> usize {
    std::future::poll_fn(|cx| bells.poll(cx)).await
}

#[test]
fn loom_members_ring_while_one_waits() {
    loom::model(|| {
        let bells = Arc::new(Bells::new());
        let members: Vec<_> = (1..3)
            .map(|place| {
                let bell = Bell::new(bells.clone(), place);
                thread::spawn(move || drop(bell))
            })
            .collect();
        let sum = block_on(async { rung(&bells).await + rung(&bells).await });
        assert_eq!(sum, 3);
        assert_eq!(bells.take(), None);
        members.into_iter().for_each(|member| member.join().unwrap());
    });
}

#[test]
fn loom_who_waits_may_change_his_waker() {
    loom::model(|| {
        let bells = Arc::new(Bells::new());
        let bell = Bell::new(bells.clone(), 1);
        let member = thread::spawn(move || drop(bell));
        // With a waker that wakes nobody: a later poll must leave its own.
        let early = bells.poll(&mut Context::from_waker(Waker::noop()));
        if early == Poll::Pending {
            assert_eq!(block_on(rung(&bells)), 1);
        }
        member.join().unwrap();
    });
}
