//! Timers and sockets go on beside tasks that keep their threads, however many there are, and whatever they do.
//!
//! Every permit is held by a stuck task when the measured ones begin, so without a retake none of these ever ends. The
//! bounds are far above what is promised, and meet the median: how late exactly a tick is, is a matter of the benches.
#![cfg(all(feature = "net", feature = "rt-multi-thread", feature = "time"))]

mod support;

use std::time::Duration;

use futures::executor;
use runtime::Handle;
use support::{Captor, KINDS, Kind, Trap, echo, eventually, median, multi_thread, ticks, watch};

/// No promise is as generous as this.
const LATE: Duration = Duration::from_millis(200);

/// Runs `test` with each number of permits and each kind of stuck tasks, once as many as permits and once twice as many.
fn in_all_cases(test: impl Fn(&Handle, &Captor, Kind, usize)) {
    for permits in [1, 2, 4] {
        for (kind, stuck) in
            KINDS.into_iter().flat_map(|kind| [(kind, permits), (kind, 2 * permits)])
        {
            eprintln!("{stuck} on {permits}: {kind:?}");
            let (runtime, captor) = (multi_thread(permits), Captor::new());
            test(runtime.handle(), &captor, kind, stuck);
            captor.free();
        }
    }
}

async fn all_goes_on() {
    let late = median(ticks(20).await);
    assert!(late < LATE, "half of the ticks are late by {late:?} or more");
    let took = [(); 3].map(|()| echo(4));
    let took = median(futures::future::join_all(took).await);
    assert!(took < 10 * LATE, "half of the echoes take {took:?} or more");
}

#[test]
fn what_begins_when_all_are_stuck_goes_on() {
    let _watch = watch();
    in_all_cases(|handle, captor, kind, stuck| {
        let captives = captor.take(handle, kind, stuck);
        executor::block_on(handle.spawn(all_goes_on())).unwrap();
        captor.free();
        executor::block_on(futures::future::join_all(captives));
    });
}

#[test]
fn what_went_on_before_they_were_stuck_still_does() {
    let _watch = watch();
    in_all_cases(|handle, captor, kind, stuck| {
        let (trap, spawner) = (captor.trap(), handle.clone());
        let goes_on = handle.spawn(async move {
            ticks(2).await;
            echo(2).await;
            // They are in this worker's own queue, as its thread becomes stuck in one of them.
            let captives = (0..stuck).map(|_| {
                let trap = trap.clone();
                spawner.spawn(async move { trap.hold(kind) })
            });
            drop(captives.collect::<Vec<_>>());
            all_goes_on().await;
        });
        executor::block_on(goes_on).unwrap();
        eventually("all are stuck", || captor.inside() == stuck);
    });
}

/// The thread of `block_on` is a worker, and its future is in a poll as a task is.
#[test]
fn tasks_go_on_beside_a_root_future_that_is_stuck() {
    let _watch = watch();
    in_all_cases(|handle, captor, kind, stuck| {
        let trap = captor.trap();
        let goes_on = handle.spawn(async move {
            are_inside(&trap, stuck).await;
            all_goes_on().await;
            trap.free();
        });
        let captives = captor.send(handle, kind, stuck - 1);
        let trap = captor.trap();
        handle.block_on(async move { trap.hold(kind) });
        handle.block_on(async {
            goes_on.await.unwrap();
            for captive in captives {
                captive.await.unwrap();
            }
        });
    });
}

/// Waits until so many are stuck.
async fn are_inside(trap: &Trap, stuck: usize) {
    while trap.inside() < stuck {
        ticks(1).await;
    }
}
