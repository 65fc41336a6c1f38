//! The number of tasks that run at the same time follows the affinity of the process while it runs.
//!
//! Alone in its file: the affinity is changed for all threads of the process.
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::hint::spin_loop;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use runtime::{Runtime, task};
use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use support::{eventually, watch};

/// Lets all threads of this process run on these processors alone, as somebody would do from outside.
fn confine(processors: &CpuSet) {
    for thread in fs::read_dir("/proc/self/task").unwrap() {
        let number = thread.unwrap().file_name().to_str().and_then(|name| name.parse().ok());
        // A thread that has ended meanwhile needs nothing.
        let _ = sched_setaffinity(number.and_then(Pid::from_raw), processors);
    }
}

fn first_of(processors: &CpuSet) -> CpuSet {
    let first = (0..CpuSet::MAX_CPU).find(|&number| processors.is_set(number));
    let mut one = CpuSet::new();
    one.set(first.expect("a thread runs somewhere"));
    one
}

/// How many tasks run, and the most that did so at once.
#[derive(Default)]
struct Crowd {
    running: AtomicUsize,
    most: AtomicUsize,
    is_over: AtomicBool,
}

impl Crowd {
    async fn run(self: Arc<Self>) {
        while !self.is_over.load(SeqCst) {
            self.most.fetch_max(self.running.fetch_add(1, SeqCst) + 1, SeqCst);
            let begin = Instant::now();
            while begin.elapsed() < Duration::from_micros(100) {
                spin_loop();
            }
            self.running.fetch_sub(1, SeqCst);
            task::yield_now().await;
        }
    }

    /// The most that run at once for some time from now on.
    fn most(&self) -> usize {
        self.most.store(0, SeqCst);
        thread::sleep(Duration::from_millis(50));
        self.most.load(SeqCst)
    }
}

#[test]
fn as_many_tasks_run_as_the_process_may_use_processors() {
    let _watch = watch();
    let all = sched_getaffinity(None).unwrap();
    let runtime = Runtime::new().unwrap();
    let crowd = Arc::new(Crowd::default());
    let tasks: Vec<_> = (0..2 * all.count()).map(|_| runtime.spawn(crowd.clone().run())).collect();
    let before = crowd.most();
    for _ in 0..2 {
        confine(&first_of(&all));
        eventually("one runs at a time", || crowd.most() == 1);
        confine(&all);
        eventually("as many run as before", || crowd.most() >= before);
    }
    crowd.is_over.store(true, SeqCst);
    for task in tasks {
        runtime.block_on(task).unwrap();
    }
}
