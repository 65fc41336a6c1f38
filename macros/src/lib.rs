//! The attribute macros of `gosched`: `#[main]` and `#[test]`.
