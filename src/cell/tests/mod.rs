//! Models and tests of the cell.

mod mock;
mod probe;

#[cfg(loom)]
mod loom_abort;
#[cfg(loom)]
mod loom_close;
#[cfg(loom)]
mod loom_depot;
#[cfg(loom)]
mod loom_join;
#[cfg(loom)]
mod loom_last;
#[cfg(loom)]
mod loom_slot;
#[cfg(loom)]
mod loom_wake;
#[cfg(loom)]
mod loom_walk;

#[cfg(not(loom))]
mod case;
#[cfg(not(loom))]
mod cycle;
#[cfg(not(loom))]
mod depot;
#[cfg(not(loom))]
mod endings;
#[cfg(not(loom))]
mod shapes;
#[cfg(not(loom))]
mod waking;
#[cfg(not(loom))]
mod walk;
