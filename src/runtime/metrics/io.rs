//! What is counted of sockets.

use super::RuntimeMetrics;

impl RuntimeMetrics {
    /// How many sockets and other I/O objects were registered with the runtime. What the system refused was registered and
    /// deregistered.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::net::UdpSocket;
    ///
    /// let runtime = runtime::Runtime::new()?;
    /// let socket = runtime.block_on(UdpSocket::bind("127.0.0.1:0"))?;
    /// let metrics = runtime.metrics();
    /// assert_eq!(metrics.io_driver_fd_registered_count(), 1);
    /// drop(socket);
    /// assert_eq!(metrics.io_driver_fd_deregistered_count(), 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn io_driver_fd_registered_count(&self) -> u64 {
        self.scheduler.io_counts().registered
    }

    /// How many of these are registered no longer.
    pub fn io_driver_fd_deregistered_count(&self) -> u64 {
        self.scheduler.io_counts().deregistered
    }

    /// How many events the system told of I/O objects: that one is ready for something, or has failed.
    pub fn io_driver_ready_count(&self) -> u64 {
        self.scheduler.io_counts().events
    }
}
