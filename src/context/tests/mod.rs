//! Tests of contexts from within; their behaviour is tested in `tests/`.

#[cfg(not(loom))]
mod places;
#[cfg(not(loom))]
mod tree_by_model;
#[cfg(not(loom))]
mod wakers;

#[cfg(loom)]
mod loom_context;
