//! How events are recorded while others read them (`loom_trace`, `ring`), when the clock is read (`pace`), when a thread's writer may be
//! used in passing (`pen`), and what is made of them
//! (`timeline`).

#[cfg(loom)]
mod loom_trace;
#[cfg(not(loom))]
mod pace;
#[cfg(not(loom))]
mod pen;
#[cfg(not(loom))]
mod ring;
#[cfg(not(loom))]
mod timeline;
