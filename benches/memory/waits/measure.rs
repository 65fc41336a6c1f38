//! How many tasks are made to wait, and their memory is taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::rt::{self, sync::Notify, task};
use crate::support::process::resident_bytes;

const TASKS: usize = 200_000;

/// Counts the tasks that have begun to wait: each says so in the poll in which it does.
pub struct Begun {
    left: AtomicUsize,
    all: Notify,
}

impl Begun {
    fn new(tasks: usize) -> Arc<Self> {
        Arc::new(Self { left: AtomicUsize::new(tasks), all: Notify::new() })
    }

    pub fn one(&self) {
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.all.notify_one();
        }
    }
}

/// Runs a body as a task.
pub fn run<F>(body: F) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let runtime = rt::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.expect("the runtime starts");
    runtime.block_on(async { rt::spawn(body).await.expect("no body panics") })
}

/// Begins so many tasks, and returns when all of them wait.
pub async fn begin<F>(tasks: usize, mut waiting: impl FnMut(Arc<Begun>) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let begun = Begun::new(tasks);
    for _ in 0..tasks {
        rt::spawn(waiting(begun.clone()));
    }
    begun.all.notified().await;
    // Who has said it last may be in its poll still.
    task::yield_now().await;
}

/// The bytes that each of many tasks holds.
pub fn each<F>(waiting: impl FnMut(Arc<Begun>) -> F + Send + 'static) -> Option<Vec<f64>>
where
    F: Future<Output = ()> + Send + 'static,
{
    each_of(TASKS, waiting)
}

/// The same of so many.
pub fn each_of<F>(
    tasks: usize,
    mut waiting: impl FnMut(Arc<Begun>) -> F + Send + 'static,
) -> Option<Vec<f64>>
where
    F: Future<Output = ()> + Send + 'static,
{
    run(async move {
        settle().await;
        let before = resident_bytes()?;
        begin(tasks, &mut waiting).await;
        Some(vec![(resident_bytes()? - before) / tasks as f64])
    })
}

/// Gives all workers threads and stacks of their own, so that those do not count.
pub async fn settle() {
    let tasks: Vec<_> = (0..1_000).map(|_| rt::spawn(task::yield_now())).collect();
    for task in tasks {
        task.await.expect("a yield does not panic");
    }
}
