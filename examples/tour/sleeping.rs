//! Tasks that sleep, all at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use runtime::sync::WaitGroup;
use runtime::time::{Instant, sleep_until};

use crate::child::{self, report, report_growth};
use crate::machine::{self, UNKNOWN};
use crate::table::{Table, bytes, grouped};
use crate::{Failure, Scale};

/// The shortest sleep, in milliseconds: long enough for all tasks to be asleep at the same time.
const SHORTEST: u64 = 250;

/// The longest sleep, in milliseconds.
const LONGEST: u64 = 500;

pub fn tell(scale: Scale, table: &mut Table) -> Result<(), Failure> {
    let count = scale.sleeping as u64;
    let tasks = grouped(count);
    println!(
        "
== {tasks} sleepers ==

`time::sleep(length).await` parks a task until its time is over. No thread sleeps for it: its
timer is part of the task, as its place at a gate was, and stands in a wheel in which a
moment is found without looking through all others. A process of its own starts {tasks} tasks
that sleep for {SHORTEST} to {LONGEST} ms. Each looks at the clock when it is woken.
"
    );
    let figures = child::figures("sleep", scale.sleeping)?;
    let figure = |name: &str| figures.get(name).ok_or(format!("no child has told {name}"));
    let (slept, took) = (figure("slept_ms")?, figure("took_ms")?);
    println!("Together they slept for {:.1} hours. It took {took} ms.", *slept as f64 / 3.6e6);
    let (early, late, latest) =
        (figure("early")?, figure("late_us")? / count, figure("latest_us")?);
    println!(
        "Woken too early: {early}; on average {} us after their moment, the last of all {} us.",
        grouped(late),
        grouped(*latest)
    );
    let memory = figures.get("memory").map_or(UNKNOWN.into(), |memory| bytes(memory / count));
    println!("A task that sleeps takes {memory}.");
    table.add("sleeping", "memory of a task that sleeps", memory);
    table.add("", format!("woken too early, of {tasks}"), early);
    table.add("", "woken too late, on average", grouped(late) + " us");
    Ok(())
}

/// How well all sleepers together were woken.
#[derive(Default)]
struct Diary {
    asleep: WaitGroup,
    woken: WaitGroup,
    /// How many were woken before their moment.
    early: AtomicU64,
    /// By how many microseconds they were late: all together, and the one that was late most.
    late: AtomicU64,
    latest: AtomicU64,
}

impl Diary {
    /// Notes that a task was to be woken at `moment`, and is so now.
    fn write(&self, moment: Instant) {
        match Instant::now().checked_duration_since(moment) {
            Some(late) => {
                let late = late.as_micros().try_into().unwrap_or(u64::MAX);
                self.late.fetch_add(late, Relaxed);
                self.latest.fetch_max(late, Relaxed);
            }
            None => drop(self.early.fetch_add(1, Relaxed)),
        }
        self.woken.done();
    }
}

/// In a child: tasks that sleep and then look at the clock.
pub async fn sleep(count: usize) {
    let diary = Arc::new(Diary::default());
    let counted = count.try_into().expect("a number of tasks");
    diary.asleep.add(counted);
    diary.woken.add(counted);
    let before = machine::resident();
    let started = Instant::now();
    let lengths = (SHORTEST..=LONGEST).cycle().take(count);
    for length in lengths.clone() {
        let diary = diary.clone();
        let moment = Instant::now() + Duration::from_millis(length);
        runtime::spawn(async move {
            diary.asleep.done();
            sleep_until(moment).await;
            diary.write(moment);
        });
    }
    diary.asleep.wait().await;
    report_growth(before);
    diary.woken.wait().await;
    report("took_ms", started.elapsed().as_millis().try_into().ok());
    report("slept_ms", Some(lengths.sum()));
    report("early", Some(diary.early.load(Relaxed)));
    report("late_us", Some(diary.late.load(Relaxed)));
    report("latest_us", Some(diary.latest.load(Relaxed)));
}
