//! However many retakes there were, no permit is lost or won, and the books of `idle` agree.

use std::thread;
use std::time::{Duration, Instant};

use crate::runtime::Builder;
use crate::task;

const MOMENT: Duration = Duration::from_micros(200);

/// Blocks now and then, with and without saying so.
async fn restless() {
    for n in 0..100 {
        match n % 10 {
            0 => thread::sleep(MOMENT),
            5 => task::block_in_place(|| thread::sleep(MOMENT)),
            _ => task::yield_now().await,
        }
    }
}

#[test]
fn permits_are_neither_lost_nor_won() {
    for permits in [1, 2, 4] {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(permits).max_blocking_threads(8).retake_at_random(true);
        let runtime = builder.thread_keep_alive(MOMENT).build().unwrap();
        runtime.block_on(async {
            let all: Vec<_> = (0..50).map(|_| task::spawn(restless())).collect();
            for one in all {
                one.await.unwrap();
            }
        });
        let scheduler = runtime.handle().scheduler();
        let began = Instant::now();
        // `counts` compares the word with the lists, and the places that are taken with the spare workers.
        while scheduler.idle.counts().free != permits || scheduler.idle.can_spare_one() {
            assert!(began.elapsed() < Duration::from_secs(10), "{:?}", scheduler.idle);
            thread::sleep(Duration::from_millis(1));
        }
    }
}
