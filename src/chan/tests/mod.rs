//! Tests of the channel core: its behaviour through `mpsc` is tested there, and through `chan` in `tests/`.

#[cfg(not(loom))]
mod several_by_model;
#[cfg(not(loom))]
mod wakers;

#[cfg(loom)]
mod loom_channel;
#[cfg(loom)]
mod loom_several;
