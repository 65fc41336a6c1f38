//! What is measured. These files are compiled over this crate and over Tokio, which are spelled alike: `rt` is one of them.

mod burst;
pub mod measure;
mod places;

use super::rt;
use crate::wait::Wait;

pub fn list() -> Vec<Wait> {
    [places::list(), burst::list()].concat()
}
