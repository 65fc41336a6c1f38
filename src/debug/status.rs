//! What the page shows besides the tasks: figures, workers and stalls of each runtime.

use std::time::{Duration, Instant};

use super::figures::FIGURES;
use super::json::{self, Object};
use crate::runtime::dump::WorkerDump;
use crate::runtime::{Activity, Handle, RuntimeFlavor, Stall};

/// So many runtimes are told of, and so many workers of each.
const MOST_RUNTIMES: usize = 64;
const MOST_WORKERS: usize = 1024;

/// The text; times are told from `start` on.
pub(super) fn text(start: Instant) -> String {
    let program = std::env::args_os().next().unwrap_or_default();
    let program = std::path::Path::new(&program).file_name().unwrap_or_default();
    Handle::with_all(|handles| {
        json::object(|o| {
            // Rates are told by the clock that ran beside the counts, not by that of the page.
            o.field("now", start.elapsed());
            o.field("program", &*program.to_string_lossy());
            o.field("process", u64::from(std::process::id()));
            o.field("version", env!("CARGO_PKG_VERSION"));
            o.list("figures", FIGURES, |o, figure| {
                o.field("name", figure.name).field("help", figure.help);
                o.field("kind", figure.kind.name());
            });
            o.field("all_runtimes", handles.len());
            o.list("runtimes", handles.iter().take(MOST_RUNTIMES), runtime);
        })
    })
}

fn runtime(o: &mut Object<'_>, handle: &Handle) {
    let metrics = handle.metrics();
    o.field("number", &*handle.id().to_string()).field("name", handle.name());
    o.field("is_multi_thread", handle.runtime_flavor() == RuntimeFlavor::MultiThread);
    o.values("values", FIGURES.iter().map(|figure| (figure.of)(&metrics)));
    o.list("workers", metrics.work_by_number().iter().take(MOST_WORKERS), |o, work| {
        o.field("polls", work.polls).field("busy", work.busy).field("steals", work.steals);
        o.field("parks", work.parks).field("queue", work.waiting_tasks);
        o.field("mean_poll", Duration::from_nanos(work.mean_poll as u64));
    });
    let now = handle.workers_now();
    o.list("posts", now.iter().filter(|worker| worker.has_thread()).take(MOST_WORKERS), post);
    o.list("stalls", metrics.stalls(), stall);
}

/// What a worker does now. Those that stand in for others are among them.
fn post(o: &mut Object<'_>, worker: &WorkerDump) {
    o.field("worker", worker.index()).field("has_permit", worker.has_permit());
    o.field("is_polling", worker.is_polling()).field("elapsed", worker.elapsed());
    o.field("task", worker.task().map(|task| task.to_string()).as_deref());
    o.field("type", worker.type_name().map(json::cut));
    o.field("place", worker.spawned_at().map(ToString::to_string).as_deref());
}

fn stall(o: &mut Object<'_>, stall: Stall) {
    let longest = stall.longest();
    o.field("count", stall.count()).field("longest", longest.elapsed());
    o.field("ago", stall.last_seen().elapsed());
    o.field("type", json::cut(longest.type_name()))
        .field("place", &*longest.spawned_at().to_string());
    o.field("task", longest.id().map(|id| id.to_string()).as_deref());
    let activity = match longest.activity() {
        Activity::Blocked => Some("blocks its thread"),
        Activity::Computing => Some("computes"),
        Activity::Unknown => None,
    };
    o.field("activity", activity);
}

#[cfg(all(test, not(loom), feature = "rt-multi-thread"))]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn there_may_be_fewer_workers_at_any_moment() {
        let runtime = crate::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let scheduler = runtime.handle().scheduler();
        thread::scope(|scope| {
            let changes =
                scope.spawn(|| (0..20_000).for_each(|n| scheduler.set_permits(1 + n % 9)));
            while !changes.is_finished() {
                text(Instant::now());
            }
        });
    }
}
