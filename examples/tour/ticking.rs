//! A ticker that keeps its beat while other tasks work.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use runtime::task::{self, JoinHandle};
use runtime::time::interval;

use crate::table::{Table, grouped};
use crate::{Failure, Scale};

/// The time from one tick to the next.
const PERIOD: Duration = Duration::from_millis(5);

/// How long a task works before it lets others run.
const TURN: Duration = Duration::from_micros(100);

pub async fn tell(scale: Scale, table: &mut Table) -> Result<(), Failure> {
    let workers = 2 * thread::available_parallelism()?.get();
    println!(
        "
== A ticker beside work ==

`time::interval(period)` ticks at regular moments, whatever is done between two of them. A
task ticks {} times, once every {} ms: first while nothing else happens, then beside {workers} tasks
that work without end, two for each core. They never sleep, but after every {} us they say
`task::yield_now().await`, and whoever waits gets a turn.
",
        scale.ticks,
        PERIOD.as_millis(),
        TURN.as_micros()
    );
    let alone = runtime::spawn(tick(scale.ticks)).await?;
    let turns = Arc::new(AtomicU64::new(0));
    let tasks: Vec<_> = (0..workers).map(|_| runtime::spawn(work(turns.clone()))).collect();
    let beside = runtime::spawn(tick(scale.ticks)).await?;
    tasks.iter().for_each(JoinHandle::abort);

    let us = |time: Duration| grouped(time.as_micros()) + " us";
    for (company, beat) in [("Alone:       ", &alone), ("Beside work: ", &beside)] {
        println!("{company} late by {} in the median, {} at most", us(beat.median), us(beat.most));
    }
    println!(
        "
Lateness does not add up: beside work the last tick was late by {}. Meanwhile the others
had {} turns. Then they were aborted, each as it yielded.",
        us(beside.last),
        grouped(turns.load(Relaxed))
    );
    table.add("ticking", "lateness of a tick, alone", us(alone.median));
    table.add(
        "",
        format!("lateness of a tick beside {workers} tasks that work"),
        us(beside.median),
    );
    Ok(())
}

/// How late the ticks came.
struct Beat {
    median: Duration,
    most: Duration,
    last: Duration,
}

async fn tick(count: usize) -> Beat {
    let mut interval = interval(PERIOD);
    interval.tick().await; // the first comes at once
    let mut late = Vec::with_capacity(count);
    for _ in 0..count {
        let moment = interval.tick().await;
        late.push(moment.elapsed());
    }
    let last = late[count - 1];
    late.sort_unstable();
    Beat { median: late[count / 2], most: late[count - 1], last }
}

/// Works until it is aborted, and counts its turns.
async fn work(turns: Arc<AtomicU64>) {
    loop {
        let started = Instant::now();
        while started.elapsed() < TURN {
            black_box((0..1_000_u64).sum::<u64>());
        }
        turns.fetch_add(1, Relaxed);
        task::yield_now().await;
    }
}
