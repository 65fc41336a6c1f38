//! What can be chosen of a runtime before it is built.

use std::fmt;
use std::io;
#[cfg(feature = "net")]
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use super::dump;
#[cfg(not(all(feature = "signal", unix)))]
use super::dump::on_signal::SignalKind;
use super::histogram::Histograms;
use super::{Handle, LocalOptions, LocalRuntime, Runtime, RuntimeFlavor, environment, id};
use crate::compat::Guest;
#[cfg(feature = "net")]
use crate::driver::Batches;
use crate::scheduler::deadlock::Known;
use crate::scheduler::{
    Callback, Config, Cores, DEFAULT_EVENT_INTERVAL, DEFAULT_INJECTOR_INTERVAL,
    DEFAULT_THREAD_NAME, LocalOwner, LocalTasks, MOST_WORKERS, OnDeadlock, OnStuck, Scheduler,
    TaskHooks,
};
#[cfg(all(feature = "signal", unix))]
use crate::signal::unix::SignalKind;

/// Builds a [`Runtime`] with other than the default settings.
///
/// # Examples
///
/// ```
/// let runtime = runtime::Builder::new_multi_thread()
///     .worker_threads(4)
///     .thread_name("my-pool")
///     .enable_all()
///     .build()?;
/// assert_eq!(runtime.block_on(async { 6 * 7 }), 42);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Builder {
    flavor: RuntimeFlavor,
    worker_threads: Option<usize>,
    max_blocking_threads: usize,
    thread_keep_alive: Duration,
    retake_at_random: bool,
    enable_io: bool,
    enable_time: bool,
    #[cfg(feature = "net")]
    io_batches: Batches,
    event_interval: u32,
    global_queue_interval: u32,
    #[cfg(feature = "test-util")]
    start_paused: bool,
    pub(super) thread_name: Arc<dyn Fn() -> String + Send + Sync>,
    pub(super) thread_stack_size: Option<usize>,
    pub(super) on_thread_start: Option<Callback>,
    pub(super) on_thread_stop: Option<Callback>,
    pub(super) on_thread_park: Option<Callback>,
    pub(super) on_thread_unpark: Option<Callback>,
    pub(super) on_stuck: Option<OnStuck>,
    dump_signal: Option<SignalKind>,
    pub(super) task_hooks: TaskHooks,
    pub(super) on_deadlock: OnDeadlock,
    pub(super) is_test: bool,
    pub(super) histograms: Histograms,
    name: Option<String>,
    is_internal: bool,
}

impl Builder {
    /// A runtime whose tasks run on all threads that call its `block_on`, and on those that it starts itself.
    #[cfg(feature = "rt-multi-thread")]
    pub fn new_multi_thread() -> Self {
        Self::new(RuntimeFlavor::MultiThread)
    }

    /// A runtime whose tasks run in `block_on` alone, on one thread at a time, in the order in which they were spawned or
    /// woken; who yields stands behind those that were woken. (With several threads the task that was woken last runs
    /// next, since what it needs is in the core's cache.)
    ///
    /// There is no second thread that could stand in for a task that blocks or computes: it stalls all others of the
    /// runtime, and its timers and sockets, until its poll returns. It is told to yield at its next leaf, as in any runtime,
    /// and reported to [`on_stuck`](Self::on_stuck).
    pub fn new_current_thread() -> Self {
        Self::new(RuntimeFlavor::CurrentThread)
    }

    fn new(flavor: RuntimeFlavor) -> Self {
        Self {
            flavor,
            worker_threads: None,
            max_blocking_threads: 512,
            thread_keep_alive: Duration::from_secs(10),
            retake_at_random: false,
            enable_io: false,
            enable_time: false,
            #[cfg(feature = "net")]
            io_batches: Batches::default(),
            event_interval: DEFAULT_EVENT_INTERVAL,
            global_queue_interval: DEFAULT_INJECTOR_INTERVAL,
            #[cfg(feature = "test-util")]
            start_paused: false,
            thread_name: Arc::new(|| DEFAULT_THREAD_NAME.into()),
            thread_stack_size: None,
            on_thread_start: None,
            on_thread_stop: None,
            on_thread_park: None,
            on_thread_unpark: None,
            on_stuck: None,
            dump_signal: None,
            task_hooks: TaskHooks::default(),
            on_deadlock: OnDeadlock::default(),
            is_test: false,
            histograms: Histograms::default(),
            name: None,
            is_internal: false,
        }
    }

    /// Enables everything that tasks of the runtime can wait for: sockets and moments.
    ///
    /// It costs nothing until the first of them is used.
    pub fn enable_all(&mut self) -> &mut Self {
        self.enable_io().enable_time()
    }

    /// Enables sockets. Without it, making one panics.
    pub fn enable_io(&mut self) -> &mut Self {
        self.enable_io = true;
        self
    }

    /// Enables timers. Without it, waiting for one panics.
    pub fn enable_time(&mut self) -> &mut Self {
        self.enable_time = true;
        self
    }

    /// How many events of sockets a worker takes from the system at once; 1,024 unless this is called.
    ///
    /// What is left over comes with the next look. A smaller number lets the tasks of a burst run sooner beside other tasks, and
    /// costs a system call each time.
    ///
    /// # Panics
    ///
    /// If `events` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// let runtime = runtime::Builder::new_multi_thread()
    ///     .enable_io()
    ///     .max_io_events_per_tick(256)
    ///     .max_io_events_per_busy_tick(16)
    ///     .build()?;
    /// # drop(runtime);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[cfg(feature = "net")]
    #[track_caller]
    pub fn max_io_events_per_tick(&mut self, events: usize) -> &mut Self {
        let events = NonZeroUsize::new(events);
        self.io_batches.waiting = events.expect("max_io_events_per_tick must be non-zero");
        self
    }

    /// The same, for a worker that looks without waiting, since it has tasks to run or timers to fire; as many as
    /// [`max_io_events_per_tick`](Self::max_io_events_per_tick) unless this is called.
    ///
    /// Each event makes a task ready that stands behind those which were ready before. While the program cannot keep up, a small
    /// number leaves the surplus with the system.
    ///
    /// # Panics
    ///
    /// If `events` is zero.
    #[cfg(feature = "net")]
    #[track_caller]
    pub fn max_io_events_per_busy_tick(&mut self, events: usize) -> &mut Self {
        let events = NonZeroUsize::new(events);
        self.io_batches.looking =
            Some(events.expect("max_io_events_per_busy_tick must be non-zero"));
        self
    }

    /// Whether the clock of the runtime is [paused](crate::time::pause) from the beginning.
    ///
    /// That is for tests: see [Time in tests](crate::time#time-in-tests). Only a current-thread runtime can be paused;
    /// [`build`](Self::build) panics otherwise.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    ///
    /// let start = Instant::now();
    /// let runtime =
    ///     runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    /// runtime.block_on(async { runtime::time::sleep(Duration::from_secs(3_600)).await });
    /// assert!(start.elapsed() < Duration::from_secs(3_600));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[cfg(feature = "test-util")]
    pub fn start_paused(&mut self, is_paused: bool) -> &mut Self {
        self.start_paused = is_paused;
        self
    }

    /// What the runtime is called, for [`Handle::name`]; nothing unless this is called.
    ///
    /// # Panics
    ///
    /// If the name is empty, or blank.
    ///
    /// # Examples
    ///
    /// ```
    /// let runtime = runtime::Builder::new_current_thread().name("loader").build()?;
    /// assert_eq!(runtime.handle().name(), Some("loader"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn name(&mut self, name: impl Into<String>) -> &mut Self {
        let name = name.into();
        assert!(
            !name.trim().is_empty(),
            "name: {name:?} names nothing; leave it out, or choose a word"
        );
        self.name = Some(name);
        self
    }

    /// How many tasks run at the same time.
    ///
    /// Unless this is called, it is what the environment variable `RUNTIME_WORKERS` says, or else `TOKIO_WORKER_THREADS`, or
    /// else as many as the process may use cores, a number that is [followed](crate::runtime#how-many-tasks-run-at-a-time)
    /// while the program runs. A current-thread runtime runs one at a time, whatever was asked for.
    ///
    /// # Panics
    ///
    /// If `count` is zero, or more than 65,535.
    #[track_caller]
    pub fn worker_threads(&mut self, count: usize) -> &mut Self {
        assert!(count > 0, "worker_threads: a runtime needs at least one worker thread, not 0");
        assert!(
            count <= MOST_WORKERS,
            "worker_threads: a runtime can have at most {MOST_WORKERS} worker threads, not {count}"
        );
        self.worker_threads = Some(count);
        self
    }

    /// How many threads there may be besides those for `worker_threads`: 512, unless this is called.
    ///
    /// They are started only when something blocks. One of them is there for closures of
    /// [`spawn_blocking`](Runtime::spawn_blocking) alone; each other one runs such closures too, or stands in for a task that
    /// blocks or computes for long. When all are in use, closures wait in a queue until one before them returns, and stuck
    /// tasks stall others, which is said once on standard error. If closures wait for one another, the bound must be
    /// large enough for them all.
    ///
    /// # Panics
    ///
    /// If `count` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// let runtime = runtime::Builder::new_multi_thread().max_blocking_threads(1).build()?;
    /// let calls: Vec<_> = (0..3).map(|n| runtime.spawn_blocking(move || n)).collect();
    /// runtime.block_on(async {
    ///     for (n, call) in calls.into_iter().enumerate() {
    ///         assert_eq!(call.await.unwrap(), n); // one after the other
    ///     }
    /// });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn max_blocking_threads(&mut self, count: usize) -> &mut Self {
        assert!(count > 0, "max_blocking_threads: a runtime needs at least one such thread, not 0");
        self.max_blocking_threads = count;
        self
    }

    /// For how long a thread that is not needed any more waits for new work before it ends: 10 s, unless this is called.
    pub fn thread_keep_alive(&mut self, duration: Duration) -> &mut Self {
        self.thread_keep_alive = duration;
        self
    }

    /// After how many polls a worker looks at the clock and at the sockets, at the latest; 64 unless this is called.
    ///
    /// It does so about every 25 microseconds, after fewer polls if they take long. A smaller number makes timers and sockets
    /// more punctual beside polls whose length varies much, and costs a reading of the clock each time; the system is asked
    /// after sockets every 100 microseconds at most, as long as there are tasks to run.
    ///
    /// # Panics
    ///
    /// If `polls` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// let runtime = runtime::Builder::new_multi_thread().event_interval(8).build()?;
    /// # drop(runtime);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn event_interval(&mut self, polls: u32) -> &mut Self {
        assert!(
            polls > 0,
            "event_interval: a worker polls at least once between two looks, not 0 times"
        );
        self.event_interval = polls;
        self
    }

    /// After how many tasks a worker takes one that was spawned or woken by another thread, even if it has tasks of its own;
    /// 61 unless this is called.
    ///
    /// Such tasks wait in a queue that all workers share. A smaller number lets them wait for less long beside tasks that keep a
    /// worker busy, and costs more synchronization between threads. Every second task at least is the worker's own, so 1 is taken
    /// for 2.
    ///
    /// # Panics
    ///
    /// If `tasks` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// let runtime = runtime::Builder::new_multi_thread().global_queue_interval(31).build()?;
    /// # drop(runtime);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn global_queue_interval(&mut self, tasks: u32) -> &mut Self {
        assert!(
            tasks > 0,
            "global_queue_interval: a worker takes a task of its own at least, not 0"
        );
        self.global_queue_interval = tasks;
        self
    }

    /// For tests: lets the monitor take permits away at random, from workers that are stuck and from others.
    #[doc(hidden)]
    pub fn retake_at_random(&mut self, does: bool) -> &mut Self {
        self.retake_at_random = does;
        self
    }

    /// Has dumps of all runtimes of the process printed on standard error whenever this signal comes, for as long as the process lives.
    ///
    /// The signal has not its usual effect any more, and the program goes on. A thread that does nothing else is started for it; it
    /// prints also while every worker is stuck. Without a change to the program, the environment variable `RUNTIME_DUMP` asks for the same:
    /// it holds the signal's name, such as `SIGQUIT`, or its number. It is read when the process builds its first runtime.
    ///
    /// If the signal cannot be listened to, [`build`](Self::build) fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::signal::unix::SignalKind;
    ///
    /// let runtime = runtime::Builder::new_multi_thread()
    ///     .dump_on_signal(SignalKind::quit()) // Ctrl-\ in a terminal
    ///     .build()?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[cfg(all(feature = "signal", unix))]
    pub fn dump_on_signal(&mut self, signal: SignalKind) -> &mut Self {
        self.dump_signal = Some(signal);
        self
    }

    /// Builds the runtime. No thread stays behind that was started for it, but for Tokio's, with the feature `tokio-compat`, and the one
    /// that waits for the signal of a dump.
    ///
    /// # Errors
    ///
    /// If a stack size was chosen with which the system starts no thread, or if the number of worker threads is left to
    /// an environment variable that holds something else, or `RUNTIME_SCHEDTRACE` or `RUNTIME_DUMP` does; the error names it and its value. If the signal for
    /// dumps cannot be listened to. With the feature `tokio-compat`, if
    /// Tokio's runtime could not be started.
    ///
    /// # Panics
    ///
    /// With `start_paused`, if it is not a current-thread runtime.
    #[track_caller]
    pub fn build(&mut self) -> io::Result<Runtime> {
        self.build_with(None)
    }

    /// Builds a runtime whose tasks need not be `Send`, for this thread.
    ///
    /// # Errors
    ///
    /// With the feature `tokio-compat`, if Tokio's runtime could not be started.
    ///
    /// # Panics
    ///
    /// If this is not the builder of a current-thread runtime.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::{Builder, LocalOptions};
    ///
    /// let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default())?;
    /// let task = runtime.spawn_local(async { std::rc::Rc::new(42) });
    /// assert_eq!(*runtime.block_on(task).unwrap(), 42);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[track_caller]
    pub fn build_local(&mut self, _options: LocalOptions) -> io::Result<LocalRuntime> {
        assert!(
            self.flavor == RuntimeFlavor::CurrentThread,
            "Only current_thread is supported when building a local runtime"
        );
        let owner = LocalOwner::measuring(self.histograms.measured());
        let runtime = self.build_with(Some(owner.tasks().clone()))?;
        Ok(LocalRuntime::new_with(owner, runtime))
    }

    #[track_caller]
    fn build_with(&self, local_tasks: Option<Arc<LocalTasks>>) -> io::Result<Runtime> {
        let multi_thread = self.flavor == RuntimeFlavor::MultiThread;
        #[cfg(feature = "test-util")]
        assert!(
            !(self.start_paused && multi_thread),
            "`start_paused` needs a current-thread runtime: `Builder::new_current_thread`"
        );
        dump::on_signal::start(self.dump_signal)?;
        let pinned = self.pinned()?;
        let follows = pinned.is_none().then(Cores::read);
        let config = Config {
            worker_threads: pinned.or(follows.map(Cores::count)).unwrap_or(1),
            follows,
            max_blocking_threads: self.max_blocking_threads,
            thread_keep_alive: self.thread_keep_alive,
            retake_at_random: self.retake_at_random,
            starts_threads: multi_thread,
            enable_io: self.enable_io,
            enable_time: self.enable_time,
            #[cfg(feature = "net")]
            io_batches: self.io_batches,
            event_interval: self.event_interval,
            // Where each task came from the injector, tasks that yield to it could starve all others.
            injector_interval: self.global_queue_interval.max(2),
            #[cfg(feature = "test-util")]
            start_paused: self.start_paused,
            thread_name: self.thread_name.clone(),
            thread_stack_size: self.thread_stack_size,
            on_thread_start: self.on_thread_start.clone(),
            on_thread_stop: self.on_thread_stop.clone(),
            on_thread_park: self.on_thread_park.clone(),
            on_thread_unpark: self.on_thread_unpark.clone(),
            on_stuck: self.on_stuck.clone(),
            task_hooks: self.task_hooks.shared(),
            on_deadlock: self.on_deadlock,
            describe: |scheduler| Handle::new(scheduler.clone()).dump().to_string(),
            is_test: self.is_test,
            measured: self.histograms.measured(),
            schedtrace: environment::schedtrace()?,
            number: id::next_number(),
            name: self.name.clone(),
            is_internal: self.is_internal,
            local_tasks,
            guest: Guest::of_this_process(|| std::mem::forget(Known::new()))?,
        };
        if multi_thread && self.thread_stack_size.is_some() {
            try_out(&config)?;
        }
        Ok(Runtime::new_with(Handle::new(Scheduler::new(config))))
    }

    /// For a runtime that is a tool of this crate's own.
    #[cfg(feature = "debug-page")]
    pub(crate) fn internal(&mut self) -> &mut Self {
        self.is_internal = true;
        self
    }

    /// The number of permits, unless it follows the cores.
    fn pinned(&self) -> io::Result<Option<usize>> {
        match (self.flavor, self.worker_threads) {
            (RuntimeFlavor::CurrentThread, _) => Ok(Some(1)),
            (RuntimeFlavor::MultiThread, None) => environment::worker_threads(),
            (RuntimeFlavor::MultiThread, asked_for) => Ok(asked_for),
        }
    }
}

#[track_caller]
pub(super) fn check_name(name: &str) {
    assert!(
        !name.contains('\0'),
        "thread_name: {name:?} contains a NUL byte; choose a name without"
    );
}

/// Starts a thread and waits for its end, to see that threads with this stack can be had.
fn try_out(config: &Config) -> io::Result<()> {
    let size = config.thread_stack_size.unwrap_or_default();
    let explain = |error: io::Error| {
        let text = format!(
            "no thread can be started with a stack of {size} bytes ({error}); choose a smaller thread_stack_size"
        );
        io::Error::new(error.kind(), text)
    };
    let thread = config.unnamed_thread().spawn(|| {}).map_err(explain)?;
    thread.join().map_err(|_| io::Error::other("a thread that does nothing has panicked"))
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("flavor", &self.flavor)
            .field("worker_threads", &self.worker_threads)
            .field("thread_stack_size", &self.thread_stack_size)
            .field("max_blocking_threads", &self.max_blocking_threads)
            .field("thread_keep_alive", &self.thread_keep_alive)
            .finish_non_exhaustive()
    }
}
