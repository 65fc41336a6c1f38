//! What tasks of Tokio wait for.

use tokio as rt;

use crate::wait::Wait;

#[path = "waits/mod.rs"]
mod waits;

pub fn waits() -> Vec<Wait> {
    waits::list()
}
