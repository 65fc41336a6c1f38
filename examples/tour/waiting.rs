//! What is lost when main does not wait.

use std::hint::black_box;
use std::time::{Duration, Instant};

use runtime::sync::WaitGroup;
use runtime::task;

use crate::table::Table;
use crate::{Failure, child};

/// Tasks of the child.
const TASKS: usize = 10;

/// How long each of them works before it says something.
const WORK: Duration = Duration::from_millis(5);

pub fn tell(table: &mut Table) -> Result<(), Failure> {
    println!(
        "
== What is lost when main does not wait ==

The program ends when main returns, whatever its tasks are doing: nobody waits for them
unless main does. To see it, this program starts itself twice. Both times main launches
{TASKS} tasks that work for {} ms and then print a line. The first main returns at once;
the second waits for its WaitGroup.
",
        WORK.as_millis()
    );
    let [left, stayed] = [child::output("leave", TASKS)?, child::output("stay", TASKS)?];
    let lines = |output: &str| output.lines().filter(|line| line.starts_with("task ")).count();
    let (left, stayed) = (lines(&left), lines(&stayed));
    println!(
        "Without waiting, {left} of {TASKS} lines were printed; with waiting, {stayed}. The other
tasks were dropped in the middle of their work, and their lines are lost."
    );
    table.add("waiting", "lines printed when main returns at once", format!("{left} of {TASKS}"));
    table.add("", "lines printed when main waits", format!("{stayed} of {TASKS}"));
    Ok(())
}

/// In a child: launches tasks, and goes.
pub fn leave(count: usize) {
    (0..count).for_each(|number| drop(runtime::spawn(work(number))));
}

/// In a child: launches tasks, and waits for them.
pub async fn stay(count: usize) {
    let group = WaitGroup::new();
    (0..count).for_each(|number| drop(group.go(work(number))));
    group.wait().await;
}

/// Works, and then says so. A task that computes for long offers others a turn now and then.
async fn work(number: usize) {
    let started = Instant::now();
    while started.elapsed() < WORK {
        black_box((0..1_000_u64).sum::<u64>());
        task::checkpoint().await;
    }
    println!("task {number} has done its work");
}
