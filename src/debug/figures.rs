//! The figures of a runtime: one list, for Prometheus and for the page.

use crate::runtime::RuntimeMetrics;

/// One figure.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figure {
    /// With its unit at the end, if it has one, and without what all names have in common.
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) kind: Kind,
    pub(super) of: fn(&RuntimeMetrics) -> f64,
}

/// How a figure moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
}

/// All of them, in the order in which they are told.
pub(super) const FIGURES: &[Figure] = &[
    gauge("tasks", "Tasks that have been spawned and have not ended.", |m| {
        count(m.num_alive_tasks())
    }),
    counter("spawned_tasks", "Tasks that were spawned.", |m| m.spawned_tasks_count() as f64),
    counter("polls", "Polls of tasks and of futures in block_on.", |m| {
        sum(m, |m, w| m.worker_poll_count(w) as f64)
    }),
    counter("busy_seconds", "Time for which workers were awake.", |m| {
        sum(m, |m, w| m.worker_total_busy_duration(w).as_secs_f64())
    }),
    gauge("permits", "Permits to run tasks.", |m| count(m.num_workers())),
    gauge("idle_permits", "Permits that no worker has.", |m| count(m.num_idle_permits())),
    gauge("spare_workers", "Workers that stand in for others which are stuck.", |m| {
        count(m.num_spare_workers())
    }),
    gauge("blocked_workers", "Workers in a poll whose permit was given to another.", |m| {
        count(m.num_blocked_workers())
    }),
    gauge("global_queue_tasks", "Tasks in the queue that all workers share.", |m| {
        count(m.global_queue_depth())
    }),
    gauge("local_queue_tasks", "Tasks in the workers' own queues.", |m| {
        sum(m, |m, w| count(m.worker_local_queue_depth(w)))
    }),
    counter("local_schedules", "Tasks that workers queued themselves.", |m| {
        sum(m, |m, w| m.worker_local_schedule_count(w) as f64)
    }),
    counter("remote_schedules", "Tasks that other threads queued.", |m| {
        m.remote_schedule_count() as f64
    }),
    counter("overflows", "Tasks for which a worker's own queue had no room.", |m| {
        sum(m, |m, w| m.worker_overflow_count(w) as f64)
    }),
    counter("steals", "Times that a worker took tasks from another.", |m| {
        sum(m, |m, w| m.worker_steal_operations(w) as f64)
    }),
    counter("stolen_tasks", "Tasks that workers took from others.", |m| {
        sum(m, |m, w| m.worker_steal_count(w) as f64)
    }),
    counter("parks", "Times that a worker went to sleep.", |m| {
        sum(m, |m, w| m.worker_park_count(w) as f64)
    }),
    counter("noops", "Times that a worker was woken and found nothing to poll.", |m| {
        sum(m, |m, w| m.worker_noop_count(w) as f64)
    }),
    counter("budget_yields", "Polls that had to yield, as their budget was spent.", |m| {
        m.budget_forced_yield_count() as f64
    }),
    counter("long_poll_yields", "Polls that had to yield, as they took too long.", |m| {
        m.long_poll_yield_count() as f64
    }),
    counter("blocked_retakes", "Permits taken from tasks that blocked their thread.", |m| {
        m.blocked_retake_count() as f64
    }),
    counter("computing_retakes", "Permits taken from tasks that computed for long.", |m| {
        m.computing_retake_count() as f64
    }),
    counter("refused_retakes", "Permits left to tasks that are stuck, for want of threads.", |m| {
        m.refused_retake_count() as f64
    }),
    gauge("longest_poll_seconds", "The longest poll that was seen to take too long.", |m| {
        m.longest_poll().map_or(0.0, |poll| poll.elapsed().as_secs_f64())
    }),
    gauge("blocking_threads", "Threads of the blocking pool.", |m| count(m.num_blocking_threads())),
    gauge("idle_blocking_threads", "Threads of the blocking pool that have nothing to do.", |m| {
        count(m.num_idle_blocking_threads())
    }),
    gauge(
        "blocking_queue_closures",
        "Closures that wait for a thread of the blocking pool.",
        |m| count(m.blocking_queue_depth()),
    ),
    counter(
        "started_threads",
        "Threads that were started, for workers and the blocking pool.",
        |m| m.threads_started_count() as f64,
    ),
    counter("registrations", "Sockets and the like that were registered with the driver.", |m| {
        m.io_driver_fd_registered_count() as f64
    }),
    counter("deregistrations", "Sockets and the like that are registered no longer.", |m| {
        m.io_driver_fd_deregistered_count() as f64
    }),
    counter("io_events", "Events that the system told of sockets and the like.", |m| {
        m.io_driver_ready_count() as f64
    }),
];

const fn counter(name: &'static str, help: &'static str, of: fn(&RuntimeMetrics) -> f64) -> Figure {
    Figure { name, help, kind: Kind::Counter, of }
}

const fn gauge(name: &'static str, help: &'static str, of: fn(&RuntimeMetrics) -> f64) -> Figure {
    Figure { name, help, kind: Kind::Gauge, of }
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
        }
    }
}

fn count(number: usize) -> f64 {
    number as f64
}

/// A figure of each worker, added up.
fn sum(metrics: &RuntimeMetrics, of: impl Fn(&RuntimeMetrics, usize) -> f64) -> f64 {
    (0..metrics.num_workers()).map(|worker| of(metrics, worker)).sum()
}
