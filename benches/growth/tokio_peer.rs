//! The curves of Tokio.

use tokio as rt;

#[path = "curves/mod.rs"]
pub mod curves;
