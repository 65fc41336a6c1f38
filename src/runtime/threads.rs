//! What the threads of a runtime are called, and who is told when they come, go and sleep.

use std::sync::Arc;

use super::Builder;
use super::builder::check_name;

impl Builder {
    /// The name of the threads that the runtime starts; `gosched-worker` unless this is called.
    ///
    /// # Panics
    ///
    /// If the name contains a NUL byte, which the system cannot take.
    #[track_caller]
    pub fn thread_name(&mut self, name: impl Into<String>) -> &mut Self {
        let name = name.into();
        check_name(&name);
        self.thread_name = Arc::new(move || name.clone());
        self
    }

    /// As [`thread_name`](Self::thread_name), with a function that is asked for each thread's name.
    ///
    /// A NUL byte in a name that it returns becomes a question mark. If it panics, the thread is called `gosched-worker`.
    pub fn thread_name_fn<F>(&mut self, name: F) -> &mut Self
    where
        F: Fn() -> String + Send + Sync + 'static,
    {
        self.thread_name = Arc::new(move || name().replace('\0', "?"));
        self
    }

    /// The size of the stacks of the threads that the runtime starts, in bytes.
    ///
    /// That such a thread can be had is tried out when a multi-thread runtime is built.
    pub fn thread_stack_size(&mut self, bytes: usize) -> &mut Self {
        self.thread_stack_size = Some(bytes);
        self
    }

    /// Calls `f` on each thread that the runtime starts, before it runs its first task.
    ///
    /// A panic of this or another callback is contained, and has no effect but the panic hook's report.
    ///
    /// # Examples
    ///
    /// ```
    /// let runtime = runtime::Builder::new_multi_thread()
    ///     .on_thread_start(|| println!("a thread joins in"))
    ///     .build()?;
    /// # runtime.block_on(async {});
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_thread_start<F: Fn() + Send + Sync + 'static>(&mut self, f: F) -> &mut Self {
        self.on_thread_start = Some(Arc::new(f));
        self
    }

    /// Calls `f` on each thread that the runtime started, after it ran its last task.
    pub fn on_thread_stop<F: Fn() + Send + Sync + 'static>(&mut self, f: F) -> &mut Self {
        self.on_thread_stop = Some(Arc::new(f));
        self
    }

    /// Calls `f` on a thread that has nothing to do, before it sleeps.
    pub fn on_thread_park<F: Fn() + Send + Sync + 'static>(&mut self, f: F) -> &mut Self {
        self.on_thread_park = Some(Arc::new(f));
        self
    }

    /// Calls `f` on a thread that slept, before it looks for something to do.
    pub fn on_thread_unpark<F: Fn() + Send + Sync + 'static>(&mut self, f: F) -> &mut Self {
        self.on_thread_unpark = Some(Arc::new(f));
        self
    }
}
