//! The curves of this crate.

use runtime as rt;

#[path = "curves/mod.rs"]
pub mod curves;
