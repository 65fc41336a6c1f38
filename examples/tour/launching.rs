//! Launching tasks, and a `WaitGroup`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use runtime::sync::WaitGroup;

use crate::Scale;
use crate::table::{Table, each, grouped};

pub async fn tell(scale: Scale, table: &mut Table) {
    println!(
        "\
== Launching ==

`runtime::spawn(future)` is the word `go`: it starts a task and returns at once. A task is
no thread. It is a value on the heap that holds what the future needs until its next step,
so a program can have as many as it has work to do. A WaitGroup counts them: `group.go(future)`
counts one up and spawns it, the end of the task counts it down, and `group.wait().await`
waits for zero.
"
    );
    let group = WaitGroup::new();
    let sum = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    for number in 0..scale.launched {
        let sum = sum.clone();
        group.go(async move {
            sum.fetch_add(number, Relaxed);
        });
    }
    group.wait().await;
    let time = started.elapsed();
    let launched = grouped(scale.launched as u64);
    println!(
        "{launched} tasks have each added their number to a sum, which is {}. That took {} ms.",
        grouped(sum.load(Relaxed) as u64),
        time.as_millis()
    );
    table.add("launching", "start a task, run it, count it down", each(time, scale.launched));
}
