//! Tests of the channel core; its behaviour through `mpsc` is tested there.

#[cfg(loom)]
mod loom_channel;
