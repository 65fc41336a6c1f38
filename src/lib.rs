//! Go's scheduler for Rust's stackless futures.
