#[cfg(loom)]
mod loom_trace;
#[cfg(not(loom))]
mod pace;
#[cfg(not(loom))]
mod ring;
#[cfg(not(loom))]
mod timeline;
