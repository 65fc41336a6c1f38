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
        m.work_of_all().polls as f64
    }),
    counter("busy_seconds", "Time for which workers were awake.", |m| {
        m.work_of_all().busy.as_secs_f64()
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
        count(m.work_of_all().waiting_tasks)
    }),
    counter("local_schedules", "Tasks that workers queued themselves.", |m| {
        m.work_of_all().scheduled as f64
    }),
    counter("remote_schedules", "Tasks that other threads queued.", |m| {
        m.remote_schedule_count() as f64
    }),
    counter("overflows", "Tasks for which a worker's own queue had no room.", |m| {
        m.work_of_all().overflowed as f64
    }),
    counter("steals", "Times that a worker took tasks from another.", |m| {
        m.work_of_all().steals as f64
    }),
    counter("stolen_tasks", "Tasks that workers took from others.", |m| {
        m.work_of_all().stolen_tasks as f64
    }),
    counter("parks", "Times that a worker went to sleep.", |m| m.work_of_all().parks as f64),
    counter("noops", "Times that a worker was woken and found nothing to poll.", |m| {
        m.work_of_all().noops as f64
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
